package gates

import (
	"errors"
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
	for _, f := range ask(t).findings["prod"] {
		before[f.Rule+" "+f.Resource+" "+f.Message] = true
	}
	noticed := map[string]bool{}
	for _, f := range ask(t).sabotage {
		if at, unedited := strings.CutPrefix(f.Stack, "un"); unedited {
			before[at+" "+f.Rule+" "+f.Resource+" "+f.Message] = true
		}
	}
	for _, f := range ask(t).sabotage {
		said := f.Rule + " " + f.Resource + " " + f.Message
		if !before[said] && !before[f.Stack+" "+said] {
			noticed[f.Stack+" "+f.Rule] = true
		}
	}
	for i, edit := range Sabotage {
		if !noticed[fmt.Sprintf("edit-%d %s", i, edit.By)] {
			t.Errorf("%s: %s notices nothing", edit.What, edit.By)
		}
	}
}

// sabotagedStack is a template with an edit made.
type sabotagedStack struct {
	Edit
	stack Stack
}

// sabotaged are the edits that an engine must notice: ours for our own rules, guard for Control Tower's, or packs. Those
// take long for a template, so they get what is near to the resource, and the same unedited.
func sabotaged(production []Stack, engine string) (edited []sabotagedStack, err error) {
	for i, edit := range Sabotage {
		by := "packs"
		switch {
		case strings.HasPrefix(edit.By, "PAY-"):
			by = "ours"
		case strings.HasPrefix(edit.By, "CT."):
			by = "guard"
		}
		if by != engine {
			continue
		}
		stack, id, failed := edit.Apply(production)
		if failed == nil && by == "packs" {
			unedited := near(production, stack.Name, id)
			stack, _, failed = edit.Apply([]Stack{unedited})
			unedited.Name = fmt.Sprintf("unedit-%d", i)
			edited = append(edited, sabotagedStack{edit, unedited})
		}
		if failed != nil {
			err = errors.Join(err, failed)
			continue
		}
		stack.Name = fmt.Sprintf("edit-%d", i)
		slim(stack.Template)
		edited = append(edited, sabotagedStack{edit, stack})
	}
	return edited, err
}

// near is a stack with one resource, those that mention it, and what these mention.
func near(stacks []Stack, name, id string) Stack {
	whole := stacks[slices.IndexFunc(stacks, func(s Stack) bool { return s.Name == name })]
	template := clone(whole.Template)
	slim(template)
	all, kept := template["Resources"].(object), object{}
	var keep func(string)
	keep = func(id string) {
		if all[id] != nil && kept[id] == nil {
			kept[id] = all[id]
			for other := range mentioned(all[id]) {
				keep(other)
			}
		}
	}
	keep(id)
	for other, resource := range all {
		if mentioned(resource)[id] {
			keep(other)
		}
	}
	template["Resources"] = kept
	return Stack{Name: name, Template: template}
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
