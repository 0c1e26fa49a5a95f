package stacks

import (
	"fmt"
	"slices"
	"testing"
)

// A rule that only counts, a log with credentials or an unattached web ACL protects nobody, and looks as if it did.
func TestFirewall(t *testing.T) {
	for _, suffix := range []string{"dev", "staging", "prod"} {
		e := synthesized(t, suffix)
		acl := e.only(t, "AWS::WAFv2::WebACL")
		if acl.Properties["Scope"] != "REGIONAL" || acl.Properties["Name"] != "payment-processor-"+suffix || asObject(acl.Properties["DefaultAction"])["Allow"] == nil {
			t.Errorf("%s: the firewall is %v", suffix, acl.Properties)
		}
		var groups []string
		for i, item := range listed(acl.Properties["Rules"]) {
			rule := asObject(item)
			visible := asObject(rule["VisibilityConfig"])
			if rule["Priority"] != float64(i) || visible["MetricName"] != rule["Name"] || visible["CloudWatchMetricsEnabled"] != true {
				t.Errorf("%s: rule %d is %v", suffix, i, rule)
			}
			if visible["SampledRequestsEnabled"] != false {
				t.Errorf("%s: samples of %v show the credentials that the log redacts", suffix, rule["Name"])
			}
			if managed := asObject(asObject(rule["Statement"])["ManagedRuleGroupStatement"]); managed["VendorName"] == "AWS" {
				groups = append(groups, managed["Name"].(string))
				if fmt.Sprint(rule["OverrideAction"]) != "map[None:map[]]" || managed["RuleActionOverrides"] != nil || managed["ExcludedRules"] != nil {
					t.Errorf("%s: %v does not refuse: %v", suffix, managed["Name"], rule)
				}
			}
		}
		if !slices.Equal(groups, managedRules) || len(managedRules) != 4 {
			t.Errorf("%s: the firewall asks %v, want %v", suffix, groups, managedRules)
		}
		association := e.only(t, "AWS::WAFv2::WebACLAssociation").Properties
		if on, _ := e.reference("platform", association["ResourceArn"]); on != e.only(t, loadBalancerType).key() {
			t.Errorf("%s: the firewall stands before %v", suffix, association["ResourceArn"])
		}
		if of, _ := e.reference("platform", association["WebACLArn"]); of != acl.key() {
			t.Errorf("%s: before the load balancer stands %v", suffix, association["WebACLArn"])
		}
	}
}

// One client that floods the service must not cost the others theirs, and is told so.
func TestFirewallRefusesAFlood(t *testing.T) {
	for context, want := range map[string]float64{"": 6000, "200": 200} {
		var overrides []object
		if context != "" {
			overrides = append(overrides, object{"requestsPerAddress": context})
		}
		rule := asObject(listed(synthesized(t, "dev", overrides...).only(t, "AWS::WAFv2::WebACL").Properties["Rules"])[0])
		rate := asObject(asObject(rule["Statement"])["RateBasedStatement"])
		if rate["Limit"] != want || rate["AggregateKeyType"] != "IP" || rate["EvaluationWindowSec"] != 300.0 {
			t.Errorf("refuses above %v", rate)
		}
		if fmt.Sprint(rule["Action"]) != "map[Block:map[CustomResponse:map[ResponseCode:429]]]" {
			t.Errorf("answers a flood with %v", rule["Action"])
		}
	}
}

// Whom the firewall refused must be known for a year, without what would let a reader of the log in.
func TestFirewallLog(t *testing.T) {
	for suffix, days := range map[string]float64{"dev": 30, "prod": 400} {
		e := synthesized(t, suffix)
		logging := properties(t, e, e.only(t, "AWS::WAFv2::LoggingConfiguration"))
		name := "aws-waf-logs-payment-processor-" + suffix // WAF takes no other beginning
		if want := "[arn:aws:logs:us-east-2:111122223333:log-group:" + name + "]"; fmt.Sprint(logging["LogDestinationConfigs"]) != want {
			t.Errorf("%s: logs to %v, want %s", suffix, logging["LogDestinationConfigs"], want)
		}
		if got := fmt.Sprint(logging["RedactedFields"]); got != "[map[SingleHeader:map[Name:authorization]] map[SingleHeader:map[Name:cookie]]]" {
			t.Errorf("%s: redacts %s", suffix, got)
		}
		if got := fmt.Sprint(logging["LoggingFilter"]); got != "map[DefaultBehavior:DROP Filters:[map[Behavior:KEEP Conditions:["+
			"map[ActionCondition:map[Action:BLOCK]] map[ActionCondition:map[Action:COUNT]] map[ActionCondition:map[Action:EXCLUDED_AS_COUNT]]] Requirement:MEETS_ANY]]]" {
			t.Errorf("%s: keeps %s", suffix, got)
		}
		group := platformResource(t, e, "AWS::Logs::LogGroup", "FirewallLogs")
		if group.Properties["LogGroupName"] != name || group.Properties["RetentionInDays"] != days {
			t.Errorf("%s: the log is %v", suffix, group.Properties)
		}
		if policy := e.logPolicy(t, "FirewallLogsPolicy"); !slices.Contains(listed(e.only(t, "AWS::WAFv2::LoggingConfiguration").Body["DependsOn"]), any(policy.ID)) {
			t.Errorf("%s: WAF may log before it is allowed to", suffix)
		}
		allowed := `{"Statement":[{"Action":["logs:CreateLogStream","logs:PutLogEvents"],"Condition":{"ArnLike":{"aws:SourceArn":"arn:aws:logs:us-east-2:111122223333:*"},` +
			`"StringEquals":{"aws:SourceAccount":"111122223333"}},"Effect":"Allow","Principal":{"Service":"delivery.logs.amazonaws.com"},` +
			`"Resource":"arn:aws:logs:us-east-2:111122223333:log-group:` + name + `:*"}],"Version":"2012-10-17"}`
		policy := properties(t, e, e.logPolicy(t, "FirewallLogsPolicy"))
		if policy["PolicyDocument"] != allowed || policy["PolicyName"] != "payment-processor-"+suffix+"-firewall" {
			t.Errorf("%s: WAF may log by %v, want %s", suffix, policy, allowed)
		}
	}
}

// The key of the log group must be usable for it, by its name, or the log group cannot be made.
func TestFirewallLogKey(t *testing.T) {
	e := synthesized(t, "dev")
	key := platformResource(t, e, "AWS::KMS::Key", "LogKey")
	statement := e.policyStatements(t, key, "KeyPolicy")["LogGroupsOfThisStack"]
	arns := fmt.Sprint(statement["Condition"])
	for _, group := range []string{"payment-processor-platform-dev-*", "/ecs/payment-processor-dev", "aws-waf-logs-payment-processor-dev"} {
		if !slices.Contains(words(arns), "arn:aws:logs:us-east-2:111122223333:log-group:"+group) {
			t.Errorf("the key is for %s, not for %s", arns, group)
		}
	}
}
