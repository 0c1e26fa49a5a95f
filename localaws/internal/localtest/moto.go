package localtest

import (
	"context"
	"fmt"
	"os"
	"testing"

	"payment-processor/localaws/moto"
)

// server is where moto answers; empty where it is not installed.
var server string

// WithMoto runs the tests of a binary with a moto server beside them, and returns the exit code: it is for TestMain.
func WithMoto(tests interface{ Run() int }) int {
	running, err := moto.Start(context.Background(), moto.Options{})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return tests.Run()
	}
	defer func() { _ = running.Stop() }()
	server = running.URL
	return tests.Run()
}

// Moto is the address of the server of WithMoto. Without one the test is skipped.
func Moto(t testing.TB) string {
	t.Helper()
	if server == "" {
		Missing(t, "moto")
	}
	return server
}

// Missing skips a test that needs what is not installed. CI must run every test, so there the test fails.
func Missing(t testing.TB, what string) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatalf("%s is not installed, and CI must run this", what)
		return
	}
	t.Skipf("%s is not installed", what)
}
