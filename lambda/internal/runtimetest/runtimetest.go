// Package runtimetest stands in for the Lambda runtime API, so that a test can run a function's real main.
// The protocol: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
package runtimetest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// API is the runtime API of one function. It lives until the test binary ends: a function that loses its API exits.
type API struct {
	Address string // for AWS_LAMBDA_RUNTIME_API

	events   chan string
	results  chan Result
	ready    chan struct{}
	once     sync.Once
	patience time.Duration // how long the function may take to ask for, or to answer, an event
}

// Result is what the function answered: one of the two is empty.
type Result struct {
	Response string // JSON
	Error    string // JSON, as Lambda reports a failed invocation
}

// New serves the API for a function that the test starts itself.
func New() *API {
	api := &API{events: make(chan string), results: make(chan Result), ready: make(chan struct{}), patience: 30 * time.Second}
	server := httptest.NewServer(api)
	api.Address = strings.TrimPrefix(server.URL, "http://")
	return api
}

// Run runs main in the test's process, with the environment that the test has set. Main never returns, so neither
// does its goroutine.
func Run(t *testing.T, main func()) *API {
	t.Helper()
	api := New()
	t.Setenv("AWS_LAMBDA_RUNTIME_API", api.Address)
	t.Setenv("AWS_REGION", "us-east-2")
	t.Setenv("AWS_ACCESS_KEY_ID", "none")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "none")
	go main()
	api.WaitReady(t)
	return api
}

// WaitReady waits until the function asks for its first event, which is when its cold start ends.
func (a *API) WaitReady(t testing.TB) {
	t.Helper()
	within(t, a.patience, "the function did not ask for an event", a.ready)
}

// Invoke hands event, as JSON, to the function and returns its answer.
func (a *API) Invoke(t testing.TB, event any) Result {
	t.Helper()
	encoded, err := json.Marshal(event)
	if err != nil {
		t.Fatalf("encode the event: %v", err)
	}
	go func() { a.events <- string(encoded) }()
	return within(t, a.patience, "the function did not answer", a.results)
}

func within[T any](t testing.TB, patience time.Duration, complaint string, from <-chan T) (got T) {
	t.Helper()
	select {
	case got = <-from:
	case <-time.After(patience):
		t.Fatalf("%s within %v", complaint, patience)
	}
	return got
}

// ServeHTTP serves the three calls that a function makes.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	switch {
	case strings.HasSuffix(r.URL.Path, "/invocation/next"):
		a.once.Do(func() { close(a.ready) })
		event := <-a.events
		w.Header().Set("Lambda-Runtime-Aws-Request-Id", "request")
		w.Header().Set("Lambda-Runtime-Deadline-Ms", fmt.Sprint(time.Now().Add(time.Minute).UnixMilli()))
		io.WriteString(w, event)
	case strings.HasSuffix(r.URL.Path, "/response"):
		w.WriteHeader(http.StatusAccepted)
		a.results <- Result{Response: string(body)}
	case strings.HasSuffix(r.URL.Path, "/error"):
		w.WriteHeader(http.StatusAccepted)
		a.results <- Result{Error: string(body)}
	default:
		http.NotFound(w, r)
	}
}
