package cloudformation

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"payment-processor/localaws/cloudformation/template"
	"payment-processor/localaws/schema"
)

// revision is a template with all that a request says beside it.
type revision struct {
	template *template.Template
	scope    *template.Scope
	given    map[string]string // parameters as texts
	active   []string          // the resources whose condition holds
	literals map[string]any    // their properties, with references to resources in place
	imports  map[string]bool
	submitted
}

// unknown stands for resources before they are made. It refuses what they will never answer.
func (r *revision) unknown(id, attribute string) (any, error) {
	definition := r.template.Resources[id]
	known, is := schema.Find(definition.Type)
	switch {
	case !slices.Contains(r.active, id):
		return nil, template.Errorf("Template format error: Unresolved resource dependencies [%s] in the Resources block of the template", id)
	case is && attribute != "" && !custom(definition.Type) && !known.HasAttribute(attribute):
		return nil, template.Errorf("Template error: resource %s does not support attribute type %s in Fn::GetAtt", id, attribute)
	}
	return nil, template.ErrPending
}

type answers func(id, attribute string) (any, error)

// with is the scope with resources that answer.
func (r *revision) with(attribute answers) *template.Scope {
	scope := *r.scope
	scope.Resource = attribute
	return &scope
}

func (r *revision) properties(id string, attribute answers) (map[string]any, error) {
	properties, err := r.with(attribute).Properties(id)
	if properties == nil {
		properties = map[string]any{}
	}
	return properties, err
}

// mistaken is what AWS's early validation reports.
type mistaken struct {
	id, kind string
	all      []schema.Mistake
}

// Error is worded like the event of a resource that fails for it.
func (m *mistaken) Error() string {
	texts := make([]string, 0, len(m.all))
	for _, mistake := range m.all {
		texts = append(texts, mistake.String())
	}
	return fmt.Sprintf("Properties validation failed for resource %s with message:\n%s", m.id, strings.Join(texts, "\n"))
}

// checkProperties refuses what the schema of the type does not have. Pending values are not looked into.
func (r *revision) checkProperties(id string, properties map[string]any) error {
	kind := r.template.Resources[id].Type
	known, is := schema.Find(kind)
	if !is || custom(kind) {
		return nil
	}
	opaque := func(value any) bool { _, pending := value.(template.Pending); return pending }
	if all := known.Check(properties, opaque); all != nil {
		return &mistaken{id, kind, all}
	}
	return nil
}

func custom(kind string) bool {
	return kind == "AWS::CloudFormation::CustomResource" || strings.HasPrefix(kind, "Custom::")
}

// outputs are those whose condition holds. A pending one is left out.
func (r *revision) outputs(attribute answers) ([]types.Output, error) {
	scope := r.with(attribute)
	var all []types.Output
	for _, key := range slices.Sorted(maps.Keys(r.template.Outputs)) {
		definition := r.template.Outputs[key]
		if !scope.Holds(definition.Condition) {
			continue
		}
		resolved, err := scope.Resolve([]any{definition.Value, either(definition.Export)})
		if err != nil {
			return nil, err
		}
		if template.IsPending(resolved) {
			continue
		}
		text, isText := template.Text(resolved.([]any)[0])
		if !isText {
			return nil, template.Errorf("Template format error: Output %s is malformed. The Value field of every Outputs member must evaluate to a String.", key)
		}
		output := types.Output{OutputKey: new(key), OutputValue: new(text)}
		if definition.Description != "" {
			output.Description = new(definition.Description)
		}
		if name, _ := template.Text(resolved.([]any)[1]); name != "" {
			output.ExportName = new(name)
		}
		all = append(all, output)
	}
	return all, nil
}

// either a value or, where there is none, an empty text.
func either(value any) any {
	if value == nil {
		return ""
	}
	return value
}

func (r *revision) tagMap() map[string]string {
	all := map[string]string{}
	for _, tag := range r.tags {
		all[value(tag.Key)] = value(tag.Value)
	}
	return all
}

// value of an optional text.
func value(text *string) string {
	if text == nil {
		return ""
	}
	return *text
}
