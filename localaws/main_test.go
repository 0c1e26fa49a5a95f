package main

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"payment-processor/localaws/internal/localtest"
	"payment-processor/localaws/moto"
)

// local is the endpoint that this binary's tests share; zero where moto is not installed.
var local options

// TestMain runs as the command itself when start calls this binary.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "serve" {
		main()
		os.Exit(0)
	}
	os.Exit(withEndpoint(m.Run))
}

func withEndpoint(run func() int) int {
	python, err := moto.Find(context.Background(), "")
	if err != nil || python == "" {
		fmt.Println("moto is not installed:", err)
		return run()
	}
	directory, err := os.MkdirTemp("", "localaws")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(directory)
	root, _ := filepath.Abs("..")
	local = options{port: freePort(), speed: 600, suffix: "dev", root: root, state: directory}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- serve(ctx, local) }()
	for {
		if _, err := ask(ctx, local); err == nil {
			break
		}
		select {
		case err := <-ended:
			panic(err)
		case <-time.After(20 * time.Millisecond):
		}
	}
	code := run()
	cancel()
	if err := <-ended; err != nil {
		fmt.Println("the endpoint did not end well:", err)
		return 1
	}
	return code
}

func freePort() int {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port
}

func endpoint(t *testing.T) options {
	t.Helper()
	if local.port == 0 {
		localtest.Missing(t, "moto")
	}
	return local
}

func do(t *testing.T, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	err := run(t.Context(), args, &out)
	return out.String(), err
}

func TestWrongUseIsExplained(t *testing.T) {
	for _, args := range [][]string{{}, {"fly"}, {"start", "-port", "many"}, {"push"}, {"rehearse"}, {"push", "-port", "1", "v1"}} {
		if _, err := do(t, args...); err == nil {
			t.Errorf("%q is accepted", args)
		}
	}
	t.Chdir(t.TempDir())
	if _, err := do(t, "status"); err == nil {
		t.Error("it runs outside the module")
	}
}

func TestMainEndsWithAnError(t *testing.T) {
	args, end, code := os.Args, exit, 0
	t.Cleanup(func() { os.Args, exit = args, end })
	os.Args, exit = []string{"localaws"}, func(c int) { code = c }
	main()
	if code != 1 {
		t.Errorf("the exit code is %d", code)
	}
}
