package stacks

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
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
		t.Errorf("%s differs from what is synthesized; read the difference, then run go test ./stacks -update\n%s", file, difference(string(want), got))
	}
}

// difference lists the lines that only one of two texts has.
func difference(want, got string) string {
	var lines []string
	only := func(sign, one, other string) {
		known := strings.Split(other, "\n")
		for line := range strings.SplitSeq(one, "\n") {
			if !slices.Contains(known, line) {
				lines = append(lines, sign+" "+line)
			}
		}
	}
	only("-", want, got)
	only("+", got, want)
	if lines == nil {
		return "the lines are the same in another order"
	}
	return strings.Join(lines, "\n")
}

func TestDifference(t *testing.T) {
	for _, test := range []struct{ want, got, difference string }{
		{"a\nb", "a\nc", "- b\n+ c"},
		{"a\nb", "b\na", "the lines are the same in another order"},
	} {
		if got := difference(test.want, test.got); got != test.difference {
			t.Errorf("between %q and %q is %q, want %q", test.want, test.got, got, test.difference)
		}
	}
}
