package main

import (
	"os"
	"strings"
	"testing"

	"payment-processor/lambda/internal/runtimetest"
)

// The runtime starts one handler for each of the two functions; its errors must reach the framework as text.
func TestMainServesTheHandlerThatIsNamed(t *testing.T) {
	t.Setenv("_HANDLER", "onEvent")
	api := runtimetest.Run(t, main)
	got := api.Invoke(t, map[string]any{"RequestType": "Create", "RequestId": "r", "ResourceProperties": map[string]any{"Cluster": "c"}})
	if !strings.Contains(got.Error, "property Service is empty") || strings.Contains(got.Error, "property Cluster") {
		t.Errorf("got %+v, want the complaint about the properties", got)
	}
}

func TestMainRefusesABrokenConfiguration(t *testing.T) {
	t.Setenv("AWS_PROFILE", "nobody")
	t.Setenv("AWS_CONFIG_FILE", os.DevNull)
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", os.DevNull)
	defer func() {
		if recover() == nil {
			t.Error("started without a configuration")
		}
	}()
	main()
}
