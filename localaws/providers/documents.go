package providers

import (
	"encoding/json"
	"fmt"
	"regexp"

	"payment-processor/localaws/resource"
)

// actionForm is what AWS takes for an action in a policy.
var actionForm = regexp.MustCompile(`^(\*|[a-zA-Z0-9-]+:[a-zA-Z0-9*?]+)$`)

// checkPolicy refuses a resource policy that AWS refuses, whose services word it each in their own way; moto stores any
// text.
func checkPolicy(property any, malformed string) error {
	policy := map[string]any{}
	if err := json.Unmarshal([]byte(text(property)), &policy); err != nil {
		return said("%s: it is no JSON object", malformed)
	}
	statements, several := policy["Statement"].([]any)
	if !several {
		statements = []any{policy["Statement"]}
	}
	if version := text(policy["Version"]); version != "" && version != "2012-10-17" && version != "2008-10-17" {
		return fmt.Errorf("%s: unknown version %s", malformed, version)
	}
	for i, entry := range statements {
		if err := checkStatement(entry); err != nil {
			return fmt.Errorf("%s: statement %d %w", malformed, i+1, err)
		}
	}
	return nil
}

func checkStatement(entry any) error {
	statement, _ := entry.(map[string]any)
	if effect := text(statement["Effect"]); effect != "Allow" && effect != "Deny" {
		return fmt.Errorf("has the effect %q, which must be Allow or Deny", effect)
	}
	if (statement["Principal"] == nil) == (statement["NotPrincipal"] == nil) {
		return fmt.Errorf("must have one of Principal and NotPrincipal")
	}
	actions, negated := statement["Action"], statement["NotAction"]
	if (actions == nil) == (negated == nil) {
		return fmt.Errorf("must have one of Action and NotAction")
	}
	for _, action := range append(flat(actions), flat(negated)...) {
		if !actionForm.MatchString(text(action)) {
			return fmt.Errorf("has the action %q, which is none", text(action))
		}
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
