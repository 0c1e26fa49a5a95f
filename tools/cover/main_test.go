package main

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
)

const twoBinaries = `mode: set
m/a/a.go:12.2,13.3 2 0
m/a/a.go:3.1,4.2 1 1
m/b/b.go:1.1,1.2 0 0
mode: set
m/a/a.go:12.2,13.3 2 1
`

// A block that any test binary ran is covered, whichever binary wrote its profile first or last.
func TestBlocksOfAllTestBinariesAreMerged(t *testing.T) {
	var out strings.Builder
	if err := check(strings.NewReader(twoBinaries+"m/a/a.go:12.2,13.3 2 0\n"), &out); err != nil {
		t.Fatal(err)
	}
	if want := "every one of 3 statements in 2 packages is covered\n"; out.String() != want {
		t.Errorf("got %q, want %q", out.String(), want)
	}
}

// Without this, uncovered code would pass CI.
func TestUncoveredStatementsFail(t *testing.T) {
	err := check(strings.NewReader("m/a/a.go:12.2,13.3 2 0\nm/a/a.go:3.1,4.2 1 0\nm/b/b.go:1.1,1.2 4 1\n"), &strings.Builder{})
	if err == nil || !strings.Contains(err.Error(), "m/a/a.go:3.1,4.2\n  m/a/a.go:12.2,13.3") {
		t.Errorf("the error does not list the blocks in the order of their lines: %v", err)
	}
}

func TestMalformedProfiles(t *testing.T) {
	for _, profile := range []string{"one two\n", "m/a.go:1.1,1.2 many 1\n", strings.Repeat("x", 1<<17)} {
		if check(strings.NewReader(profile), &strings.Builder{}) == nil {
			t.Errorf("%.20q was accepted", profile)
		}
	}
}

func TestRun(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := run(nil, func([]string) error { return nil }, &strings.Builder{}); err == nil {
		t.Error("a run that wrote no profile passed")
	}
	failed := errors.New("a test failed")
	if err := run(nil, func([]string) error { return failed }, &strings.Builder{}); !errors.Is(err, failed) {
		t.Errorf("got %v, want the error of go test", err)
	}
	writes := func(args []string) error {
		if !slices.Equal(args, []string{"test", "-coverpkg=./...", "-coverprofile=build/coverage.out", "-race", "./..."}) {
			t.Errorf("go was called with %q", args)
		}
		return os.WriteFile(profile, []byte(twoBinaries), 0o600)
	}
	if err := run([]string{"-race"}, writes, &strings.Builder{}); err != nil {
		t.Error(err)
	}
	if err := os.RemoveAll("build"); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("build", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if run(nil, writes, &strings.Builder{}) == nil {
		t.Error("a run without a place for its profile passed")
	}
}

// What go test says by its exit code, main must say by its own.
func TestMainExitsWithFailure(t *testing.T) {
	t.Chdir(t.TempDir())
	t.Setenv("PATH", "")
	os.Args = []string{"cover"}
	os.Stderr = nil
	code := 0
	exit = func(c int) { code = c }
	main()
	if code != 1 {
		t.Errorf("exit code %d, want 1", code)
	}
}
