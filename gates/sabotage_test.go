package gates

import (
	"fmt"
	"strings"
	"testing"
)

// Nothing escapes: each edit is made alone, and the rule that must notice it does, which it did not before.
func TestSabotage(t *testing.T) {
	if len(Sabotage) < 60 {
		t.Errorf("%d edits are too few to trust the gates", len(Sabotage))
	}
	production := synthesized(t, "prod").Stacks
	edited := map[string][]Stack{} // by the rule that must notice, all of ours as one
	for i, edit := range Sabotage {
		stack, _, err := edit.Apply(production)
		if err != nil {
			t.Error(err)
			continue
		}
		stack.Name = fmt.Sprintf("edit-%d", i)
		edited[gate(edit.By)] = append(edited[gate(edit.By)], stack)
	}
	before := map[string]bool{}
	for _, f := range found(t, "prod") {
		before[f.Rule+" "+f.Resource+" "+f.Message] = true
	}
	noticed := map[string]bool{}
	for by, templates := range edited {
		for _, f := range notice(t, by, templates) {
			if !before[f.Rule+" "+f.Resource+" "+f.Message] {
				noticed[f.Stack+" "+f.Rule] = true
			}
		}
	}
	for i, edit := range Sabotage {
		if !noticed[fmt.Sprintf("edit-%d %s", i, edit.By)] {
			t.Errorf("%s: %s notices nothing", edit.What, edit.By)
		}
	}
}

// gate is what has to run to hear a rule: all of ours at once, the packs at once, each of Control Tower's alone because
// cfn-guard takes its time.
func gate(rule string) string {
	switch {
	case strings.HasPrefix(rule, "PAY-"):
		return "ours"
	case strings.HasPrefix(rule, "CT."):
		return rule
	}
	return "packs"
}

func notice(t *testing.T, gate string, templates []Stack) []Finding {
	t.Helper()
	var findings []Finding
	var err error
	switch gate {
	case "ours":
		findings, err = Validate(t.Context(), root, templates)
	case "packs":
		findings = rendered(t, templates)
	default:
		findings, _, err = Guard(t.Context(), root, []string{gate}, templates)
	}
	if err != nil {
		t.Fatal(err)
	}
	return findings
}
