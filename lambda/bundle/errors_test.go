package bundle

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// module writes a small module with every package that Build wants, and main as the body of each.
func module(t *testing.T, main string) string {
	t.Helper()
	root := t.TempDir()
	write(t, filepath.Join(root, "go.mod"), "module small\n\ngo 1.26.8\n")
	for _, name := range []string{"release", "livetarget", "imagegate", "hook", "probe", "database", "rotationrelease", "bootstrap"} {
		write(t, filepath.Join(root, "lambda", name, "main", "main.go"), main)
	}
	return root
}

func write(t *testing.T, file, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

// A stray file would be sent to Lambda, and change the hash on one machine only.
func TestOnlyBinariesAreInAssets(t *testing.T) {
	root := module(t, "package main\n\nfunc main() {}\n")
	stray := filepath.Join(root, "build", "lambda", "hook", "notes", "todo.txt")
	write(t, stray, "an editor's backup")
	functions := built(t, root)
	if got := files(t, functions.Hook); len(got) != 1 || got[0] != "bootstrap" {
		t.Errorf("the hook's asset holds %v, want only bootstrap", got)
	}
}

func TestErrorsSayWhatToDo(t *testing.T) {
	for name, test := range map[string]struct {
		root func(t *testing.T) string
		arch string
		want string
	}{
		"architecture": {func(t *testing.T) string { return module(t, "") }, "arm64", `"arm64", want X86_64 or ARM64`},
		"no module":    {func(t *testing.T) string { return t.TempDir() }, "X86_64", "find the module"},
		"no version": {func(t *testing.T) string {
			root := t.TempDir()
			write(t, filepath.Join(root, "go.mod"), "module small\n")
			return root
		}, "X86_64", `a line like "go 1.26.8"`},
		"output in the way": {func(t *testing.T) string {
			root := module(t, "")
			write(t, filepath.Join(root, "build"), "")
			return root
		}, "X86_64", "build: not a directory"},
		"no go command": {func(t *testing.T) string {
			t.Setenv("PATH", t.TempDir())
			return module(t, "")
		}, "X86_64", "install Go"},
		"does not compile": {func(t *testing.T) string { return module(t, "package main\n\nfunc main() { wrong }\n") },
			"X86_64", "undefined: wrong"},
		"does not link": {func(t *testing.T) string { return module(t, "package main\n") },
			"X86_64", "function main is undeclared"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Build(t.Context(), test.root(t), test.arch)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want an error with %q", err, test.want)
			}
		})
	}
}

// payment.go and the tests of any package find the module wherever they are run in it.
func TestModuleRoot(t *testing.T) {
	root := module(t, "")
	t.Chdir(filepath.Join(root, "lambda", "hook"))
	if got, err := ModuleRoot(); err != nil || !same(t, got, root) {
		t.Errorf("got %s (%v), want %s", got, err, root)
	}
	gone := filepath.Join(t.TempDir(), "gone")
	write(t, filepath.Join(gone, "file"), "")
	t.Chdir(gone)
	if _, err := ModuleRoot(); err == nil || !strings.Contains(err.Error(), "inside the repository") {
		t.Errorf("got %v outside any module, want to be told where to run it", err)
	}
	if err := os.RemoveAll(gone); err != nil {
		t.Fatal(err)
	}
	if _, err := ModuleRoot(); err == nil {
		t.Error("a working directory that is gone gave no error")
	}
}

func same(t *testing.T, one, other string) bool {
	t.Helper()
	a, err := os.Stat(one)
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.Stat(other)
	if err != nil {
		t.Fatal(err)
	}
	return os.SameFile(a, b)
}

// Lambda runs the binaries as another user than the one who built them, whose umask may be strict.
func TestEverybodyMayRunTheBinaries(t *testing.T) {
	root := module(t, "package main\n\nfunc main() {}\n")
	file := filepath.Join(built(t, root).Hook, "bootstrap")
	if err := os.Chmod(file, 0o700); err != nil {
		t.Fatal(err)
	}
	built(t, root)
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o755 {
		t.Errorf("the binary's mode is %v, want 0755", info.Mode().Perm())
	}
}
