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
	before, noticed := map[string]bool{}, map[string]bool{}
	for _, f := range ask(t).findings["prod"] {
		before[f.Rule+" "+f.Resource+" "+f.Message] = true
	}
	for _, f := range ask(t).sabotage {
		if strings.HasPrefix(f.Stack, "near-") {
			before[f.Stack+" "+f.Rule+" "+f.Resource+" "+f.Message] = true
		}
	}
	for _, f := range ask(t).sabotage {
		edit, place, _ := strings.Cut(f.Stack, "-near-")
		said := f.Rule + " " + f.Resource + " " + f.Message
		if !before[said] && !before["near-"+place+" "+said] {
			noticed[edit+" "+f.Rule] = true
		}
	}
	for i, edit := range Sabotage {
		if !noticed[fmt.Sprintf("edit-%d %s", i, edit.By)] {
			t.Errorf("%s: %s notices nothing", edit.What, edit.By)
		}
	}
}

// noticer is who must notice an edit: ours, all rules of our own; packs, all of cdk-nag's; or a control of Control Tower.
func noticer(edit Edit) string {
	switch {
	case strings.HasPrefix(edit.By, "PAY-"):
		return "ours"
	case strings.HasPrefix(edit.By, "CT."):
		return edit.By
	}
	return "packs"
}

// sabotaged are the templates for a noticer, with each of its edits made alone and without. They take long for a template,
// so they get what is near to the resource.
func sabotaged(production []Stack, by string) (templates []Stack, err error) {
	unedited := map[string]Stack{} // by the resource and what edits bring in
	names := map[string]string{}
	for i, edit := range Sabotage {
		if noticer(edit) != by {
			continue
		}
		whole, id, failed := edit.Find(production)
		if failed != nil {
			err = errors.Join(err, failed)
			continue
		}
		broughtIn := there(whole, mentioned(edit.To))
		place := fmt.Sprint(whole.Name, id, broughtIn)
		if names[place] == "" {
			names[place] = fmt.Sprintf("near-%d", i)
			unedited[place] = near(whole, id, broughtIn, by == "packs")
			templates = append(templates, Stack{Name: names[place], Template: unedited[place].Template})
		}
		edited, _, failed := edit.Apply([]Stack{unedited[place]})
		err = errors.Join(err, failed)
		templates = append(templates, Stack{Name: fmt.Sprintf("edit-%d-%s", i, names[place]), Template: edited.Template})
	}
	return templates, err
}

// there are the ids among strings that are those of a stack's resources.
func there(stack Stack, names map[string]bool) []string {
	var ids []string
	for _, id := range slices.Sorted(maps.Keys(stack.Template["Resources"].(object))) {
		if names[id] {
			ids = append(ids, id)
		}
	}
	return ids
}

// near is a stack with one resource and what an edit brings in, those that mention it, and what these mention. Closed, it
// has what those mention, and so on, as CfnInclude must have it; else those of the resource's type, which may do what the
// one does no longer.
func near(whole Stack, id string, broughtIn []string, closed bool) Stack {
	template := clone(whole.Template)
	all, kept := template["Resources"].(object), object{}
	take := func(id string) {
		if all[id] == nil {
			return
		}
		kept[id] = all[id]
		for other := range mentioned(all[id]) {
			if all[other] != nil {
				kept[other] = all[other]
			}
		}
	}
	take(id)
	for _, other := range broughtIn {
		take(other)
	}
	for other, resource := range all {
		if mentioned(resource)[id] {
			take(other)
		}
		if !closed && resource.(object)["Type"] == all[id].(object)["Type"] {
			kept[other] = resource
		}
	}
	for before := 0; closed && before < len(kept); {
		before = len(kept)
		for other := range maps.Clone(kept) {
			take(other)
		}
	}
	template["Resources"] = kept
	slim(template)
	return Stack{Name: whole.Name, Template: template}
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
