package main

import (
	"crypto/x509"
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

// The framework answers CloudFormation with what it is told. The function itself cannot: nothing leads there.
func TestCredentialsAnswerTheFramework(t *testing.T) {
	t.Setenv("_HANDLER", "credentials")
	called := make(chan string, 2)
	bucket := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { called <- r.Method }))
	defer bucket.Close()
	function := runtimetest.Run(t, main)
	ask := func(kind cfn.RequestType) runtimetest.Result {
		return function.Invoke(t, cfn.Event{RequestType: kind, LogicalResourceID: "Credentials", ResponseURL: bucket.URL})
	}
	if got := ask(cfn.RequestCreate); got.Response != "" || !strings.Contains(got.Error, "property Host is empty") {
		t.Errorf("answered %+v", got)
	}
	if got := ask(cfn.RequestDelete); got.Response != `{"PhysicalResourceId":"database-credentials/Credentials"}` {
		t.Errorf("answered %+v", got)
	}
	if len(called) > 0 {
		t.Errorf("CloudFormation's bucket was sent a %s", <-called)
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
