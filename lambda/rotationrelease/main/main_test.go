package main

import (
	"strings"
	"testing"

	"payment-processor/lambda/internal/runtimetest"
	"payment-processor/lambda/rotationrelease"
)

const properties = `{"Cluster":"c","Service":"s","Application":"a","DeploymentGroup":"g","AppSpec":"{}","Stack":"st","Secret":"the-secret"}`

// The schedule's event says nothing: what to release stands in the environment.
func TestMainServesTheHandler(t *testing.T) {
	runtimetest.Refuse(t, "ResourceNotFoundException")
	t.Setenv(rotationrelease.EnvProperties, properties)
	got := runtimetest.Run(t, main).Invoke(t, map[string]any{})
	if !strings.Contains(got.Error, "describing secret the-secret") {
		t.Errorf("got %+v", got)
	}
}

// Nothing to release is no reason to start.
func TestMainRefusesBrokenProperties(t *testing.T) {
	t.Setenv(rotationrelease.EnvProperties, "none")
	defer func() {
		if recover() == nil {
			t.Error("started without knowing what to release")
		}
	}()
	main()
}
