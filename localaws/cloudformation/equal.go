package cloudformation

import (
	"reflect"

	"payment-processor/localaws/cloudformation/template"
)

// equal compares values as CloudFormation does: "8080" is 8080 and "true" is true.
func equal(a, b any) bool {
	switch left := a.(type) {
	case map[string]any:
		right, is := b.(map[string]any)
		return is && equalFields(left, right)
	case template.Pending:
		right, is := b.(template.Pending)
		return is && equalFields(left, right)
	case []any:
		right, is := b.([]any)
		if !is || len(left) != len(right) {
			return false
		}
		for i := range left {
			if !equal(left[i], right[i]) {
				return false
			}
		}
		return true
	}
	left, isText := template.Text(a)
	right, areTexts := template.Text(b)
	if isText && areTexts {
		return left == right
	}
	return reflect.DeepEqual(a, b)
}

func equalFields(a, b map[string]any) bool {
	if len(a) != len(b) {
		return false
	}
	for key := range a {
		if right, there := b[key]; !there || !equal(a[key], right) {
			return false
		}
	}
	return true
}
