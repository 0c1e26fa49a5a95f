package stacks

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
)

// Who may do what is what a reviewer reads first: a right more or less shows here as one line more or less.
func TestPolicies(t *testing.T) {
	for _, suffix := range []string{"dev", "prod"} {
		env := synthesized(t, suffix)
		var lines []string
		for _, s := range env.statements() {
			who := s.ID
			if roles := s.Properties["Roles"]; roles != nil {
				who = spelled(roles)
			}
			lines = append(lines, fmt.Sprintf("%s/%s %s: %s", s.Stack, who, s.Property, spelled(s.Body)))
		}
		for _, permission := range env.resources("AWS::Lambda::Permission") {
			lines = append(lines, fmt.Sprintf("%s/%s: %s", permission.Stack, permission.ID, spelled(permission.Properties)))
		}
		slices.Sort(lines)
		compareGolden(t, "policies-"+suffix+".golden", strings.Join(lines, "\n")+"\n")
	}
}

// spelled writes a piece of a template on one line: ${Id.Attribute} for what refers to another resource.
func spelled(value any) string {
	switch v := value.(type) {
	case object:
		if join, ok := v["Fn::Join"].([]any); ok {
			var parts []string
			for _, part := range listed(join[1]) {
				parts = append(parts, spelled(part))
			}
			return strings.Join(parts, spelled(join[0]))
		}
		if ref, ok := v["Ref"].(string); ok {
			return "${" + ref + "}"
		}
		if get, ok := v["Fn::GetAtt"].([]any); ok {
			return fmt.Sprintf("${%v.%v}", get[0], get[1])
		}
		if name, ok := v["Fn::ImportValue"].(string); ok {
			return "${import " + name + "}"
		}
		var fields []string
		for _, key := range slices.Sorted(maps.Keys(v)) {
			fields = append(fields, key+"="+spelled(v[key]))
		}
		return "{" + strings.Join(fields, " ") + "}"
	case []any:
		var parts []string
		for _, part := range v {
			parts = append(parts, spelled(part))
		}
		return "[" + strings.Join(parts, " ") + "]"
	default:
		return fmt.Sprint(v)
	}
}
