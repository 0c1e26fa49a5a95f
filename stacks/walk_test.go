package stacks

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
)

// A walk looks at every resource of an environment's rendered templates and returns what is wrong, one line each. It
// asks what a resource is, never which one it is, so that the next resource somebody adds is looked at too.
type walk func(*environment) []string

// walked are the environments that every walk goes through: the stages, and what changes their shape.
var walked = map[string]struct {
	suffix  string
	context object
}{
	"dev":                                   {"dev", nil},
	"staging":                               {"staging", nil},
	"prod":                                  {"prod", nil},
	"without NAT":                           {"dev", object{"natGateways": "0"}},
	"with all that an assessor can ask for": {"dev", fullRecord},
	"with somebody's database in a security group": {"prod", inGroup},
	"with somebody's database in a network":        {"dev", inNetwork},
	"with somebody's database and secret":          {"dev", withSecret},
	"with a domain, test traffic and three zones": {"dev", object{
		"domainName": "pay.example.com", "hostedZoneId": "Z0123456789ABCDEFGHIJ", "zoneName": "example.com",
		"testIngressCidrs": "203.0.113.0/24", "bakeMinutes": "3", "availabilityZones": "3", "alarmEmail": "on-call@example.com",
	}},
}

func TestWalks(t *testing.T) {
	for name, check := range map[string]walk{
		"only the load balancer is reachable from the internet": entrances,
		"no network path leads around the load balancer":        networkPaths,
		"no policy lets strangers in":                           strangers,
		"tasks are reached from the load balancer and the probe": func(e *environment) []string {
			return taskIngress(e, e.Config.Task.ContainerPort)
		},
		"nothing may do everything":                           privileges,
		"roles are assumed by whom they are for":              trust,
		"keys are used for what they are for":                 keyPolicies,
		"every physical name carries the suffix":              suffixlessNames,
		"every log is encrypted, and ends":                    logGroups,
		"every log's key is usable for it":                    logKeys,
		"everything that keeps data encrypts it":              unencrypted,
		"every bucket keeps logs as PCI DSS wants":            logBuckets,
		"no credential is written into a template":            plainSecrets,
		"only tasks and its own functions reach the database": databaseIngress,
		"nothing leads out of the isolated subnets":           isolatedRoutes,
		"the master password stays in the isolated subnets":   masterReaders,
	} {
		t.Run(name, func(t *testing.T) {
			for title, w := range walked {
				for _, finding := range check(synthesized(t, w.suffix, w.context)) {
					t.Errorf("%s: %s", title, finding)
				}
			}
		})
	}
}

// sabotage is a template that a walk must find fault with.
type sabotage struct {
	template string // the Resources, as JSON
	want     string // part of the finding
}

func (s sabotage) try(t *testing.T, check walk) {
	t.Helper()
	found := check(rendered(t, s.template))
	if !slices.ContainsFunc(found, func(f string) bool { return strings.Contains(f, s.want) }) {
		t.Errorf("the walk found %q and nothing with %q in\n%s", found, s.want, s.template)
	}
}

// harmless checks that a walk finds no fault: one that fires on everything proves as little as one that never does.
func harmless(t *testing.T, check walk, template string) {
	t.Helper()
	if found := check(rendered(t, template)); len(found) > 0 {
		t.Errorf("the walk found %q in\n%s", found, template)
	}
}

// rendered is an environment of one template with these resources.
func rendered(t *testing.T, resources string) *environment {
	t.Helper()
	var parsed object
	if err := json.Unmarshal([]byte(resources), &parsed); err != nil {
		t.Fatal(err)
	}
	return &environment{
		Config:    Config{EnvironmentSuffix: "dev"},
		Templates: map[string]object{"platform": {"Resources": parsed}},
	}
}

func (r resource) String() string { return r.Stack + "/" + r.ID + " (" + r.Type + ")" }

// listed returns a value as a list: CloudFormation often takes one thing in place of a list of one.
func listed(value any) []any {
	switch v := value.(type) {
	case nil:
		return nil
	case []any:
		return v
	default:
		return []any{v}
	}
}

func asObject(value any) object {
	o, _ := value.(object)
	return o
}

// reference is the resource that a value of a template in that stack refers to, through exports too.
func (e *environment) reference(stack string, value any) (id string, ok bool) {
	o := asObject(value)
	switch {
	case o["Ref"] != nil:
		id, _ = o["Ref"].(string)
	case o["Fn::GetAtt"] != nil:
		id, _ = listed(o["Fn::GetAtt"])[0].(string)
	case o["Fn::ImportValue"] != nil:
		for _, part := range slices.Sorted(maps.Keys(e.Templates)) {
			for _, output := range asObject(e.Templates[part]["Outputs"]) {
				if asObject(asObject(output)["Export"])["Name"] == o["Fn::ImportValue"] {
					return e.reference(part, asObject(output)["Value"])
				}
			}
		}
	}
	if asObject(asObject(e.Templates[stack]["Resources"])[id]) == nil {
		return "", false
	}
	return stack + "/" + id, true
}

// references are the resources that a list of values refers to.
func (e *environment) references(stack string, values any) []string {
	var ids []string
	for _, value := range listed(values) {
		if id, ok := e.reference(stack, value); ok {
			ids = append(ids, id)
		}
	}
	return ids
}

func (r resource) key() string { return r.Stack + "/" + r.ID }

// literal is what is literal in a value, with a $ for each thing that only CloudFormation knows.
func literal(value any) string {
	switch v := value.(type) {
	case string:
		return v
	case object:
		if join, ok := v["Fn::Join"].([]any); ok {
			var parts []string
			for _, part := range listed(join[1]) {
				parts = append(parts, literal(part))
			}
			return strings.Join(parts, literal(join[0]))
		}
		if sub, ok := v["Fn::Sub"]; ok {
			return literal(listed(sub)[0])
		}
		if name, ok := v["Fn::ImportValue"].(string); ok {
			return "$" + name
		}
	}
	return "$"
}
