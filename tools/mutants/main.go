// Command mutants renders a report of gremlins into its folder's part of docs/mutation.md: the score, and each survivor
// with the reason why no test kills it. Reasons are written into the document by hand and kept; a survivor without one is an error.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

const document = "docs/mutation.md"

type report struct {
	Killed    int `json:"mutants_killed"`
	Lived     int `json:"mutants_lived"`
	NotViable int `json:"mutants_not_viable"`
	Files     []struct {
		Name      string `json:"file_name"`
		Mutations []mutation
	}
}

type mutation struct {
	Type, Status string
	Line, Column int
}

var exit = os.Exit // replaced in tests

func main() {
	if err := run(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		exit(1)
	}
}

// markers are what a folder's part of the document stands between.
func markers(folder string) (begin, end string) {
	return "<!-- " + folder + ":begin -->\n", "<!-- " + folder + ":end -->\n"
}

// run renders the report of what lies in folder.
func run(file, folder string) error {
	raw, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var parsed report
	if err := json.Unmarshal(raw, &parsed); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	page, err := os.ReadFile(document)
	if err != nil {
		return err
	}
	table, unexplained, err := render(parsed, folder, reasons(string(page)))
	if err != nil {
		return err
	}
	begin, end := markers(folder)
	before, rest, found := strings.Cut(string(page), begin)
	_, after, closed := strings.Cut(rest, end)
	if !found || !closed {
		return fmt.Errorf("%s has no place between %q and %q", document, begin, end)
	}
	written := os.WriteFile(document, []byte(before+begin+table+end+after), 0o600)
	return errors.Join(append(unexplained, written)...)
}

// render returns the Markdown of a report, and an error for each survivor that nobody has explained yet.
func render(r report, folder string, reasons map[string]string) (table string, unexplained []error, err error) {
	var rows strings.Builder
	timedOut := 0
	for _, file := range r.Files {
		path := filepath.Join(folder, file.Name)
		source, err := os.ReadFile(path)
		if err != nil {
			return "", nil, err
		}
		lines := strings.Split(string(source), "\n")
		for _, m := range file.Mutations {
			if m.Status == "TIMED OUT" {
				timedOut++
			}
			if m.Status != "LIVED" {
				continue
			}
			// By the text, not the number, of its line: a reason outlives edits above it.
			code := strings.ReplaceAll(strings.TrimSpace(lines[m.Line-1]), "|", "\\|")
			key := fmt.Sprintf("| %s | `%s` | %s |", path, code, strings.ToLower(strings.ReplaceAll(m.Type, "_", " ")))
			if reasons[key] == "" {
				unexplained = append(unexplained, fmt.Errorf("%s:%d:%d: %s survives without a reason in %s", path, m.Line, m.Column, m.Type, document))
			}
			fmt.Fprintf(&rows, "%s %s |\n", key, reasons[key])
		}
	}
	viable := r.Killed + r.Lived + timedOut
	score := fmt.Sprintf("%d of %d mutants of `%s` killed (%.1f %%), %d survive; %d more do not compile and are not counted.\n",
		r.Killed+timedOut, viable, folder, 100*float64(r.Killed+timedOut)/float64(max(viable, 1)), r.Lived, r.NotViable)
	if rows.Len() > 0 {
		score += "\n| file | line | mutation | why no test kills it |\n|---|---|---|---|\n" + rows.String()
	}
	return score, unexplained, nil
}

var row = regexp.MustCompile("(?m)^(\\| .* \\| `.*` \\| [a-z ]+ \\|) (.*) \\|$")

// reasons reads the last column of the survivors' table by the rest of its row.
func reasons(page string) map[string]string {
	found := map[string]string{}
	for _, match := range row.FindAllStringSubmatch(page, -1) {
		found[match[1]] = match[2]
	}
	return found
}
