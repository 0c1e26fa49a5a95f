package clicontext

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// handed are the CLI's two variables.
func handed(variable, file string) func(name string) string {
	return func(name string) string {
		return map[string]string{"CDK_CONTEXT_JSON": variable, "CONTEXT_OVERFLOW_LOCATION_ENV": file}[name]
	}
}

func file(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "overflow.json")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestContextThatHasNoRoomInAVariable(t *testing.T) {
	variable := `{"region": "us-east-2", "natGateways": 1}`
	for overflow, want := range map[string]map[string]any{
		"": {"region": "us-east-2", "natGateways": 1.0},
		file(t, `{"environmentSuffix": "spill", "natGateways": 2}`): {"region": "us-east-2", "natGateways": 2.0, "environmentSuffix": "spill"},
	} {
		if got, err := Read(handed(variable, overflow)); !maps.Equal(got, want) || err != nil {
			t.Errorf("got %v and %v, want %v", got, err, want)
		}
	}
}

func TestContextThatCannotBeRead(t *testing.T) {
	for want, given := range map[string]func(string) string{
		"through the CDK CLI":              handed("", ""),
		"CDK_CONTEXT_JSON: unexpected end": handed("{", ""),
		"context overflow: open /nowhere":  handed("{}", "/nowhere"),
		"overflow.json: unexpected end":    handed("{}", file(t, "{")),
	} {
		if _, err := Read(given); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got error %v, want one with %q", err, want)
		}
	}
}
