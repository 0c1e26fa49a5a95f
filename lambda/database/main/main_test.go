package main

import (
	"crypto/x509"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"payment-processor/lambda/internal/rdsca"
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

// With another authority than Amazon's, only that one is trusted; with none that can be read, nobody.
func TestRoots(t *testing.T) {
	file := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(file, rdsca.PEM, 0o600); err != nil {
		t.Fatal(err)
	}
	if !roots("").Equal(rdsca.Roots()) || !roots(file).Equal(rdsca.Roots()) || !roots("/nowhere").Equal(x509.NewCertPool()) {
		t.Error("others are trusted")
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
