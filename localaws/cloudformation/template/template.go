// Package template reads CloudFormation templates and works out their intrinsic functions.
//
// Errors read as AWS's do. Nothing here knows of stacks: whoever resolves says what a resource or an export answers.
package template

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// Template is a template as it was written. Its values still hold intrinsic functions.
type Template struct {
	Body        string
	Version     string
	Description string
	Metadata    any
	Parameters  map[string]Parameter
	Mappings    map[string]map[string]map[string]any
	Conditions  map[string]any
	Resources   map[string]Resource
	Outputs     map[string]Output
}

// Resource is an entry of the Resources section.
type Resource struct {
	Type                string
	Condition           string
	DependsOn           []string
	Properties          map[string]any
	Metadata            any
	DeletionPolicy      string // Delete where the template says nothing
	UpdateReplacePolicy string
}

// Output is an entry of the Outputs section.
type Output struct {
	Description string
	Condition   string
	Value       any
	Export      any // the name, nil if it is not exported
}

// What DeletionPolicy and UpdateReplacePolicy may be.
const (
	Delete               = "Delete"
	Retain               = "Retain"
	Snapshot             = "Snapshot"
	RetainExceptOnCreate = "RetainExceptOnCreate"
)

var (
	sections   = strings.Fields("AWSTemplateFormatVersion Description Metadata Parameters Mappings Conditions Resources Outputs Rules Transform Hooks")
	attributes = strings.Fields("Type Condition DependsOn Properties Metadata DeletionPolicy UpdateReplacePolicy CreationPolicy UpdatePolicy")
	name       = regexp.MustCompile(`^[A-Za-z0-9]+$`)
)

// Parse reads JSON or YAML and checks all that can be checked without parameters.
func Parse(body string) (*Template, error) {
	document, err := decode(body)
	if err != nil {
		return nil, err
	}
	all, ok := document.(map[string]any)
	if !ok {
		return nil, Errorf("Template format error: unsupported structure.")
	}
	if path, there := null("", all); there {
		return nil, Errorf("Template format error: [%s] 'null' values are not allowed in templates", path)
	}
	if err := known(all, sections, "Invalid template property or properties [%s]"); err != nil {
		return nil, err
	}
	for _, refused := range []string{"Transform", "Hooks"} {
		if all[refused] != nil {
			return nil, Errorf("Template format error: %s %v is not supported here", refused, all[refused])
		}
	}
	t := &Template{Body: body, Metadata: all["Metadata"]}
	r := reader{}
	t.Version, t.Description = r.text(all, "", "AWSTemplateFormatVersion"), r.text(all, "", "Description")
	t.Parameters = read(&r, all, "Parameters", r.parameter)
	t.Mappings = read(&r, all, "Mappings", r.mapping)
	t.Conditions = read(&r, all, "Conditions", func(_ string, value any) any { return value })
	t.Resources = read(&r, all, "Resources", r.resource)
	t.Outputs = read(&r, all, "Outputs", r.output)
	switch {
	case r.err != nil:
		return nil, r.err
	case len(t.Resources) == 0:
		return nil, Errorf("Template format error: At least one Resources member must be defined.")
	}
	err = t.check()
	return t, err
}

// reader keeps the first error.
type reader struct{ err error }

func (r *reader) fail(format string, values ...any) {
	if r.err == nil {
		r.err = Errorf(format, values...)
	}
}

func read[T any](r *reader, all map[string]any, section string, one func(path string, value any) T) map[string]T {
	made := map[string]T{}
	for _, id := range slices.Sorted(maps.Keys(r.fields(all[section], "/"+section))) {
		if section != "Mappings" && !name.MatchString(id) {
			r.fail("Template format error: %s name %s is non alphanumeric.", strings.TrimSuffix(section, "s"), id)
		}
		made[id] = one("/"+section+"/"+id, all[section].(map[string]any)[id])
	}
	return made
}

func (r *reader) fields(value any, path string) map[string]any {
	fields, ok := value.(map[string]any)
	if !ok && value != nil {
		r.fail("Template format error: [%s] must be an object", path)
	}
	return fields
}

func (r *reader) text(fields map[string]any, path, key string) string {
	value, there := fields[key]
	text, ok := Text(value)
	if there && !ok {
		r.fail("Template format error: [%s/%s] every %s value must be a string", path, key, key)
	}
	return text
}

func (r *reader) resource(path string, value any) Resource {
	fields := r.fields(value, path)
	if err := known(fields, attributes, "Invalid template resource property '%s'"); err != nil {
		r.fail("%w", err)
	}
	made := Resource{
		Type: r.text(fields, path, "Type"), Condition: r.text(fields, path, "Condition"),
		Properties: r.fields(fields["Properties"], path+"/Properties"), Metadata: fields["Metadata"],
		DeletionPolicy:      r.policy(fields, path, "DeletionPolicy", Delete, Retain, Snapshot, RetainExceptOnCreate),
		UpdateReplacePolicy: r.policy(fields, path, "UpdateReplacePolicy", Delete, Retain, Snapshot),
	}
	if made.Type == "" {
		r.fail("Template format error: [%s] Every Resources object must contain a Type member.", path)
	}
	switch on := fields["DependsOn"].(type) {
	case nil:
	case string:
		made.DependsOn = []string{on}
	case []any:
		for _, id := range on {
			made.DependsOn = append(made.DependsOn, fmt.Sprint(id))
		}
	default:
		r.fail("Template format error: DependsOn must be a string or list of strings.")
	}
	return made
}

func (r *reader) policy(fields map[string]any, path, key string, allowed ...string) string {
	text := r.text(fields, path, key)
	if text == "" {
		return Delete
	}
	if !slices.Contains(allowed, text) {
		r.fail("Template error: %s %s is not one of %s (%s)", key, text, strings.Join(allowed, ", "), path)
	}
	return text
}

func (r *reader) output(path string, value any) Output {
	fields := r.fields(value, path)
	if fields["Value"] == nil {
		r.fail("Template format error: Output %s is malformed. It must have a Value member. [%s]", path[strings.LastIndex(path, "/")+1:], path)
	}
	return Output{
		Description: r.text(fields, path, "Description"), Condition: r.text(fields, path, "Condition"),
		Value: fields["Value"], Export: r.fields(fields["Export"], path+"/Export")["Name"],
	}
}

func (r *reader) mapping(path string, value any) map[string]map[string]any {
	made := map[string]map[string]any{}
	for key, second := range r.fields(value, path) {
		made[key] = r.fields(second, path+"/"+key)
	}
	return made
}

func known(fields map[string]any, names []string, format string) error {
	var unknown []string
	for _, field := range slices.Sorted(maps.Keys(fields)) {
		if !slices.Contains(names, field) {
			unknown = append(unknown, field)
		}
	}
	if unknown != nil {
		return Errorf(format, strings.Join(unknown, ", "))
	}
	return nil
}

// null finds a value that is none.
func null(path string, value any) (string, bool) {
	switch v := value.(type) {
	case nil:
		return path, true
	case []any:
		for i, item := range v {
			if found, there := null(fmt.Sprintf("%s/%d", path, i), item); there {
				return found, true
			}
		}
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			if found, there := null(path+"/"+key, v[key]); there {
				return found, true
			}
		}
	}
	return "", false
}
