package template

import (
	"maps"
	"regexp"
	"slices"
	"strings"
)

// Reference is one mention of something in a value.
type Reference struct {
	ID        string // of a resource, a parameter, or AWS::Region
	Attribute string // of Fn::GetAtt
	Condition bool   // of Fn::If or Condition
}

var placeholder = regexp.MustCompile(`\$\{(!?)([^}]*)\}`)

// References lists what a value mentions by Ref, Fn::GetAtt, Fn::Sub, Fn::If and Condition.
func References(value any) []Reference {
	var found []Reference
	switch v := value.(type) {
	case []any:
		for _, item := range v {
			found = append(found, References(item)...)
		}
	case Pending:
		return References(map[string]any(v))
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			if len(v) == 1 {
				found = append(found, mentioned(key, v[key])...)
			}
			found = append(found, References(v[key])...)
		}
	}
	return found
}

func mentioned(function string, argument any) []Reference {
	list, _ := argument.([]any)
	text, _ := argument.(string)
	switch {
	case function == "Ref" && text != "":
		return []Reference{{ID: text}}
	case function == "Condition" && text != "":
		return []Reference{{ID: text, Condition: true}}
	case function == "Fn::GetAtt":
		if id, attribute, ok := getAtt(argument); ok {
			name, _ := attribute.(string)
			return append([]Reference{{ID: id, Attribute: name}}, References(attribute)...)
		}
	case function == "Fn::If" && len(list) == 3:
		id, _ := list[0].(string)
		return []Reference{{ID: id, Condition: true}}
	case function == "Fn::Sub":
		return substituted(argument)
	}
	return nil
}

// getAtt splits what Fn::GetAtt is given: a list of two, or, in YAML, both with a dot between.
func getAtt(argument any) (id string, attribute any, ok bool) {
	switch v := argument.(type) {
	case string:
		id, name, ok := strings.Cut(v, ".")
		return id, name, ok
	case []any:
		if len(v) == 2 {
			id, ok := v[0].(string)
			return id, v[1], ok
		}
	}
	return "", nil, false
}

func substituted(argument any) []Reference {
	text, variables, _ := sub(argument)
	var found []Reference
	for _, match := range placeholder.FindAllStringSubmatch(text, -1) {
		if _, own := variables[match[2]]; match[1] == "" && !own {
			id, attribute, _ := strings.Cut(match[2], ".")
			found = append(found, Reference{ID: id, Attribute: attribute})
		}
	}
	return found
}

func sub(argument any) (text string, variables map[string]any, ok bool) {
	switch v := argument.(type) {
	case string:
		return v, nil, true
	case []any:
		if len(v) == 2 {
			text, isText := v[0].(string)
			variables, isMap := v[1].(map[string]any)
			return text, variables, isText && isMap
		}
	}
	return "", nil, false
}

// Dependencies are the resources that one needs before it: DependsOn and what its properties mention.
func (t *Template) Dependencies(id string) []string {
	set := map[string]bool{}
	for _, other := range t.Resources[id].DependsOn {
		set[other] = true
	}
	for _, reference := range References(t.Resources[id].Properties) {
		if _, is := t.Resources[reference.ID]; is && !reference.Condition {
			set[reference.ID] = true
		}
	}
	return slices.Sorted(maps.Keys(set))
}

// check refuses names that nothing bears, and circles.
func (t *Template) check() error {
	if err := t.checkConditions(); err != nil {
		return err
	}
	for _, id := range slices.Sorted(maps.Keys(t.Resources)) {
		for _, other := range t.Resources[id].DependsOn {
			if _, there := t.Resources[other]; !there {
				return Errorf("Template format error: Unresolved resource dependencies [%s] in the Resources block of the template", other)
			}
		}
		if err := t.checkReferences("Resources", t.Resources[id].Condition, t.Resources[id].Properties); err != nil {
			return err
		}
	}
	for _, id := range slices.Sorted(maps.Keys(t.Outputs)) {
		output := t.Outputs[id]
		if err := t.checkReferences("Outputs", output.Condition, []any{output.Value, output.Export}); err != nil {
			return err
		}
	}
	return t.checkCircles()
}

func (t *Template) checkReferences(section, condition string, value any) error {
	references := References(value)
	if condition != "" {
		references = append(references, Reference{ID: condition, Condition: true})
	}
	for _, reference := range references {
		_, isResource := t.Resources[reference.ID]
		_, isParameter := t.Parameters[reference.ID]
		_, isCondition := t.Conditions[reference.ID]
		switch {
		case reference.Condition && !isCondition:
			return Errorf("Template format error: Unresolved condition dependency %s in the %s block of the template", reference.ID, section)
		case reference.Condition || isResource || isParameter && reference.Attribute == "" || pseudo[reference.ID]:
		case reference.Attribute != "":
			return Errorf("Template error: instance of Fn::GetAtt references undefined resource %s", reference.ID)
		default:
			return Errorf("Template format error: Unresolved resource dependencies [%s] in the %s block of the template", reference.ID, section)
		}
	}
	return nil
}

var pseudo = map[string]bool{
	"AWS::AccountId": true, "AWS::NoValue": true, "AWS::NotificationARNs": true, "AWS::Partition": true,
	"AWS::Region": true, "AWS::StackId": true, "AWS::StackName": true, "AWS::URLSuffix": true,
}

// checkCircles removes what depends on nothing until nothing is left; what is left is a circle, or behind one.
func (t *Template) checkCircles() error {
	left := map[string][]string{}
	for id := range t.Resources {
		left[id] = t.Dependencies(id)
	}
	for removed := true; removed; {
		removed = false
		for id, needs := range left {
			if !slices.ContainsFunc(needs, func(other string) bool { _, there := left[other]; return there }) {
				delete(left, id)
				removed = true
			}
		}
	}
	if len(left) > 0 {
		return Errorf("Circular dependency between resources: [%s]", strings.Join(slices.Sorted(maps.Keys(left)), ", "))
	}
	return nil
}
