package gates

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"payment-processor/gates/policy"
)

var update = flag.Bool("update", false, "rewrite the documents and the list of suppressions")

// accepted are the suppressions of all environments.
func accepted(t *testing.T) []Accepted {
	t.Helper()
	var suppressions []Suppression
	var findings []Finding
	for _, suffix := range environments {
		suppressions = append(suppressions, ask(t).assemblies[suffix].Suppressions()...)
		findings = append(findings, ask(t).findings[suffix]...)
	}
	return Accept(suppressions, findings)
}

// A document that lags behind the code misleads an assessor; a new suppression must be seen in review.
func TestDocuments(t *testing.T) {
	controls, err := Controlled(Controls, ask(t).assemblies["prod"].Stacks, accepted(t))
	if err != nil {
		t.Fatal(err)
	}
	for file, want := range map[string]string{
		"../docs/controls.md":                    controls,
		"../docs/sabotage.md":                    Sabotaged(),
		"../stacks/testdata/suppressions.golden": Golden(accepted(t)),
	} {
		if *update {
			if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := os.ReadFile(file); err != nil || string(got) != want {
			t.Errorf("%s is not what it is generated from; read the difference after make generate (%v)", file, err)
		}
	}
}

// More than fifteen exceptions are no rule any more, and production has no grave one.
func TestSuppressionsAreFew(t *testing.T) {
	all := accepted(t)
	if len(all) > 15 {
		t.Errorf("there are %d suppressions", len(all))
	}
	for _, s := range all {
		if !slices.Contains([]string{"LOW", "MEDIUM", "HIGH"}, s.Severity) || len(s.Reason) < 40 {
			t.Errorf("%v: severity %q, reason %q", s.Rules, s.Severity, s.Reason)
		}
		if s.Severity != "LOW" && s.Accepted == "" && slices.ContainsFunc(s.Resources, func(r string) bool { return strings.Contains(r, " prod") }) {
			t.Errorf("%v: nobody knows of the risk", s.Rules)
		}
		if s.Severity == "HIGH" && slices.ContainsFunc(s.Resources, func(r string) bool { return strings.Contains(r, " prod") }) {
			t.Errorf("%v is suppressed in production", s.Rules)
		}
	}
}

// No suppression is for a whole stack, or for rules that a pattern matches.
func TestSuppressionsAreNarrow(t *testing.T) {
	for _, suffix := range environments {
		for _, s := range ask(t).assemblies[suffix].Suppressions() {
			if !strings.Contains(s.Path, "/") || len(s.Resource) == 0 || len(s.Resource) > 12 {
				t.Errorf("%s suppresses %v on %v", s.Path, s.Rules, s.Resource)
			}
			for _, rule := range s.Rules {
				if strings.ContainsAny(rule, "*[(") || strings.HasPrefix(rule, "PAY-") {
					t.Errorf("%s suppresses %s", s.Path, rule)
				}
			}
		}
	}
}

// What holds a control must be there: a rule that some gate asks, or a test.
func TestControlsAreHeld(t *testing.T) {
	var ours strings.Builder
	for _, source := range policy.Sources() {
		ours.WriteString(source.Content)
	}
	for _, c := range Controls {
		for _, name := range c.HeldBy {
			held := ask(t).applied[name]
			switch {
			case strings.HasPrefix(name, "PAY-"):
				held = strings.Contains(ours.String(), `"`+name+`"`)
			case strings.HasPrefix(name, "CT."):
				held = slices.Contains(ControlTower, name)
			case strings.HasPrefix(name, "Test"):
				held = exists(t, name)
			}
			if !held {
				t.Errorf("%s: there is no %s", c.What, name)
			}
		}
	}
}

// Each rule of ours has an edit that it notices: one that never fires is worse than none.
func TestEachRuleIsTried(t *testing.T) {
	tried := map[string]bool{}
	for _, edit := range Sabotage {
		tried[edit.By] = true
	}
	for _, source := range policy.Sources() {
		for _, id := range regexp.MustCompile(`PAY-[A-Z]+-\d+`).FindAllString(source.Content, -1) {
			if !tried[id] {
				t.Errorf("no edit is noticed by %s", id)
			}
		}
	}
}

// exists says that stacks/ has a test of that name.
func exists(t *testing.T, test string) bool {
	t.Helper()
	files, err := filepath.Glob("../stacks/*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(source), "\nfunc "+test+"(t *testing.T) {") {
			return true
		}
	}
	return false
}
