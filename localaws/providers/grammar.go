package providers

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
)

// policyKind says which elements a statement must have, and which it must not.
type policyKind struct{ principal, resource element }

type element int

const (
	mayHave element = iota
	mustHave
	mustNotHave
)

var (
	identityPolicy = policyKind{principal: mustNotHave, resource: mustHave} // of a role
	trustPolicy    = policyKind{principal: mustHave, resource: mustNotHave} // who may assume a role
	resourcePolicy = policyKind{principal: mustHave, resource: mustHave}    // of a key, a bucket, an endpoint
	attachedPolicy = policyKind{principal: mustHave, resource: mayHave}     // of a topic, a queue, a repository: it is their own
)

var (
	actionForm  = regexp.MustCompile(`^(\*|[a-zA-Z0-9-]+:[a-zA-Z0-9*?]+)$`)
	statementID = regexp.MustCompile(`^[A-Za-z0-9]*$`)
	arn         = regexp.MustCompile(`^(\*|arn:[^:]*:[^:]*:[^:]*:[^:]*:.+|arn:\*)$`)
)

// malformed says what AWS would refuse a policy document for, empty if nothing. It knows the grammar; which actions and
// condition keys a service has, it does not know.
func malformed(value any, kind policyKind) string {
	document, isObject := value.(map[string]any)
	if !isObject && json.Unmarshal([]byte(text(value)), &document) != nil {
		return "Syntax errors in policy."
	}
	for name := range document {
		if !slices.Contains([]string{"Version", "Id", "Statement"}, name) {
			return fmt.Sprintf("Syntax error: %s is no element of a policy.", name)
		}
	}
	version := text(document["Version"])
	if version != "" && version != "2012-10-17" && version != "2008-10-17" {
		return "The policy must contain a valid version string."
	}
	statements := flat(document["Statement"])
	if len(statements) == 0 {
		return "Syntax errors in policy: Statement is missing or empty."
	}
	seen := map[string]bool{}
	for _, statement := range statements {
		fields, isObject := statement.(map[string]any)
		if !isObject {
			return "Syntax errors in policy: a statement must be an object."
		}
		sid := text(fields["Sid"])
		if sid != "" && seen[sid] {
			return "Statement IDs (SID) in a single policy must be unique."
		}
		seen[sid] = true
		if fault := malformedStatement(fields, kind); fault != "" {
			return fault
		}
	}
	return ""
}

func malformedStatement(statement map[string]any, kind policyKind) string {
	for name := range statement {
		if !slices.Contains([]string{
			"Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition",
		}, name) {
			return fmt.Sprintf("Syntax error: %s is no element of a statement.", name)
		}
	}
	if effect := text(statement["Effect"]); effect != "Allow" && effect != "Deny" {
		return "Syntax error: Effect must be Allow or Deny, not \"" + effect + "\"."
	}
	if kind == identityPolicy && !statementID.MatchString(text(statement["Sid"])) {
		return "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*"
	}
	for _, has := range []struct {
		name string
		want element
	}{{"Principal", kind.principal}, {"Action", mustHave}, {"Resource", kind.resource}} {
		count := 0
		for _, name := range []string{has.name, "Not" + has.name} {
			if value, present := statement[name]; present && (has.name == "Principal" || len(flat(value)) > 0) {
				count++
			}
		}
		switch {
		case count > 1:
			return fmt.Sprintf("Syntax error: a statement has either %s or Not%s.", has.name, has.name)
		case has.want == mustHave && count == 0:
			return fmt.Sprintf("Policy statement must contain %s.", map[string]string{
				"Principal": "principals", "Action": "actions", "Resource": "resources"}[has.name])
		case has.want == mustNotHave && count > 0:
			return fmt.Sprintf("Policy document should not specify a %s.", map[string]string{
				"Principal": "principal", "Resource": "resource"}[has.name])
		}
	}
	for _, name := range []string{"Action", "NotAction"} {
		for _, one := range flat(statement[name]) {
			if !actionForm.MatchString(text(one)) {
				return fmt.Sprintf("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.: %q", text(one))
			}
		}
	}
	return malformedScope(statement, kind)
}

func malformedScope(statement map[string]any, kind policyKind) string {
	for _, name := range []string{"Resource", "NotResource"} {
		for _, one := range flat(statement[name]) {
			if kind == identityPolicy && !arn.MatchString(text(one)) {
				return fmt.Sprintf("Resource %s must be in ARN format or \"*\".", text(one))
			}
		}
	}
	for _, name := range []string{"Principal", "NotPrincipal"} {
		switch principal := statement[name].(type) {
		case nil:
		case string:
			if principal != "*" {
				return fmt.Sprintf("Invalid principal in policy: %q", principal)
			}
		case map[string]any:
			for kind := range principal {
				if !slices.Contains([]string{"AWS", "Service", "Federated", "CanonicalUser"}, kind) {
					return fmt.Sprintf("Invalid principal in policy: %q", kind)
				}
			}
		default:
			return "Invalid principal in policy."
		}
	}
	conditions, present := statement["Condition"]
	if operators, isObject := conditions.(map[string]any); isObject {
		for operator, keys := range operators {
			if _, isObject := keys.(map[string]any); !isObject {
				return "Syntax error: condition " + operator + " must be an object."
			}
		}
	} else if present {
		return "Syntax error: Condition must be an object."
	}
	return ""
}
