package functions

import (
	"encoding/json"
	"fmt"
	"path"
	"reflect"
	"slices"
	"strings"
)

// matches tells whether EventBridge's pattern fits an event. A rule without a pattern is a schedule, and fits none.
//
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
func matches(pattern string, event any) bool {
	var wanted map[string]any
	if json.Unmarshal([]byte(pattern), &wanted) != nil {
		return false
	}
	return fits(wanted, event)
}

func fits(wanted map[string]any, event any) bool {
	members, _ := event.(map[string]any)
	for name, want := range wanted {
		value, there := members[name]
		ok := false
		switch want := want.(type) {
		case map[string]any:
			ok = fits(want, value)
		case []any:
			ok = name == "$or" && slices.ContainsFunc(want, func(one any) bool {
				alternative, is := one.(map[string]any)
				return is && fits(alternative, event)
			}) || name != "$or" && among(want, value, there)
		}
		if !ok {
			return false
		}
	}
	return true
}

// among tells whether one of the conditions holds for the value, or for one of a list's.
func among(conditions []any, value any, there bool) bool {
	values, list := value.([]any)
	if !list {
		values = []any{value}
	}
	return slices.ContainsFunc(conditions, func(condition any) bool {
		return slices.ContainsFunc(values, func(value any) bool { return holds(condition, value, there) })
	})
}

func holds(condition, value any, there bool) bool {
	operators, is := condition.(map[string]any)
	if !is {
		return there && reflect.DeepEqual(condition, value)
	}
	for operator, operand := range operators {
		if !operates(operator, operand, value, there) {
			return false
		}
	}
	return len(operators) > 0
}

func operates(operator string, operand, value any, there bool) bool {
	text, isText := value.(string)
	word := fmt.Sprint(operand)
	if operator == "exists" {
		return operand == there
	}
	if !there {
		return false
	}
	switch operator {
	case "anything-but":
		return !butOne(operand, value)
	case "numeric":
		return compares(operand, value)
	case "prefix":
		return isText && strings.HasPrefix(text, word)
	case "suffix":
		return isText && strings.HasSuffix(text, word)
	case "equals-ignore-case":
		return isText && strings.EqualFold(text, word)
	case "wildcard":
		matched, err := path.Match(strings.ReplaceAll(word, "/", "\x00"), strings.ReplaceAll(text, "/", "\x00"))
		return isText && err == nil && matched
	}
	return false // an operator that is not known here
}

func butOne(operand, value any) bool {
	switch operand := operand.(type) {
	case []any:
		return among(operand, value, true)
	case map[string]any:
		return holds(operand, value, true)
	}
	return reflect.DeepEqual(operand, value)
}

// compares with a list such as [">", 0, "<=", 5].
func compares(operand, value any) bool {
	number, is := value.(float64)
	terms, _ := operand.([]any)
	if !is || len(terms) == 0 || len(terms)%2 != 0 {
		return false
	}
	for i := 0; i < len(terms); i += 2 {
		bound, _ := terms[i+1].(float64)
		ok := map[any]bool{"<": number < bound, "<=": number <= bound, ">": number > bound, ">=": number >= bound, "=": number == bound}
		if !ok[terms[i]] {
			return false
		}
	}
	return true
}
