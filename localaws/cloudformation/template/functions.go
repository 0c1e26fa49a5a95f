package template

import (
	"encoding/base64"
	"slices"
	"strconv"
	"strings"
)

var functions map[string]func(*Scope, any) (any, error)

func init() { // not a literal: the functions resolve their arguments with it
	functions = map[string]func(*Scope, any) (any, error){
		"Ref":        (*Scope).ref,
		"Fn::GetAtt": (*Scope).getAtt, "Fn::Sub": (*Scope).sub, "Fn::Join": (*Scope).join, "Fn::Select": (*Scope).pick,
		"Fn::Split": (*Scope).split, "Fn::Base64": (*Scope).base64, "Fn::GetAZs": (*Scope).zones,
		"Fn::FindInMap": (*Scope).findInMap, "Fn::If": (*Scope).choose, "Fn::Cidr": (*Scope).cidr,
		"Fn::ImportValue": (*Scope).importValue, "Fn::GetStackOutput": (*Scope).stackOutput,
		"Fn::Equals": (*Scope).condition, "Fn::And": (*Scope).condition, "Fn::Or": (*Scope).condition, "Fn::Not": (*Scope).condition,
	}
}

func (s *Scope) condition(any) (any, error) {
	return nil, Errorf("Template error: a condition function stands where a value is wanted")
}

func (s *Scope) ref(argument any) (any, error) {
	id, ok := argument.(string)
	if !ok {
		return nil, Errorf("Template format error: every Ref object must have a single String value.")
	}
	if id == "AWS::NoValue" {
		return noValue{}, nil
	}
	if value, is := s.Pseudo[id]; is {
		return value, nil
	}
	if value, is := s.Parameters[id]; is {
		return value, nil
	}
	return s.Resource(id, "")
}

func (s *Scope) getAtt(argument any) (any, error) {
	id, attribute, ok := getAtt(argument)
	if !ok {
		return nil, Errorf("Template error: every Fn::GetAtt object requires two non-empty parameters, the resource name and the resource attribute")
	}
	name, err := s.text(attribute)
	if err != nil {
		return nil, err
	}
	return s.Resource(id, name)
}

func (s *Scope) sub(argument any) (any, error) {
	text, variables, ok := sub(argument)
	if !ok {
		return nil, Errorf("Template error: One or more Fn::Sub intrinsic functions don't specify expected arguments. Specify a string as first argument, and an optional second argument to specify a mapping of values to replace in the string")
	}
	var failed error
	made := placeholder.ReplaceAllStringFunc(text, func(match string) string {
		parts := placeholder.FindStringSubmatch(match)
		if parts[1] == "!" {
			return "${" + parts[2] + "}"
		}
		value, own := variables[parts[2]]
		if !own {
			value = variable(parts[2])
		}
		text, err := s.text(value)
		if err != nil && failed == nil {
			failed = err
		}
		return text
	})
	return made, failed
}

// variable is the function that a placeholder stands for.
func variable(name string) map[string]any {
	if id, attribute, is := strings.Cut(name, "."); is {
		return map[string]any{"Fn::GetAtt": []any{id, attribute}}
	}
	return map[string]any{"Ref": name}
}

// text resolves to a scalar.
func (s *Scope) text(value any) (string, error) {
	resolved, err := s.strict(value)
	if err != nil {
		return "", err
	}
	text, ok := Text(resolved)
	if !ok {
		return "", Errorf("Template error: a string is wanted where %v stands", value)
	}
	return text, nil
}

// list resolves to a list.
func (s *Scope) list(value any) ([]any, bool, error) {
	resolved, err := s.strict(value)
	list, ok := resolved.([]any)
	return list, ok, err
}

func (s *Scope) join(argument any) (any, error) {
	const wrong = "Template error: every Fn::Join object requires two parameters, (1) a string delimiter and (2) a list of strings to be joined or a function that returns a list of strings (such as Fn::GetAZs) to be joined."
	pair, _ := argument.([]any)
	if len(pair) != 2 {
		return nil, Errorf("%s", wrong)
	}
	items, ok, err := s.list(pair[1])
	if err != nil {
		return nil, err
	}
	delimiter, isText := Text(pair[0])
	pieces := make([]string, 0, len(items))
	for _, item := range items {
		piece, is := Text(item)
		ok = ok && is
		pieces = append(pieces, piece)
	}
	if !ok || !isText {
		return nil, Errorf("%s", wrong)
	}
	return strings.Join(pieces, delimiter), nil
}

