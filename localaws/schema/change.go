package schema

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Change is one property that differs.
type Change struct {
	Name        string // of the top-level property
	Path        string // /NetworkConfiguration/AwsvpcConfiguration, as deep as the replacement is known
	Replacement Replacement
}

// Compare lists the top-level properties that differ, in order of their names. Equal decides what differs.
func (t Type) Compare(old, now map[string]any, equal func(a, b any) bool) []Change {
	var changes []Change
	for _, name := range names(old, now) {
		if !equal(old[name], now[name]) {
			change := Change{Name: name, Path: "/" + name, Replacement: Never}
			t.descend(&change, t.Properties[name], change.Path, old[name], now[name], equal)
			changes = append(changes, change)
		}
	}
	return changes
}

// descend looks for the strictest replacement below a property that differs.
func (t Type) descend(change *Change, property Property, path string, old, now any, equal func(a, b any) bool) {
	if rank(property.replacement()) > rank(change.Replacement) {
		change.Replacement, change.Path = property.replacement(), path
	}
	if change.Replacement == Always {
		return
	}
	oldItems, oldIsList := old.([]any)
	newItems, newIsList := now.([]any)
	oldFields, oldIsMap := old.(map[string]any)
	newFields, newIsMap := now.(map[string]any)
	shape := property.shape()
	switch {
	case oldIsList && newIsList && strings.HasPrefix(shape, "["):
		for i := range min(len(oldItems), len(newItems)) {
			if !equal(oldItems[i], newItems[i]) {
				t.descend(change, Property(shape[1:]), fmt.Sprintf("%s/%d", path, i), oldItems[i], newItems[i], equal)
			}
		}
	case oldIsMap && newIsMap && (strings.HasPrefix(shape, "@") || strings.HasPrefix(shape, "{")):
		for _, name := range names(oldFields, newFields) {
			if !equal(oldFields[name], newFields[name]) {
				t.descend(change, t.below(shape, name), path+"/"+name, oldFields[name], newFields[name], equal)
			}
		}
	}
}

// below is the property of a structure or a map.
func (t Type) below(shape, name string) Property {
	if structure, is := strings.CutPrefix(shape, "@"); is {
		return t.Structures[structure][name]
	}
	return Property(shape[1:])
}

func rank(r Replacement) int {
	return slices.Index([]Replacement{Never, Conditionally, Always}, r)
}

func names(all ...map[string]any) []string {
	set := map[string]bool{}
	for _, one := range all {
		for name := range one {
			set[name] = true
		}
	}
	return slices.Sorted(maps.Keys(set))
}

// Replacement of a top-level property.
func (t Type) Replacement(name string) Replacement { return t.Properties[name].replacement() }
