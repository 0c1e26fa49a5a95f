package bootstrap

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

func environment(values map[string]string) func(string) string {
	return func(name string) string { return values[name] }
}

// start runs the server and returns its address and a way to stop it, which gives Run's error.
func start(t *testing.T, values map[string]string) (address string, stop func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ready, stopped := make(chan net.Addr, 1), make(chan error, 1)
	go func() { stopped <- Run(ctx, environment(values), func(address net.Addr) { ready <- address }) }()
	select {
	case got := <-ready:
		_, port, _ := net.SplitHostPort(got.String())
		address = "127.0.0.1:" + port
	case err := <-stopped:
		t.Fatal(err)
	}
	return address, func() error { cancel(); return <-stopped }
}

func get(t *testing.T, address, path string) (int, string, http.Header) {
	t.Helper()
	response, err := http.DefaultClient.Do(&http.Request{URL: &url.URL{Scheme: "http", Host: address, Path: path}})
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(body), response.Header
}

// A first deployment succeeds only if the load balancer, whatever path it asks for, and the hook hear a 200.
func TestAnswers(t *testing.T) {
	address, stop := start(t, map[string]string{"PORT": "0", "DB_HOST": "database.invalid"})
	for path, want := range map[string]string{
		"/health":      `{"status":"ok"}`,
		"/ready":       `{"ready":true,"database":"not configured"}`,
		"/":            "This is the bootstrap image",
		"/status/deep": "cdk deploy --all -c imageTag",
	} {
		code, body, header := get(t, address, path)
		if code != http.StatusOK || !strings.Contains(body, want) {
			t.Errorf("%s answers %d %s, want 200 with %s", path, code, body, want)
		}
		if strings.HasPrefix(want, "{") && header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s may be cached", path)
		}
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
}

// A database that cannot be reached must show at /ready, and only there: the task itself is well.
func TestNotReady(t *testing.T) {
	handler := newHandler(newReadiness(func(context.Context) State { return State{Database: "not reachable", Reason: "why"} }))
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, "/ready", http.NoBody))
	var state State
	if err := json.Unmarshal(recorder.Body.Bytes(), &state); err != nil {
		t.Fatal(err)
	}
	if recorder.Code != http.StatusServiceUnavailable || state.Ready || state.Reason != "why" {
		t.Errorf("answered %d %+v", recorder.Code, state)
	}
	recorder = httptest.NewRecorder()
	handler.ServeHTTP(recorder, httptest.NewRequest(http.MethodPost, "/health", http.NoBody))
	if recorder.Code != http.StatusMethodNotAllowed {
		t.Errorf("POST gets %d", recorder.Code)
	}
}

// Whoever sends or reads slowly must not hold a connection, and one at rest must outlive the load balancer's: it would
// answer 502 to a request that it sends into a connection being closed.
func TestLimits(t *testing.T) {
	const loadBalancer = 60 * time.Second
	server := newServer(nil)
	for name, got := range map[string]time.Duration{"header": server.ReadHeaderTimeout, "read": server.ReadTimeout, "write": server.WriteTimeout} {
		if got < patience || got > loadBalancer {
			t.Errorf("%s limit is %v, want more than what /ready may take, %v, and less than %v", name, got, patience, loadBalancer)
		}
	}
	if server.IdleTimeout <= loadBalancer {
		t.Errorf("closes a connection at rest after %v, want more than %v", server.IdleTimeout, loadBalancer)
	}
}

// closing is a listener that tells when the server takes no more connections.
type closing struct {
	net.Listener
	closed chan struct{}
}

func (c *closing) Close() error {
	c.closed <- struct{}{}
	return c.Listener.Close()
}

// A request under way at SIGTERM must be answered.
func TestStopLetsRequestsFinish(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	tcp, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	listener := &closing{tcp, make(chan struct{}, 2)}
	stopped := make(chan error, 1)
	go func() {
		stopped <- serve(ctx, listener, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
			cancel()
			<-listener.closed
		}))
	}()
	if code, _, _ := get(t, listener.Addr().String(), "/"); code != http.StatusOK {
		t.Errorf("got %d", code)
	}
	if err := <-stopped; err != nil {
		t.Error(err)
	}
}

func TestPortInUse(t *testing.T) {
	listener, err := net.Listen("tcp", "localhost:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	err = Run(t.Context(), environment(map[string]string{"PORT": port}), func(net.Addr) { t.Error("listening") })
	if err == nil || !strings.Contains(err.Error(), "listen") {
		t.Errorf("got %v", err)
	}
}

// closed is a listener that the operating system took away.
type closed struct{ net.Listener }

func (closed) Accept() (net.Conn, error) { return nil, errors.New("taken away") }

func TestServeFails(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	err = serve(t.Context(), closed{listener}, http.NotFoundHandler())
	if err == nil || !strings.Contains(err.Error(), "serve: taken away") {
		t.Errorf("got %v", err)
	}
}