func (s *Scope) pick(argument any) (any, error) {
	pair, _ := argument.([]any)
	if len(pair) != 2 {
		return nil, Errorf("Template error: Fn::Select requires a list argument with two elements: an integer index and a list")
	}
	items, ok, err := s.list(pair[1])
	if err != nil {
		return nil, err
	}
	text, err := s.text(pair[0])
	if err != nil {
		return nil, err
	}
	index, err := strconv.Atoi(text)
	if !ok || err != nil {
		return nil, Errorf("Template error: Fn::Select requires a list argument with two elements: an integer index and a list")
	}
	if index < 0 || index >= len(items) {
		return nil, Errorf("Template error: Fn::Select cannot select nonexistent value at index %d", index)
	}
	return items[index], nil
}

func (s *Scope) split(argument any) (any, error) {
	pair, _ := argument.([]any)
	if len(pair) != 2 {
		return nil, Errorf("Template error: every Fn::Split object requires two parameters, (1) a string delimiter and (2) a string to be split or a function that returns a string to be split.")
	}
	delimiter, _ := Text(pair[0])
	text, err := s.text(pair[1])
	if err != nil {
		return nil, err
	}
	var pieces []any
	for piece := range strings.SplitSeq(text, delimiter) {
		pieces = append(pieces, piece)
	}
	return pieces, nil
}

func (s *Scope) base64(argument any) (any, error) {
	text, err := s.text(argument)
	return base64.StdEncoding.EncodeToString([]byte(text)), err
}

func (s *Scope) zones(argument any) (any, error) {
	region, err := s.text(argument)
	if region == "" && err == nil {
		region, _ = s.Pseudo["AWS::Region"].(string)
	}
	if err != nil {
		return nil, err
	}
	return s.Zones(region), nil
}

func (s *Scope) findInMap(argument any) (any, error) {
	list, _ := argument.([]any)
	if len(list) != 3 && len(list) != 4 {
		return nil, Errorf("Template error: every Fn::FindInMap object requires three parameters, the map name, map key and the attribute for return value")
	}
	var keys []string
	for _, item := range list[:3] {
		key, err := s.text(item)
		if err != nil {
			return nil, err
		}
		keys = append(keys, key)
	}
	if value, there := s.Template.Mappings[keys[0]][keys[1]][keys[2]]; there {
		return value, nil
	}
	if options, is := list[len(list)-1].(map[string]any); is && options["DefaultValue"] != nil {
		return s.resolve(options["DefaultValue"])
	}
	if _, there := s.Template.Mappings[keys[0]]; !there {
		return nil, Errorf("Template error: Mapping named '%s' is not present in the 'Mappings' section of template.", keys[0])
	}
	return nil, Errorf("Template error: Unable to get mapping for %s", strings.Join(keys, "::"))
}

func (s *Scope) choose(argument any) (any, error) {
	list, _ := argument.([]any)
	if len(list) != 3 {
		return nil, Errorf("Template error: Fn::If requires a list argument with three elements")
	}
	id, _ := list[0].(string)
	holds, known := s.Conditions[id]
	if !known {
		return nil, Errorf("Template error: Fn::If references undefined condition %v", list[0])
	}
	return s.resolve(list[1+slices.Index([]bool{true, false}, holds)])
}

func (s *Scope) importValue(argument any) (any, error) {
	export, err := s.text(argument)
	if err != nil {
		return nil, err
	}
	return s.Import(export)
}

func (s *Scope) stackOutput(argument any) (any, error) {
	resolved, err := s.strict(argument)
	fields, _ := resolved.(map[string]any)
	stack, _ := fields["StackName"].(string)
	output, _ := fields["OutputName"].(string)
	region, _ := fields["Region"].(string)
	if err != nil {
		return nil, err
	}
	if stack == "" || output == "" {
		return nil, Errorf("Template error: Fn::GetStackOutput requires StackName and OutputName")
	}
	return s.StackOutput(region, stack, output)
}
