package gates

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
)

// Nothing escapes: each edit is made alone, and the rule that must notice it does, which it did not before.
func TestSabotage(t *testing.T) {
	if len(Sabotage) < 60 {
		t.Errorf("%d edits are too few to trust the gates", len(Sabotage))
	}
	before := map[string]bool{}
	for _, f := range evaluate(t).findings["prod"] {
		before[f.Rule+" "+f.Resource+" "+f.Message] = true
	}
	noticed := map[string]bool{}
	for _, f := range evaluate(t).sabotage {
		if !before[f.Rule+" "+f.Resource+" "+f.Message] {
			noticed[f.Stack+" "+f.Rule] = true
		}
	}
	for i, edit := range Sabotage {
		if !noticed[fmt.Sprintf("edit-%d %s", i, edit.By)] {
			t.Errorf("%s: %s notices nothing", edit.What, edit.By)
		}
	}
}

// sabotaged are the edited templates, by what has to run to hear the rule that must notice: all of ours at once, the
// packs at once, each rule of Control Tower alone because cfn-guard takes its time.
func sabotaged(t *testing.T, production []Stack) map[string][]Stack {
	t.Helper()
	edited := map[string][]Stack{}
	for i, edit := range Sabotage {
		stack, _, err := edit.Apply(production)
		if err != nil {
			t.Error(err)
			continue
		}
		stack.Name = fmt.Sprintf("edit-%d", i)
		slim(stack.Template)
		by := "packs"
		switch {
		case strings.HasPrefix(edit.By, "PAY-"):
			by = "ours"
		case strings.HasPrefix(edit.By, "CT."):
			by = edit.By
		}
		edited[by] = append(edited[by], stack)
	}
	return edited
}

// slim takes away what no rule reads, two thirds of the time that engines need: outputs, metadata, and the tags that say
// no more than those of the first resource. Route tables are told apart by theirs.
func slim(template object) {
	delete(template, "Outputs")
	resources := template["Resources"].(object)
	tagged := false
	for _, id := range slices.Sorted(maps.Keys(resources)) {
		resource := resources[id].(object)
		delete(resource, "Metadata")
		properties, _ := resource["Properties"].(object)
		if tagged && resource["Type"] != "AWS::EC2::RouteTable" {
			delete(properties, "Tags")
		}
		tagged = tagged || properties["Tags"] != nil
	}
}
