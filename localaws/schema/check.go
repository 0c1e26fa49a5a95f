package schema

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Mistake is a property that AWS would refuse.
type Mistake struct {
	Path string // "#" or "#/LoadBalancers/0"
	Text string // extraneous key [Foo] is not permitted
}

// String is how CloudFormation words it.
func (m Mistake) String() string { return m.Path + ": " + m.Text }

// Check lists the unknown and the missing properties, and those of the wrong shape. What opaque calls so is not looked
// into: an intrinsic function, whose value nobody knows yet.
func (t Type) Check(properties map[string]any, opaque func(any) bool) []Mistake {
	return t.checkFields("#", t.Properties, properties, opaque)
}

func (t Type) checkFields(path string, known Properties, values map[string]any, opaque func(any) bool) []Mistake {
	var mistakes []Mistake
	for _, name := range slices.Sorted(maps.Keys(known)) {
		if _, there := values[name]; !there && known[name].required() {
			mistakes = append(mistakes, Mistake{path, fmt.Sprintf("required key [%s] not found", name)})
		}
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		property, there := known[name]
		if !there {
			mistakes = append(mistakes, Mistake{path, fmt.Sprintf("extraneous key [%s] is not permitted", name)})
			continue
		}
		mistakes = append(mistakes, t.checkValue(path+"/"+name, property.shape(), values[name], opaque)...)
	}
	return mistakes
}

func (t Type) checkValue(path, shape string, value any, opaque func(any) bool) []Mistake {
	if shape == "" || opaque(value) {
		return nil
	}
	fields, isMap := value.(map[string]any)
	items, isList := value.([]any)
	var mistakes []Mistake
	switch wanted := wants(shape); {
	case wanted != kind(isMap, isList):
		return []Mistake{{path, fmt.Sprintf("expected type: %s, found: %s", wanted, kind(isMap, isList))}}
	case shape[0] == '@':
		return t.checkFields(path, t.Structures[shape[1:]], fields, opaque)
	case shape[0] == '{':
		for _, name := range slices.Sorted(maps.Keys(fields)) {
			mistakes = append(mistakes, t.checkValue(path+"/"+name, shape[1:], fields[name], opaque)...)
		}
	case shape[0] == '[':
		for i, item := range items {
			mistakes = append(mistakes, t.checkValue(fmt.Sprintf("%s/%d", path, i), shape[1:], item, opaque)...)
		}
	}
	return mistakes
}

func wants(shape string) string {
	return kind(strings.ContainsAny(shape[:1], "@{"), shape[0] == '[')
}

func kind(isMap, isList bool) string {
	switch {
	case isMap:
		return "JSONObject"
	case isList:
		return "JSONArray"
	}
	return "String"
}
