package main

import (
	"strings"
	"testing"

	"payment-processor/lambda/internal/runtimetest"
)

// The runtime starts one handler for each of the functions; its errors must reach the framework as text.
func TestMainServesTheHandlerThatIsNamed(t *testing.T) {
	t.Setenv("_HANDLER", "onEvent")
	api := runtimetest.Run(t, main)
	got := api.Invoke(t, map[string]any{"RequestType": "Create", "RequestId": "r", "ResourceProperties": map[string]any{"Cluster": "c"}})
	if !strings.Contains(got.Error, "property Service is empty") || strings.Contains(got.Error, "property Cluster") {
		t.Errorf("got %+v, want the complaint about the properties", got)
	}
}
