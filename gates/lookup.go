package gates

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Lookup returns what a control names in the templates: the resource's logical id and the property's value.
func (c Control) Lookup(stacks []Stack) (id string, value any, err error) {
	for _, stack := range stacks {
		if !strings.HasPrefix(stack.Name, "payment-processor-"+c.Stack+"-") {
			continue
		}
		resources, _ := stack.Template["Resources"].(map[string]any)
		for _, id := range slices.Sorted(maps.Keys(resources)) {
			resource, _ := resources[id].(map[string]any)
			if resource["Type"] != c.Type || !strings.HasPrefix(id, c.ID) {
				continue
			}
			value, err := at(resource, segments(c.At))
			if err != nil {
				return id, nil, fmt.Errorf("%s: %s %s: %w", c.What, id, c.At, err)
			}
			if got := string(mustJSON(value)); c.Is != "" && got != c.Is {
				return id, value, fmt.Errorf("%s: %s %s is %s, want %s", c.What, id, c.At, got, c.Is)
			}
			return id, value, nil
		}
	}
	return "", nil, fmt.Errorf("%s: %s has no %s %s", c.What, c.Stack, c.Type, c.ID)
}

// segments are a path's parts.
func segments(path string) []string {
	return strings.FieldsFunc(path, func(r rune) bool { return r == '/' })
}

// at is what stands at a path.
func at(value any, path []string) (any, error) {
	for _, part := range path {
		var next any
		switch v := value.(type) {
		case map[string]any:
			next = v[part]
		case []any:
			if i := position(v, part); i >= 0 {
				next = v[i]
			}
		}
		if next == nil {
			return nil, fmt.Errorf("there is no %s", part)
		}
		value = next
	}
	return value, nil
}
