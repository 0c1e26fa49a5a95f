package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"payment-processor/localaws/moto"
)

func TestItStartsOnceAndEnds(t *testing.T) {
	endpoint(t)
	port, state := fmt.Sprint(freePort()), t.TempDir()
	flags := []string{"-port", port, "-state", state}
	for i, want := range []string{"runs at", "already"} {
		said, err := do(t, append([]string{"start"}, flags...)...)
		if err != nil || !strings.Contains(said, want) {
			t.Fatalf("start %d: %s %v", i, said, err)
		}
	}
	if said, err := do(t, append([]string{"status"}, flags...)...); err != nil || !strings.Contains(said, port) {
		t.Error(said, err)
	}
	if said, err := do(t, append([]string{"account"}, flags...)...); err != nil || said != moto.AccountID+"\n" {
		t.Error(said, err)
	}
	for i, want := range []string{"has ended", "does not run"} {
		said, err := do(t, append([]string{"stop"}, flags...)...)
		if err != nil || !strings.Contains(said, want) {
			t.Fatalf("stop %d: %s %v", i, said, err)
		}
	}
	if _, err := do(t, append([]string{"status"}, flags...)...); err == nil {
		t.Error("it still answers")
	}
}

func TestABusyPortIsNamed(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	go func() { // a server, but not ours
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			_, _ = connection.Write([]byte("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"))
			_ = connection.Close()
		}
	}()
	port := listener.Addr().(*net.TCPAddr).Port
	if _, err := do(t, "start", "-port", fmt.Sprint(port)); err == nil || !strings.Contains(err.Error(), fmt.Sprint(port)) {
		t.Error(err)
	}
	if err := serve(t.Context(), options{port: port}); err == nil {
		t.Error("two servers listen on a port")
	}
}

func TestWhatCannotStartSaysWhy(t *testing.T) {
	endpoint(t)
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, state := range map[string]string{"no folder": filepath.Join(file, "below"), "the log is a folder": t.TempDir()} {
		t.Run(name, func(t *testing.T) {
			_ = os.Mkdir(filepath.Join(state, "localaws.log"), 0o700)
			if _, err := do(t, "start", "-port", fmt.Sprint(freePort()), "-state", state); err == nil {
				t.Error("it starts without a log")
			}
		})
	}
	if err := serve(t.Context(), options{port: freePort(), state: file}); err == nil {
		t.Error("it serves without a log of moto")
	}
	t.Run("it ends at once", func(t *testing.T) {
		state := t.TempDir()
		if err := os.Mkdir(filepath.Join(state, "moto.log"), 0o700); err != nil {
			t.Fatal(err)
		}
		if _, err := do(t, "start", "-port", fmt.Sprint(freePort()), "-state", state); err == nil || !strings.Contains(err.Error(), "moto.log") {
			t.Error(err)
		}
	})
	t.Run("it takes too long", func(t *testing.T) {
		before := patience
		patience = 0
		t.Cleanup(func() { patience = before })
		if _, err := do(t, "start", "-port", fmt.Sprint(freePort()), "-state", t.TempDir()); err == nil {
			t.Error("nothing is waited for, and it runs")
		}
	})
	t.Run("moto does not start", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := serve(ctx, options{port: freePort(), state: t.TempDir()}); err == nil {
			t.Error("it serves without moto")
		}
	})
}

// pretender answers as if localaws ran in another process.
func pretender(t *testing.T, pid int) options {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, `{"pid": %d}`, pid)
	}))
	t.Cleanup(server.Close)
	return options{port: server.Listener.Addr().(*net.TCPAddr).Port}
}

func TestWhatDoesNotEndIsNamed(t *testing.T) {
	if err := stop(t.Context(), pretender(t, 1<<30), io.Discard); err == nil {
		t.Error("a process ends that is not there")
	}
	stubborn := exec.CommandContext(t.Context(), "sh", "-c", "trap '' TERM; echo ready; while :; do sleep 1; done")
	output, _ := stubborn.StdoutPipe()
	if err := stubborn.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := output.Read(make([]byte, 6)); err != nil {
		t.Fatal(err)
	}
	before := patience
	patience = 0
	t.Cleanup(func() { patience = before })
	if err := stop(t.Context(), pretender(t, stubborn.Process.Pid), io.Discard); err == nil || !strings.Contains(err.Error(), "does not end") {
		t.Error(err)
	}
}

func TestAnEndpointWithoutAddressIsAnError(t *testing.T) {
	if _, err := ask(t.Context(), options{url: "http://\x7f"}); err == nil {
		t.Error("somebody answers nowhere")
	}
	if err := start(t.Context(), options{port: freePort(), root: "nowhere", state: t.TempDir()}, io.Discard); err == nil {
		t.Error("it starts in a folder that is not there")
	}
}

func TestAnotherEmulatorIsLeftAlone(t *testing.T) {
	other := []string{"-endpoint", "http://127.0.0.1:1"}
	if said, err := do(t, append([]string{"start"}, other...)...); err != nil || !strings.Contains(said, "using what answers") {
		t.Error(said, err)
	}
	if said, err := do(t, append([]string{"stop"}, other...)...); err != nil || !strings.Contains(said, "does not run") {
		t.Error(said, err)
	}
	for _, command := range []string{"account", "summary", "leftover"} {
		if _, err := do(t, append([]string{command}, other...)...); err == nil {
			t.Errorf("%s asks nobody and succeeds", command)
		}
	}
}
