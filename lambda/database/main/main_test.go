package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"payment-processor/lambda/internal/runtimetest"

	"github.com/aws/aws-lambda-go/cfn"
)

// CloudFormation waits for an answer at the URL of the request, whatever happens.
func TestCredentialsAnswerCloudFormation(t *testing.T) {
	answers := make(chan string, 1)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		answers <- string(body)
	}))
	defer server.Close()
	t.Setenv("_HANDLER", "credentials")
	runtimetest.Run(t, main).Invoke(t, cfn.Event{RequestType: cfn.RequestCreate, ResponseURL: server.URL, ResourceProperties: map[string]any{}})
	if got := <-answers; !strings.Contains(got, `"FAILED"`) || !strings.Contains(got, "property Host is empty") {
		t.Errorf("answered %s", got)
	}
}

func TestRotateIsTheOtherHandler(t *testing.T) {
	t.Setenv("_HANDLER", "rotate")
	got := runtimetest.Run(t, main).Invoke(t, map[string]any{"Step": "another", "SecretId": "s", "ClientRequestToken": "t"})
	if !strings.Contains(got.Error, "want createSecret") {
		t.Errorf("got %+v", got)
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
