package template

import (
	"encoding/json"
	"errors"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// decode answers maps, lists, strings, booleans and float64, whatever the notation was.
func decode(body string) (any, error) {
	if strings.HasPrefix(strings.TrimSpace(body), "{") {
		return decodeJSON(body)
	}
	var document yaml.Node
	if err := yaml.Unmarshal([]byte(body), &document); err != nil {
		return nil, Errorf("Template format error: YAML not well-formed. (%s)", strings.TrimPrefix(err.Error(), "yaml: "))
	}
	if len(document.Content) == 0 {
		return nil, Errorf("Template format error: unsupported structure.")
	}
	value, err := plain(document.Content[0])
	if err != nil {
		return nil, Errorf("Template format error: YAML not well-formed. (%w)", err)
	}
	return value, nil
}

func decodeJSON(body string) (any, error) {
	var value any
	err := json.Unmarshal([]byte(body), &value)
	if syntax := (*json.SyntaxError)(nil); errors.As(err, &syntax) {
		before := body[:syntax.Offset-1]
		line := strings.Count(before, "\n") + 1
		column := len(before) - strings.LastIndex(before, "\n")
		return nil, Errorf("Template format error: JSON not well-formed. (line %d, column %d)", line, column)
	}
	return value, err
}

// plain turns a node into a value, the short forms of functions into their long ones.
func plain(node *yaml.Node) (any, error) {
	value, err := untagged(node)
	if err != nil || !strings.HasPrefix(node.Tag, "!") || strings.HasPrefix(node.Tag, "!!") {
		return value, err
	}
	function := strings.TrimPrefix(node.Tag, "!")
	switch function {
	case "Ref", "Condition":
	case "GetAtt":
		if text, is := value.(string); is {
			id, attribute, _ := strings.Cut(text, ".")
			value = []any{id, attribute}
		}
		function = "Fn::GetAtt"
	default:
		function = "Fn::" + function
	}
	return map[string]any{function: value}, nil
}

func untagged(node *yaml.Node) (any, error) {
	switch node.Kind { //nolint:exhaustive // a document is unwrapped, and the rest are scalars
	case yaml.AliasNode:
		return plain(node.Alias)
	case yaml.SequenceNode:
		list := make([]any, 0, len(node.Content))
		for _, item := range node.Content {
			value, err := plain(item)
			if err != nil {
				return nil, err
			}
			list = append(list, value)
		}
		return list, nil
	case yaml.MappingNode:
		return mapping(node)
	}
	return scalar(node), nil
}

func mapping(node *yaml.Node) (any, error) {
	fields, own := map[string]any{}, map[string]bool{}
	for i := 0; i < len(node.Content); i += 2 {
		key := node.Content[i]
		value, err := plain(node.Content[i+1])
		if err != nil {
			return nil, err
		}
		if merged, is := value.(map[string]any); is && key.Tag == "!!merge" {
			for name := range merged {
				if !own[name] {
					fields[name] = merged[name]
				}
			}
			continue
		}
		if own[key.Value] {
			return nil, Errorf("line %d: duplicate key %s", key.Line, key.Value)
		}
		fields[key.Value], own[key.Value] = value, true
	}
	return fields, nil
}

// scalar keeps as text what only YAML takes for a date, and what is too long to be a number.
func scalar(node *yaml.Node) any {
	switch node.Tag {
	case "!!null":
		return nil
	case "!!bool":
		return strings.EqualFold(node.Value, "true")
	case "!!int", "!!float":
		if number, err := strconv.ParseFloat(node.Value, 64); err == nil && len(node.Value) < 16 {
			return number
		}
	}
	return node.Value
}

// Text is a scalar as CloudFormation writes it into a string.
func Text(value any) (string, bool) {
	switch v := value.(type) {
	case string:
		return v, true
	case bool:
		return strconv.FormatBool(v), true
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64), true
	}
	return "", false
}
