package main

import (
	"crypto/x509"
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
	t.Setenv("_HANDLER", "credentials")
	event := cfn.Event{RequestType: cfn.RequestCreate, ResourceProperties: map[string]any{}}
	got := runtimetest.Run(t, main).Request(t, event)
	if !strings.Contains(got, `"FAILED"`) || !strings.Contains(got, "property Host is empty") {
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
