package template

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Parameter is an entry of the Parameters section.
type Parameter struct {
	Type                  string
	Description           string
	Default               *string
	NoEcho                bool
	AllowedValues         []string
	AllowedPattern        string
	ConstraintDescription string
	limits                map[string]float64 // MinLength, MaxLength, MinValue, MaxValue
}

var parameterFields = strings.Fields("Type Description Default NoEcho AllowedValues AllowedPattern ConstraintDescription MinLength MaxLength MinValue MaxValue")

const ssmValue = "AWS::SSM::Parameter::Value<"

func (r *reader) parameter(path string, value any) Parameter {
	fields := r.fields(value, path)
	if err := known(fields, parameterFields, "Invalid template parameter property '%s'"); err != nil {
		r.fail("%w", err)
	}
	p := Parameter{
		Type: r.text(fields, path, "Type"), Description: r.text(fields, path, "Description"),
		NoEcho:         r.text(fields, path, "NoEcho") == "true",
		AllowedPattern: r.text(fields, path, "AllowedPattern"), ConstraintDescription: r.text(fields, path, "ConstraintDescription"),
		limits: map[string]float64{},
	}
	if _, there := fields["Default"]; there {
		p.Default = new(r.text(fields, path, "Default"))
	}
	for _, limit := range parameterFields[7:] {
		if text := r.text(fields, path, limit); text != "" {
			number, err := strconv.ParseFloat(text, 64)
			if err != nil {
				r.fail("Template format error: [%s] %s must be a number", path, limit)
			}
			p.limits[limit] = number
		}
	}
	values, _ := fields["AllowedValues"].([]any)
	for _, allowed := range values {
		text, _ := Text(allowed)
		p.AllowedValues = append(p.AllowedValues, text)
	}
	if !knownParameterType(p.Type) {
		r.fail("Template format error: Unrecognized parameter type: %s", p.Type)
	}
	return p
}

func knownParameterType(name string) bool {
	inner := strings.TrimRight(strings.TrimPrefix(strings.TrimPrefix(name, ssmValue), "List<"), ">")
	return slices.Contains([]string{"String", "Number", "CommaDelimitedList", "AWS::SSM::Parameter::Name"}, inner) ||
		regexp.MustCompile(`^(AWS::EC2|AWS::Route53)::[A-Za-z:]+$`).MatchString(inner)
}

// FromSSM tells whether the value names a parameter of the Parameter Store, whose value counts.
func (p Parameter) FromSSM() bool { return strings.HasPrefix(p.Type, ssmValue) }

// Value turns the text of a parameter into what Ref answers: a string or a list.
func (p Parameter) Value(text string) any {
	inner := strings.TrimPrefix(p.Type, ssmValue)
	if inner == p.Type {
		inner += ">"
	}
	if !strings.HasPrefix(inner, "CommaDelimitedList") && !strings.HasPrefix(inner, "List<") {
		return text
	}
	list := []any{}
	for piece := range strings.SplitSeq(text, ",") {
		if text != "" {
			list = append(list, strings.TrimSpace(piece))
		}
	}
	return list
}

// Choose picks the text of each parameter: what is given, else the default. Errors are those of ValidateParameters.
func (t *Template) Choose(given map[string]string) (map[string]string, error) {
	chosen := map[string]string{}
	var missing, unknown []string
	for _, id := range slices.Sorted(maps.Keys(given)) {
		if _, there := t.Parameters[id]; !there {
			unknown = append(unknown, id)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(t.Parameters)) {
		text, there := given[id]
		if !there && t.Parameters[id].Default == nil {
			missing = append(missing, id)
			continue
		}
		if !there {
			text = *t.Parameters[id].Default
		}
		if err := t.Parameters[id].validate(id, text); err != nil {
			return nil, err
		}
		chosen[id] = text
	}
	switch {
	case unknown != nil:
		return nil, Errorf("Parameters: [%s] do not exist in the template", strings.Join(unknown, ", "))
	case missing != nil:
		return nil, Errorf("Parameters: [%s] must have values", strings.Join(missing, ", "))
	}
	return chosen, nil
}

func (p Parameter) validate(id, text string) error {
	if p.FromSSM() {
		return nil // the text is a name
	}
	broken := func(rule string) error {
		if p.ConstraintDescription != "" {
			return Errorf("Parameter '%s' failed to satisfy constraint: %s", id, p.ConstraintDescription)
		}
		return Errorf("Parameter '%s' must %s", id, rule)
	}
	if pattern, err := regexp.Compile("^(?:" + p.AllowedPattern + ")$"); p.AllowedPattern != "" && (err != nil || !pattern.MatchString(text)) {
		return broken("match pattern " + p.AllowedPattern)
	}
	items := []any{text}
	if list, is := p.Value(text).([]any); is {
		items = list
	}
	for _, item := range items {
		if p.AllowedValues != nil && !slices.Contains(p.AllowedValues, item.(string)) {
			return broken("be one of AllowedValues")
		}
	}
	if p.Type == "Number" {
		number, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return broken("be a number")
		}
		return p.within(number, "MinValue", "MaxValue", broken, "a number not %s than %g")
	}
	return p.within(float64(len(text)), "MinLength", "MaxLength", broken, "of a length not %s than %g")
}

func (p Parameter) within(number float64, least, most string, broken func(string) error, text string) error {
	if limit, there := p.limits[least]; there && number < limit {
		return broken("be " + fmt.Sprintf(text, "less", limit))
	}
	if limit, there := p.limits[most]; there && number > limit {
		return broken("be " + fmt.Sprintf(text, "greater", limit))
	}
	return nil
}
