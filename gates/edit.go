package gates

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Edit is one change of a rendered template, as somebody in a hurry might make it.
type Edit struct {
	What  string // what is lost
	Stack string // the stack's name without its suffix, and without what all have in common: network
	Type  string // of the resource
	ID    string // what its logical id begins with; empty: the first one
	At    string // the path to the value below the resource, with / between keys; Key=x selects from a list; empty: all of it
	To    any    // what the value becomes; nil: it is gone
	By    string // the rule that must notice
}

// Find returns the template to edit, and the logical id of the resource.
func (e Edit) Find(stacks []Stack) (Stack, string, error) {
	for _, stack := range stacks {
		if !strings.HasPrefix(stack.Name, "payment-processor-"+e.Stack+"-") {
			continue
		}
		resources, _ := stack.Template["Resources"].(map[string]any)
		for _, id := range slices.Sorted(maps.Keys(resources)) {
			resource, _ := resources[id].(map[string]any)
			if resource["Type"] == e.Type && strings.HasPrefix(id, e.ID) {
				return stack, id, nil
			}
		}
	}
	return Stack{}, "", fmt.Errorf("%s: %s has no %s %s", e.What, e.Stack, e.Type, e.ID)
}

// Apply returns the template with the edit made, and the logical id of the resource.
func (e Edit) Apply(stacks []Stack) (Stack, string, error) {
	stack, id, err := e.Find(stacks)
	if err != nil {
		return stack, id, err
	}
	stack.Template = clone(stack.Template)
	resources := stack.Template["Resources"].(map[string]any) // Find has found one
	changed, err := replace(resources[id], segments(e.At), e.To)
	if err != nil {
		return stack, id, fmt.Errorf("%s: %s %s: %w", e.What, id, e.At, err)
	}
	resources[id] = changed
	if changed == nil {
		delete(resources, id)
	}
	return stack, id, nil
}

// replace returns the value with what stands at the path replaced. It must be there to be taken away.
func replace(value any, path []string, to any) (any, error) {
	if len(path) == 0 {
		return to, nil
	}
	switch v := value.(type) {
	case map[string]any:
		if v[path[0]] == nil && (to == nil || len(path) > 1) {
			return nil, fmt.Errorf("there is no %s", path[0])
		}
		changed, err := replace(v[path[0]], path[1:], to)
		v[path[0]] = changed
		if changed == nil {
			delete(v, path[0])
		}
		return v, err
	case []any:
		i := position(v, path[0])
		if i < 0 {
			return nil, fmt.Errorf("none of %d is %s", len(v), path[0])
		}
		changed, err := replace(v[i], path[1:], to)
		if changed == nil {
			return slices.Delete(v, i, i+1), err
		}
		v[i] = changed
		return v, err
	}
	return nil, fmt.Errorf("%s is below %v", path[0], value)
}

// position is where the wanted element of a list is: by its index, or by the value of one of its keys.
func position(list []any, wanted string) int {
	if key, value, ok := strings.Cut(wanted, "="); ok {
		return slices.IndexFunc(list, func(item any) bool {
			object, _ := item.(map[string]any)
			return fmt.Sprint(object[key]) == value
		})
	}
	i, err := strconv.Atoi(wanted)
	if err != nil || i >= len(list) {
		return -1
	}
	return i
}

// clone copies a template.
func clone(template map[string]any) map[string]any {
	var copied map[string]any
	_ = json.Unmarshal(mustJSON(template), &copied) // it has just been JSON
	return copied
}
