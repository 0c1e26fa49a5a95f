package probe

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// task serves on loopback, which Handle would refuse, and returns where.
func task(t *testing.T, handler http.HandlerFunc) Target {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	address := server.Listener.Addr().(*net.TCPAddr)
	return Target{address.IP.String(), address.Port}
}

// Each task must be asked for each path: one that works says nothing about the others.
func TestEveryTargetIsAskedEveryPath(t *testing.T) {
	well := task(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/ready" && r.URL.RawQuery == "a=b" {
			_, _ = io.WriteString(w, "ready")
		}
	})
	ill := task(t, func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "no database", http.StatusServiceUnavailable)
	})
	response := askAll(t.Context(), Request{Targets: []Target{well, ill}, Paths: []string{"/health", "/ready?a=b"}})
	want := []Result{
		{well, "/health", 200, ""}, {well, "/ready?a=b", 200, "ready"},
		{ill, "/health", 503, "no database"}, {ill, "/ready?a=b", 503, "no database"},
	}
	if !slices.Equal(response.Results, want) {
		t.Errorf("got %+v, want %+v", response.Results, want)
	}
	for status, want := range map[int]bool{0: false, 199: false, 200: true, 299: true, 300: false, 503: false} {
		if (Result{Status: status}).OK() != want {
			t.Errorf("%d is OK: %v", status, !want)
		}
	}
}

// The load balancer encrypts for a task without verifying its certificate, and so must the probe, or no task with a
// certificate of its own is ever released.
func TestHTTPSVerifiesNoCertificate(t *testing.T) {
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.TLS.Version >= tls.VersionTLS12 {
			_, _ = io.WriteString(w, "encrypted")
		}
	}))
	defer server.Close()
	address := server.Listener.Addr().(*net.TCPAddr)
	request := Request{Targets: []Target{{address.IP.String(), address.Port}}, Paths: []string{"/health"}, Scheme: "https"}
	if result := askAll(t.Context(), request).Results[0]; !result.OK() || result.Detail != "encrypted" {
		t.Errorf("got %+v", result)
	}
	request.Scheme = ""
	if result := askAll(t.Context(), request).Results[0]; result.OK() {
		t.Errorf("a task that expects TLS answered without: %+v", result)
	}
}

// A task must not be able to send the function elsewhere, to flood or to forge its log, or to hold it.
func TestTasksAreNotTrusted(t *testing.T) {
	var asked atomic.Int32
	target := task(t, func(w http.ResponseWriter, r *http.Request) {
		switch asked.Add(1); r.URL.Path {
		case "/moved":
			http.Redirect(w, r, "/elsewhere", http.StatusFound)
		case "/long":
			fmt.Fprint(w, strings.Repeat("x", 10*longestBody))
		case "/forged":
			fmt.Fprint(w, "fine\n{\"level\":\"ERROR\"}\x1b[2J\xff")
		case "/slow":
			<-r.Context().Done()
		}
	})
	response := askAll(t.Context(), Request{Targets: []Target{target}, Paths: []string{"/moved"}})
	if response.Results[0].Status != 302 || asked.Load() != 1 {
		t.Errorf("got %+v after %d requests, want the redirect itself", response, asked.Load())
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	response = askAll(ctx, Request{Targets: []Target{target}, Paths: []string{"/long", "/forged", "/slow", "/\x7f"}})
	if got := len(response.Results[0].Detail); got != longestBody {
		t.Errorf("kept %d bytes of a long body, want %d", got, longestBody)
	}
	if got := response.Results[1].Detail; got != `fine {"level":"ERROR"} [2J` {
		t.Errorf("kept %q of a forged body", got)
	}
	for _, result := range response.Results[2:] {
		if result.Status != 0 || result.Detail == "" {
			t.Errorf("got %+v, want no answer and why", result)
		}
	}
}

// Asked for 169.254.170.2, the function would hand out its own credentials.
func TestOnlyTasksAreAsked(t *testing.T) {
	for _, request := range []Request{
		{Targets: []Target{{"169.254.170.2", 80}}},
		{Targets: []Target{{"127.0.0.1", 9001}}},
		{Targets: []Target{{"example.com", 80}}},
		{Targets: []Target{{"10.0.0.1", 0}}},
		{Targets: []Target{{"10.0.0.1", 65536}}},
		{Targets: slices.Repeat([]Target{{"10.0.0.1", 80}}, MostTargets+1)},
		{Paths: []string{"@10.0.0.2/"}},
		{Scheme: "file"},
	} {
		if _, err := Handle(t.Context(), request); err == nil {
			t.Errorf("asked %+v", request)
		}
	}
}

// The hook may ask about tasks that are gone by now, and the first and the last port are ports.
func TestNobodyThereIsAResult(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	targets := slices.Repeat([]Target{{"10.0.0.1", 1}, {"10.0.0.1", 65535}}, MostTargets/2)
	response, err := Handle(ctx, Request{Targets: targets, Paths: []string{"/health"}})
	if err != nil || len(response.Results) != MostTargets {
		t.Fatalf("got %d results, %v", len(response.Results), err)
	}
	for _, result := range response.Results {
		if result.OK() || result.Detail != "context canceled" {
			t.Errorf("got %+v, want why there is no answer, and not the address again", result)
		}
	}
}
