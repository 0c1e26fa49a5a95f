package bundle

import (
	"archive/zip"
	"context"
	"crypto/sha256"
	"debug/elf"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func moduleRoot(t testing.TB) string {
	t.Helper()
	root, err := ModuleRoot()
	if err != nil {
		t.Fatal(err)
	}
	return root
}

func built(t testing.TB, root string) Functions {
	t.Helper()
	functions, err := Build(t.Context(), root, "X86_64")
	if err != nil {
		t.Fatal(err)
	}
	return functions
}

func (f Functions) directories() []string {
	return []string{f.Release, f.LiveTargetGroup, f.ImageGate, f.Hook, f.Probe, f.Database, f.RotationRelease}
}

// Two engineers, or an engineer and CI, must get the same asset hashes: else every diff shows seven changed functions.
func TestSameBytesFromAnotherCheckoutWithOtherSettings(t *testing.T) {
	root := moduleRoot(t)
	want := hashes(t, built(t, root))
	checkout := t.TempDir()
	for _, part := range []string{"go.mod", "go.sum", "lambda"} {
		copyTree(t, filepath.Join(root, part), filepath.Join(checkout, part))
	}
	for name, value := range map[string]string{
		"GOFLAGS": "-gcflags=-N -tags=elsewhere", "GOOS": "darwin", "GOARCH": "386", "GOARM64": "v9.0", "GOAMD64": "v3",
		"GOEXPERIMENT": "nogreenteagc", "GOFIPS140": "latest", "GODEBUG": "http2client=0", "GOWORK": "/nowhere",
		"CGO_ENABLED": "1", "CGO_CFLAGS": "-O0", "CC": "/nowhere",
	} {
		t.Setenv(name, value)
	}
	got := hashes(t, built(t, checkout))
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if got[name] != want[name] {
			t.Errorf("%s is %s here and %s in another checkout", name, want[name], got[name])
		}
	}
	if len(got) != len(want) || len(want) != 8 {
		t.Errorf("built %d files here and %d in another checkout, want 8", len(want), len(got))
	}
}

func hashes(t *testing.T, functions Functions) map[string]string {
	t.Helper()
	found := map[string]string{}
	for _, dir := range functions.directories() {
		for _, name := range files(t, dir) {
			raw, err := os.ReadFile(filepath.Join(dir, name))
			if err != nil {
				t.Fatal(err)
			}
			found[filepath.Join(filepath.Base(dir), name)] = fmt.Sprintf("%x", sha256.Sum256(raw))
		}
	}
	return found
}

func files(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names
}

// copyTree copies with other file modes and times, as another checkout has.
func copyTree(t *testing.T, from, to string) {
	t.Helper()
	err := filepath.WalkDir(from, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		target := filepath.Join(to, strings.TrimPrefix(path, from))
		if entry.IsDir() {
			return os.MkdirAll(target, 0o700)
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(target, raw, 0o600)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Lambda runs these as another user, on arm64; the server runs on the architecture of the tasks.
func TestBinariesRunWhereTheyAreSentTo(t *testing.T) {
	functions := built(t, moduleRoot(t))
	for _, dir := range functions.directories() {
		machine(t, filepath.Join(dir, "bootstrap"), elf.EM_AARCH64)
	}
	machine(t, filepath.Join(functions.ImageGate, "server"), elf.EM_X86_64)
}

func machine(t *testing.T, file string, want elf.Machine) {
	t.Helper()
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o755 {
		t.Errorf("%s has mode %v, so that not everybody may run it", file, info.Mode())
	}
	binary, err := elf.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer binary.Close()
	if binary.Machine != want {
		t.Errorf("%s is for %v, want %v", file, binary.Machine, want)
	}
	if libraries, _ := binary.ImportedLibraries(); len(libraries) > 0 {
		t.Errorf("%s needs %v, which an empty image does not have", file, libraries)
	}
}

// A large zip makes a cold start slow, and the first deployment with it.
func TestZipsAreSmall(t *testing.T) {
	functions := built(t, moduleRoot(t))
	for _, dir := range functions.directories() {
		if size := zipped(t, dir); size > 15_000_000 {
			t.Errorf("%s zips to %d bytes, want less than 15 MB", filepath.Base(dir), size)
		} else {
			t.Logf("%s zips to %.1f MB", filepath.Base(dir), float64(size)/1e6)
		}
	}
	server, err := os.Stat(filepath.Join(functions.ImageGate, "server"))
	if err != nil {
		t.Fatal(err)
	}
	if server.Size() > 10_000_000 {
		t.Errorf("the bootstrap server has %d bytes, want less than 10 MB", server.Size())
	}
}

func zipped(t *testing.T, dir string) int64 {
	t.Helper()
	var size counter
	archive := zip.NewWriter(&size)
	if err := archive.AddFS(os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	return int64(size)
}

type counter int64

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}

// Somebody who waits in silence presses control-C.
func TestSlowBuildSaysSo(t *testing.T) {
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := build(t.Context(), moduleRoot(t), "ARM64", write, time.Nanosecond); err != nil {
		t.Fatal(err)
	}
	write.Close()
	said, err := io.ReadAll(read)
	if err != nil || !strings.Contains(string(said), "building the functions") {
		t.Errorf("said %q (%v), want a progress line", said, err)
	}
}

func BenchmarkWarmBuild(b *testing.B) {
	root := moduleRoot(b)
	built(b, root)
	for b.Loop() {
		if _, err := Build(context.Background(), root, "X86_64"); err != nil {
			b.Fatal(err)
		}
	}
}
