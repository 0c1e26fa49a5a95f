package providers

import (
	"payment-processor/localaws/resource"
)

// checkPolicy refuses a resource policy that AWS refuses, whose services word it each in their own way; moto stores any
// text.
func checkPolicy(property any, wording string) error {
	if fault := malformed(property, attachedPolicy); fault != "" {
		return said("%s: %s", wording, fault)
	}
	return nil
}

// flat is a list, or the one element that stands for it.
func flat(value any) []any {
	if list, several := value.([]any); several {
		return list
	}
	if value == nil {
		return nil
	}
	return []any{value}
}

// attributes picks those properties that a service wants in a map of strings.
func attributes(properties map[string]any, names ...string) map[string]any {
	picked := map[string]any{}
	for _, name := range names {
		if value, there := properties[name]; there {
			picked[name] = text(value)
		}
	}
	return picked
}

// altered are the attributes that an update changes; what is given no more becomes empty.
func altered(request resource.Request, names ...string) map[string]any {
	now, before := attributes(request.Properties, names...), attributes(request.Old, names...)
	for name, value := range before {
		if _, stays := now[name]; !stays {
			now[name] = ""
		} else if now[name] == value {
			delete(now, name)
		}
	}
	return now
}
