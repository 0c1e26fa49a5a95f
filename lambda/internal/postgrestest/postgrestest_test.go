package postgrestest

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// witness is a test that fails, or is skipped, without consequences.
type witness struct {
	testing.TB
	said string
}

func (w *witness) end(kind, message string) {
	w.said = kind + ": " + message
	runtime.Goexit()
}

func (w *witness) Fatal(values ...any) { w.end("fatal", fmt.Sprint(values...)) }
func (w *witness) Fatalf(format string, values ...any) {
	w.end("fatal", fmt.Sprintf(format, values...))
}
func (w *witness) Skip(values ...any) { w.end("skip", fmt.Sprint(values...)) }

// saying is how a test ends that does something.
func saying(t *testing.T, something func(testing.TB)) string {
	t.Helper()
	w := &witness{TB: t}
	done := make(chan struct{})
	go func() {
		defer close(done)
		something(w)
	}()
	<-done
	return w.said
}

// pretend makes programs of a server that do as told.
func pretend(t *testing.T, initdb, postgres string) string {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", "programs") //nolint:usetesting // the server's user must be able to run them
	must(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	must(t, os.Chmod(dir, 0o755))
	for name, script := range map[string]string{"initdb": initdb, "postgres": postgres} {
		must(t, os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"+script+"\n"), 0o755))
	}
	return dir
}

// A server that is not there, or does not come up, must say why: the tests that need it are what the database rests on.
func TestNoServer(t *testing.T) {
	for want, something := range map[string]func(testing.TB){
		"skip: PostgreSQL is not installed":  func(w testing.TB) { t.Setenv("CI", ""); start(w, "", 0) },
		"fatal: PostgreSQL is not installed": func(w testing.TB) { t.Setenv("CI", "true"); start(w, "", 0) },
		"fatal: initdb: exit status 3\nfull": func(w testing.TB) { start(w, pretend(t, "echo full; exit 3", ""), 0) },
		"fatal: the server does not start":   func(w testing.TB) { start(w, pretend(t, "", "exit 1"), 0) },
		"fatal: no":                          func(t testing.TB) { must(t, errors.New("no")) },
	} {
		if got := saying(t, something); !strings.HasPrefix(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestPrograms(t *testing.T) {
	here := pretend(t, "", "")
	t.Setenv("PATH", here)
	if got := programs(""); got != here {
		t.Errorf("with a server in PATH: %q", got)
	}
	t.Setenv("PATH", "")
	debian := t.TempDir()
	for _, version := range []string{"9", "15", "16"} {
		must(t, os.MkdirAll(filepath.Join(debian, version, "bin", "postgres"), 0o750))
	}
	pattern := filepath.Join(debian, "*", "bin", "postgres")
	if got, want := programs(pattern), filepath.Join(debian, "16", "bin"); got != want {
		t.Errorf("the newest of three is %q, want %q", got, want)
	}
	if got := programs(filepath.Join(debian, "none")); got != "" {
		t.Errorf("nowhere is %q", got)
	}
}

func TestPlace(t *testing.T) {
	memory := t.TempDir()
	for room, want := range map[uint64]string{1: memory, 1 << 60: "/tmp"} {
		if got := place(memory, room); got != want {
			t.Errorf("for %d bytes: %s, want %s", room, got, want)
		}
	}
}

// PostgreSQL refuses to run as root, and nobody else may give files away.
func TestUnprivileged(t *testing.T) {
	dir := t.TempDir()
	must(t, os.WriteFile(filepath.Join(dir, "server.key"), nil, 0o600))
	given := map[string]bool{}
	give := func(name string, uid, _ int) error {
		given[name] = uid != 0
		return nil
	}
	if got := unprivileged(t, dir, 1000, give); got.Credential != nil || len(given) > 0 {
		t.Errorf("somebody becomes %v and gives %v away", got.Credential, given)
	}
	if got := unprivileged(t, dir, 0, give); got.Credential.Uid == 0 || !given[dir] || !given[filepath.Join(dir, "server.key")] {
		t.Errorf("root becomes %v and gives %v away", got.Credential, given)
	}
}

func TestServer(t *testing.T) {
	server := Start(t)
	server.Do(t, "CREATE TABLE seen ()")
	if log := server.Log(t); !strings.Contains(log, "CREATE TABLE seen ()") {
		t.Errorf("the log has no statements: %s", log)
	}
	if authority, err := os.ReadFile(server.CA()); err != nil || !strings.Contains(string(authority), "CERTIFICATE") {
		t.Errorf("the authority: %s, %v", authority, err)
	}
}
