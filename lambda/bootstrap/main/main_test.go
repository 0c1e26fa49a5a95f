package main

import (
	"bytes"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"
	"time"

	"payment-processor/lambda/bundle"
)

// freePort returns a port that nothing uses.
func freePort(t testing.TB) string {
	t.Helper()
	listener, err := net.Listen("tcp", "localhost:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	return port
}

// healthy waits until the server answers.
func healthy(t testing.TB, port string) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		response, err := http.Get("http://127.0.0.1:" + port + "/health")
		if err == nil {
			response.Body.Close()
			if response.StatusCode == http.StatusOK {
				return
			}
		}
	}
	t.Fatal("the server does not answer")
}

// ECS stops a task with SIGTERM.
func TestMainStopsOnSIGTERM(t *testing.T) {
	port := freePort(t)
	t.Setenv("PORT", port)
	stopped := make(chan struct{})
	go func() { main(); close(stopped) }()
	healthy(t, port)
	if err := syscall.Kill(os.Getpid(), syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	<-stopped
}

func TestMainFails(t *testing.T) {
	t.Setenv("PORT", "none")
	code := 0
	exit = func(c int) { code = c }
	if main(); code != 1 {
		t.Errorf("exit code %d, want 1", code)
	}
}

// server returns the command that starts the image's own binary as the image does: alone in a root directory that it
// cannot write to, and as nobody. Without the right to change user it starts as whoever runs the test.
func server(t testing.TB, port string) *exec.Cmd {
	t.Helper()
	root, err := bundle.ModuleRoot()
	if err != nil {
		t.Fatal(err)
	}
	architecture := map[string]string{"amd64": "X86_64", "arm64": "ARM64"}[runtime.GOARCH]
	functions, err := bundle.Build(t.Context(), root, architecture)
	if err != nil {
		t.Fatal(err)
	}
	binary, err := os.ReadFile(filepath.Join(functions.ImageGate, "server"))
	if err != nil {
		t.Fatal(err)
	}
	alone := t.TempDir()
	file := filepath.Join(alone, "server")
	if err := os.WriteFile(file, binary, 0o555); err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), file)
	command.Dir = alone
	if os.Getuid() == 0 && runtime.GOOS == "linux" {
		command = exec.CommandContext(t.Context(), "/server")
		command.Dir = "/"
		command.SysProcAttr = nobodyIn(alone)
	}
	command.Env = []string{"PORT=" + port, "DB_HOST=database.invalid"}
	command.Cancel = func() error { return command.Process.Signal(syscall.SIGTERM) }
	if err := os.Chmod(alone, 0o555); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Chmod(alone, 0o755) }) // so that it can be removed
	return command
}

// The image has no shell, no libraries, no certificates, nothing to write to, and the task no privileges.
func TestServerAlone(t *testing.T) {
	port := freePort(t)
	command := server(t, port)
	var log bytes.Buffer
	command.Stderr = &log
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	healthy(t, port)
	t.Logf("first answer after %v", time.Since(start))
	response, err := http.Get("http://127.0.0.1:" + port + "/ready")
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusOK {
		t.Errorf("/ready answers %d", response.StatusCode)
	}
	if err := command.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := command.Wait(); err != nil {
		t.Errorf("stopped with %v:\n%s", err, &log)
	}
}

// BenchmarkStart measures from the start of the process to its first answer. The limit is 100 ms.
func BenchmarkStart(b *testing.B) {
	for b.Loop() {
		b.StopTimer()
		port := freePort(b)
		command := server(b, port)
		b.StartTimer()
		if err := command.Start(); err != nil {
			b.Fatal(err)
		}
		healthy(b, port)
		b.StopTimer()
		if err := command.Process.Signal(syscall.SIGTERM); err != nil {
			b.Fatal(err)
		}
		if err := command.Wait(); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
}
