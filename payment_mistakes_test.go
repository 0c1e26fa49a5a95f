package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A pipeline must stop at a bad configuration, and must not find templates of an earlier thought to deploy: each of the
// inputs in the golden file ends with 1, says what is wrong, and leaves no cdk.out.
func TestEachMistakeStopsThePipeline(t *testing.T) {
	t.Chdir(moduleRoot)
	t.Setenv("ENVIRONMENT_SUFFIX", "")
	golden, err := os.ReadFile(filepath.Join("stacks", "testdata", "mistakes.golden"))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSuffix(string(golden), "\n"), "\n")
	if len(lines) < 2*60 {
		t.Errorf("%d inputs, want 60 or more", len(lines)/2)
	}
	for i := 0; i+1 < len(lines); i += 2 {
		var arguments map[string]any
		if err := json.Unmarshal([]byte(lines[i]), &arguments); err != nil {
			t.Fatal(err)
		}
		s := withContext(t, arguments)
		code, stderr := started(t, s)
		if code != 1 || stderr != "mistakes in the configuration: 1\n"+lines[i+1]+"\n" {
			t.Errorf("%s: exit code %d with %q, want 1 with %q", lines[i], code, stderr, lines[i+1])
		}
		if _, err := os.Stat(s["CDK_OUTDIR"]); err == nil {
			t.Errorf("%s: something was written to cdk.out", lines[i])
		}
	}
}
