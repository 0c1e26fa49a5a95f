package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"payment-processor/lambda/internal/runtimetest"

	"github.com/aws/aws-lambda-go/cfn"
)

// CloudFormation waits for an answer at the URL of the request, whatever happens.
func TestMainAnswersCloudFormation(t *testing.T) {
	answers := make(chan string, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if r.Method == http.MethodPut {
			answers <- string(body)
			return
		}
		w.Header().Set("X-Amzn-ErrorType", "ParameterNotFound") // and for DescribeServices an error that does not pass
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprint(w, "{}")
	}))
	defer server.Close()
	t.Setenv("AWS_ENDPOINT_URL", server.URL)
	event := cfn.Event{RequestType: cfn.RequestCreate, ResponseURL: server.URL, ResourceProperties: map[string]any{
		"Architecture": "X86_64", "ParameterPath": "/payment-processor-dev/image",
	}}
	runtimetest.Run(t, main).Invoke(t, event)
	if got := <-answers; !strings.Contains(got, `"FAILED"`) || !strings.Contains(got, "look up service") {
		t.Errorf("answered %s", got)
	}
}

// A configuration that cannot be loaded must end the function, and not leave it without clients.
func TestMainStopsWithoutConfiguration(t *testing.T) {
	t.Setenv("AWS_MAX_ATTEMPTS", "many")
	code := 0
	exit = func(c int) { code = c }
	if main(); code != 1 {
		t.Errorf("exit code %d, want 1", code)
	}
}
