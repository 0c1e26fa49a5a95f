package runtimetest

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/aws/aws-lambda-go/cfn"
)

// Refuse is an AWS that refuses every call with the code, as long as the test lasts.
func Refuse(t *testing.T, code string) {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Amzn-ErrorType", code)
		w.WriteHeader(http.StatusBadRequest)
		io.WriteString(w, "{}")
	}))
	t.Cleanup(server.Close)
	t.Setenv("AWS_ENDPOINT_URL", server.URL)
}

// Request hands a request of CloudFormation to the function and returns what CloudFormation, which waits at the event's
// ResponseURL, is told.
func (a *API) Request(t testing.TB, event cfn.Event) string {
	t.Helper()
	answers := make(chan string, 1)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		answers <- string(body)
	}))
	defer server.Close()
	event.ResponseURL = server.URL
	a.Invoke(t, event)
	return within(t, a.patience, "the function did not answer CloudFormation", answers)
}
