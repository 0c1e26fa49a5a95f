// Package localtest is what the tests of localaws share: a moto server for a test binary, servers that last as long as a
// test, canned answers, and the settings of a client of any of them.
package localtest

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
)

// Config are the settings of a client of the server at an address. It asks once: a test wants to see the first answer.
func Config(address string) aws.Config {
	return aws.Config{
		Region: "us-east-2", BaseEndpoint: &address,
		Credentials: credentials.NewStaticCredentialsProvider("local", "local", ""),
		Retryer:     func() aws.Retryer { return aws.NopRetryer{} },
	}
}

// Serve has the handler answer until the test ends, and returns the address.
func Serve(t testing.TB, handler http.Handler) string {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.URL
}

// Answers are what an endpoint says, by operation. Any other operation fails.
type Answers map[string]string

func (a Answers) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	answer, known := a[operation(r)]
	if !known {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	_, _ = io.WriteString(w, answer)
}

// operation is what the request asks for, in JSON, in a form of the query protocol, or by the end of its path.
func operation(r *http.Request) string {
	if target := r.Header.Get("X-Amz-Target"); target != "" {
		return target[strings.LastIndex(target, ".")+1:]
	}
	if action := r.PostFormValue("Action"); action != "" {
		return action
	}
	return r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:]
}
