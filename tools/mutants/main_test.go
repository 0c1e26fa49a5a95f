package main

import (
	"os"
	"strings"
	"testing"
)

const gremlinsReport = `{"mutants_killed": 8, "mutants_lived": 1, "mutants_not_viable": 2, "files": [{"file_name": "a.go", "mutations": [
	{"type": "CONDITIONALS_BOUNDARY", "status": "LIVED", "line": 2, "column": 5},
	{"type": "ARITHMETIC_BASE", "status": "KILLED", "line": 1, "column": 1},
	{"type": "INCREMENT_DECREMENT", "status": "TIMED OUT", "line": 1, "column": 1}]}]}`

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func inProject(t *testing.T) {
	t.Helper()
	t.Chdir(t.TempDir())
	for _, folder := range []string{"docs", "stacks"} {
		if err := os.Mkdir(folder, 0o750); err != nil {
			t.Fatal(err)
		}
	}
	write(t, "report.json", gremlinsReport)
	write(t, "stacks/a.go", "package a\n\tif a < b || c {\n")
	begin, end := markers("stacks")
	write(t, document, "# Mutation\n"+begin+end+"after\n")
}

// A survivor is a hole in the tests until somebody has explained it; a reason survives the next run.
func TestSurvivorsNeedAReason(t *testing.T) {
	inProject(t)
	err := run("report.json", "stacks")
	if err == nil || !strings.Contains(err.Error(), "stacks/a.go:2:5: CONDITIONALS_BOUNDARY survives without a reason") {
		t.Fatalf("got %v", err)
	}
	page := read(t)
	const unexplained = "| stacks/a.go | `if a < b \\|\\| c {` | conditionals boundary |  |\n"
	if !strings.Contains(page, unexplained) || !strings.HasSuffix(page, "<!-- stacks:end -->\nafter\n") {
		t.Fatalf("unexpected page:\n%s", page)
	}
	if !strings.Contains(page, "9 of 10 mutants of `stacks` killed (90.0 %), 1 survive; 2 more do not compile") {
		t.Errorf("the score is missing:\n%s", page)
	}
	explained := strings.Replace(unexplained, "|  |", "| a never equals b |", 1)
	write(t, document, strings.Replace(page, unexplained, explained, 1))
	if err := run("report.json", "stacks"); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(read(t), explained) {
		t.Errorf("the reason was lost:\n%s", read(t))
	}
}

func read(t *testing.T) string {
	t.Helper()
	page, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	return string(page)
}

func TestWhatCannotBeRead(t *testing.T) {
	for name, breakIt := range map[string]func(){
		"no report":        func() { os.Remove("report.json") },
		"malformed report": func() { write(t, "report.json", "{") },
		"no document":      func() { os.Remove(document) },
		"no markers":       func() { write(t, document, "# Mutation\n") },
		"no source":        func() { os.Remove("stacks/a.go") },
	} {
		t.Run(name, func(t *testing.T) {
			inProject(t)
			breakIt()
			if run("report.json", "stacks") == nil {
				t.Error("accepted")
			}
		})
	}
}

func TestMainExitsWithFailure(t *testing.T) {
	inProject(t)
	os.Args = []string{"mutants", "report.json", "stacks"}
	os.Stderr = nil
	code := 0
	exit = func(c int) { code = c }
	main()
	if code != 1 {
		t.Errorf("exit code %d, want 1", code)
	}
}
