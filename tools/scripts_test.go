// Package tools holds the tests of the scripts beside it.
package tools

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// script runs a script of this folder in the repository's root, with only these commands on its PATH beside the
// standard ones of a bare system, and returns what it prints and its exit code.
func script(t *testing.T, fakes map[string]string, arguments ...string) (output string, code int) {
	t.Helper()
	bin := t.TempDir()
	for _, standard := range []string{"awk", "bash", "cat", "grep", "mktemp", "rm", "sleep"} {
		path, err := exec.LookPath(standard)
		if err != nil {
			t.Skipf("no %s here: %v", standard, err)
		}
		if err := os.Symlink(path, filepath.Join(bin, standard)); err != nil {
			t.Fatal(err)
		}
	}
	for name, body := range fakes {
		if err := os.WriteFile(filepath.Join(bin, name), []byte("#!/usr/bin/env bash\n"+body), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	command := exec.CommandContext(t.Context(), "bash", arguments...)
	command.Dir = ".."
	command.Env = []string{"PATH=" + bin, "TMPDIR=" + t.TempDir()}
	text, err := command.CombinedOutput()
	if exit := new(exec.ExitError); errors.As(err, &exit) {
		return string(text), exit.ExitCode()
	}
	if err != nil {
		t.Fatal(err)
	}
	return string(text), 0
}

const works = "exit 0"

// On a machine that lacks something, the first thing a newcomer reads must say what to install.
func TestDoctor(t *testing.T) {
	for name, c := range map[string]struct {
		fakes  map[string]string
		want   string
		absent string
	}{
		"healthy":      {map[string]string{"go": works, "node": works, "npm": works}, "", "Install"},
		"nothing":      {nil, "Go is missing. Install Go 1.", ""},
		"no Node.js":   {map[string]string{"go": works}, "Node.js is missing", "Go is"},
		"old Node.js":  {map[string]string{"go": works, "npm": works, "node": `[ "$1" = --version ] && echo v16.20.2; exit 1`}, "Node.js v16.20.2 is too old", ""},
		"no npm":       {map[string]string{"go": works, "node": works}, "npm is missing", ""},
		"old Go":       {map[string]string{"go": "echo 'go: go.mod requires go >= 1.26.8' >&2; exit 1", "node": works, "npm": works}, "go.mod requires go >= 1.26.8", ""},
		"both missing": {nil, "Node.js is missing", ""},
	} {
		t.Run(name, func(t *testing.T) {
			output, code := script(t, c.fakes, "tools/doctor")
			if (code == 0) != (c.want == "") || !strings.Contains(output, c.want) {
				t.Errorf("exit code %d, want %q in:\n%s", code, c.want, output)
			}
			if c.absent != "" && strings.Contains(output, c.absent) {
				t.Errorf("unwanted %q in:\n%s", c.absent, output)
			}
		})
	}
}

// A silent command shows one line; a failed one shows why, and fails.
func TestProgress(t *testing.T) {
	output, code := script(t, map[string]string{"quiet": "echo noise"}, "tools/progress", "installing", "quiet")
	if code != 0 || !strings.HasPrefix(output, "installing … done (") || strings.Contains(output, "noise") {
		t.Errorf("exit code %d:\n%s", code, output)
	}
	output, code = script(t, map[string]string{"broken": "echo the reason; exit 3"}, "tools/progress", "installing", "broken")
	if code != 3 || !strings.Contains(output, "failed after") || !strings.Contains(output, "the reason") {
		t.Errorf("exit code %d:\n%s", code, output)
	}
}

// CI without a way to the database must not fail, and a vulnerability or a broken tool must.
func TestVuln(t *testing.T) {
	for name, c := range map[string]struct {
		report string
		code   int
		want   string
	}{
		"out of reach": {`echo 'govulncheck: fetching vulnerabilities: Get "https://vuln.go.dev": dial tcp: no such host' >&2; exit 1`, 0, "govulncheck skipped: its database (https://vuln.go.dev) is out of reach"},
		"vulnerable":   {"echo 'Vulnerability #1: GO-2026-0001'; exit 3", 3, "GO-2026-0001"},
		"broken":       {"echo 'go: no such tool' >&2; exit 2", 2, "no such tool"},
		"clean":        {"echo 'No vulnerabilities found.'", 0, "No vulnerabilities found."},
	} {
		t.Run(name, func(t *testing.T) {
			output, code := script(t, map[string]string{"go": c.report}, "tools/vuln")
			if code != c.code || !strings.Contains(output, c.want) {
				t.Errorf("exit code %d, want %d and %q in:\n%s", code, c.code, c.want, output)
			}
		})
	}
}

// Without a linter and without a way to install it, CI names what it skipped.
func TestCfnLint(t *testing.T) {
	if output, code := script(t, nil, "tools/cfn-lint"); code == 0 || !strings.Contains(output, "cfn-lint skipped") {
		t.Errorf("exit code %d:\n%s", code, output)
	}
	if output, code := script(t, map[string]string{"cfn-lint": works}, "tools/cfn-lint"); code != 0 || !strings.HasSuffix(output, "/cfn-lint\n") {
		t.Errorf("exit code %d:\n%s", code, output)
	}
}
