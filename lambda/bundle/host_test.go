package bundle

import (
	"debug/buildinfo"
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// localaws runs this where an asset is for another machine: it must be the same command, for this one.
func TestHost(t *testing.T) {
	root, err := ModuleRoot()
	if err != nil {
		t.Fatal(err)
	}
	file, err := Host(t.Context(), root, "./lambda/probe/main")
	if err != nil {
		t.Fatal(err)
	}
	built, err := buildinfo.ReadFile(file)
	if err != nil || built.Path != "payment-processor/lambda/probe/main" {
		t.Errorf("%s is %v, %v", file, built, err)
	}
	for _, setting := range built.Settings {
		if setting.Key == "GOARCH" && setting.Value != runtime.GOARCH || setting.Key == "GOOS" && setting.Value != runtime.GOOS {
			t.Errorf("built for %s", setting.Value)
		}
	}
	empty := t.TempDir()
	if err := os.WriteFile(filepath.Join(empty, "other"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Host(t.Context(), empty, "./x"); err == nil {
		t.Error("built without a module")
	}
}
