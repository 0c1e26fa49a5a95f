package main

import (
	"strings"
	"testing"

	"payment-processor/lambda/internal/runtimetest"
	"payment-processor/lambda/probe"
)

// The hook and the probe must understand each other as JSON.
func TestMainAnswers(t *testing.T) {
	api := runtimetest.Run(t, main)
	if got := api.Invoke(t, probe.Request{}); got.Response != `{"Results":[]}` {
		t.Errorf("got %+v", got)
	}
	if got := api.Invoke(t, probe.Request{Paths: []string{"health"}}); !strings.Contains(got.Error, "begin with a slash") {
		t.Errorf("got %+v", got)
	}
}
