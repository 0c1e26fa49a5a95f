package stacks

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite testdata/*.golden from what the code synthesizes now")

// A logical id is an interface: a new id for the same thing makes CloudFormation replace it.
func TestLogicalIDs(t *testing.T) {
	for _, suffix := range []string{"dev", "staging", "prod"} {
		lines := map[string][]string{}
		for _, r := range synthesized(t, suffix).resources() {
			lines[r.Stack] = append(lines[r.Stack], r.ID+" "+r.Type)
		}
		for part, ids := range lines {
			compareGolden(t, part+"-"+suffix+".golden", strings.Join(ids, "\n")+"\n")
		}
	}
}

func compareGolden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != got {
		t.Errorf("%s differs from what is synthesized; read the difference, then run go test ./stacks -update\n--- want\n%s\n--- got\n%s", file, want, got)
	}
}
