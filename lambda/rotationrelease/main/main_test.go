package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"payment-processor/lambda/internal/runtimetest"
)

const properties = `{"Cluster":"c","Service":"s","Application":"a","DeploymentGroup":"g","AppSpec":"{}","Stack":"st","Secret":"the-secret"}`

// The schedule's event says nothing: what to release stands in the environment.
func TestMainServesTheHandler(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Amzn-ErrorType", "ResourceNotFoundException")
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprint(w, "{}")
	}))
	defer server.Close()
	t.Setenv("AWS_ENDPOINT_URL", server.URL)
	t.Setenv("PROPERTIES", properties)
	got := runtimetest.Run(t, main).Invoke(t, map[string]any{})
	if !strings.Contains(got.Error, "describing secret the-secret") {
		t.Errorf("got %+v", got)
	}
}

func TestMainRefusesABrokenConfiguration(t *testing.T) {
	for name, value := range map[string]string{"AWS_MAX_ATTEMPTS": "many", "PROPERTIES": "none"} {
		t.Run(name, func(t *testing.T) {
			t.Setenv(name, value)
			defer func() {
				if recover() == nil {
					t.Error("started without a configuration")
				}
			}()
			main()
		})
	}
}
