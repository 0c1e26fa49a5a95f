# What comes in is filtered, encrypted and recorded. PCI DSS 4.2.1, 6.2.4, 6.4.2, 8.3.2, 10.2.1; Security Hub ELB.1, ELB.4, ELB.5,
# ELB.6, ELB.12, ELB.13, ELB.16, ELB.17, WAF.10, WAF.11, WAF.12.
package payment

import rego.v1

required_attributes := {
	"routing.http.drop_invalid_header_fields.enabled": {"true"},
	"routing.http.desync_mitigation_mode": {"defensive", "strictest"},
	"access_logs.s3.enabled": {"true"},
	"connection_logs.s3.enabled": {"true"},
}

violation contains v if {
	some id, balancer in typed("AWS::ElasticLoadBalancingV2::LoadBalancer")
	some key, values in required_attributes
	not has_attribute(balancer, key, values)
	v := finding("PAY-ENTRANCE-02", id, "Properties.LoadBalancerAttributes", sprintf("%s is not one of %v", [key, values]))
}

has_attribute(balancer, key, values) if values[attribute(balancer.properties.LoadBalancerAttributes, key)]

violation contains v if {
	production
	some id, balancer in typed("AWS::ElasticLoadBalancingV2::LoadBalancer")
	not has_attribute(balancer, "deletion_protection.enabled", {"true"})
	v := finding("PAY-ENTRANCE-03", id, "Properties.LoadBalancerAttributes", "production's load balancer can be deleted")
}

firewalled(id) if {
	some association in typed("AWS::WAFv2::WebACLAssociation")
	refers(association.properties.ResourceArn, id)
	association.properties.WebACLArn
}

violation contains v if {
	some id, balancer in typed("AWS::ElasticLoadBalancingV2::LoadBalancer")
	not firewalled(id)
	v := finding("PAY-ENTRANCE-04", id, "Properties", "no web application firewall stands before the load balancer")
}

# What Security Hub's ELB.17 accepts: TLS 1.3, and 1.2 with forward secrecy and ciphers that authenticate what they encrypt.
strong := "^ELBSecurityPolicy-TLS13-1-(3|2-Res)-"

violation contains v if {
	some id, listener in typed("AWS::ElasticLoadBalancingV2::Listener")
	listener.properties.Protocol == "HTTPS"
	not regex.match(strong, object.get(listener.properties, "SslPolicy", ""))
	v := finding("PAY-ENTRANCE-05", id, "Properties.SslPolicy", "a listener takes versions of TLS, or ciphers, that are broken")
}

violation contains v if {
	production
	some id, listener in typed("AWS::ElasticLoadBalancingV2::Listener")
	listener.properties.Protocol != "HTTPS"
	some action in listener.properties.DefaultActions
	object.get(action, ["RedirectConfig", "Protocol"], "HTTP") != "HTTPS"
	v := finding("PAY-ENTRANCE-06", id, "Properties.DefaultActions", "production answers without TLS")
}

managed_rules := {
	"AWSManagedRulesCommonRuleSet", "AWSManagedRulesKnownBadInputsRuleSet",
	"AWSManagedRulesSQLiRuleSet", "AWSManagedRulesAmazonIpReputationList",
}

enforced(acl) := {rule.Statement.ManagedRuleGroupStatement.Name |
	some rule in acl.properties.Rules
	rule.Statement.ManagedRuleGroupStatement.VendorName == "AWS"
	not rule.OverrideAction.Count
	not weakened(rule.Statement.ManagedRuleGroupStatement)
}

weakened(group) if group.ScopeDownStatement

weakened(group) if count(group.ExcludedRules) > 0

weakened(group) if {
	some override in group.RuleActionOverrides
	not override.ActionToUse.Block
}

violation contains v if {
	some id, acl in typed("AWS::WAFv2::WebACL")
	missing := managed_rules - enforced(acl)
	count(missing) > 0
	v := finding("PAY-ENTRANCE-07", id, "Properties.Rules", sprintf("the firewall does not enforce %v", [missing]))
}

rate_limited(acl) if {
	some rule in acl.properties.Rules
	rule.Statement.RateBasedStatement.Limit
	rule.Statement.RateBasedStatement.AggregateKeyType == "IP" # the header that says for whom somebody asks is theirs to write
	rule.Statement.RateBasedStatement.EvaluationWindowSec == 300
	not rule.Statement.RateBasedStatement.ScopeDownStatement
	rule.Action.Block
	object.get(rule.Action.Block, ["CustomResponse", "ResponseCode"], 403) >= 400
	every other in acl.properties.Rules {
		other.Priority >= rule.Priority
	}
}

violation contains v if {
	some id, acl in typed("AWS::WAFv2::WebACL")
	not rate_limited(acl)
	v := finding("PAY-ENTRANCE-08", id, "Properties.Rules", "one client may send any number of requests")
}

recorded(acl) if {
	some logging in typed("AWS::WAFv2::LoggingConfiguration")
	refers(logging.properties.ResourceArn, acl)
}

violation contains v if {
	some id, _ in typed("AWS::WAFv2::WebACL")
	not recorded(id)
	v := finding("PAY-ENTRANCE-09", id, "Properties", "what the firewall does is not logged")
}

redacts(logging, header) if {
	some field in logging.properties.RedactedFields
	lower(field.SingleHeader.Name) == header
}

violation contains v if {
	some id, logging in typed("AWS::WAFv2::LoggingConfiguration")
	some header in ["authorization", "cookie"]
	not redacts(logging, header)
	v := finding("PAY-ENTRANCE-10", id, "Properties.RedactedFields", sprintf("the header %s is in the firewall's log", [header]))
}

violation contains v if {
	some id, acl in typed("AWS::WAFv2::WebACL")
	some rule in acl.properties.Rules
	object.get(rule, ["VisibilityConfig", "CloudWatchMetricsEnabled"], false) != true
	v := finding("PAY-ENTRANCE-11", id, "Properties.Rules", "a rule of the firewall is not measured")
}

violation contains v if {
	some id, acl in typed("AWS::WAFv2::WebACL")
	not measured(acl)
	v := finding("PAY-ENTRANCE-11", id, "Properties.VisibilityConfig", "what the firewall does is not measured, or two rules as one")
}

measured(acl) if {
	acl.properties.Scope == "REGIONAL"
	acl.properties.VisibilityConfig.CloudWatchMetricsEnabled == true
	count({rule.VisibilityConfig.MetricName | some rule in acl.properties.Rules}) == count(acl.properties.Rules)
}

violation contains v if {
	some id, acl in typed("AWS::WAFv2::WebACL")
	some rule in acl.properties.Rules
	rule.Action.Allow
	v := finding("PAY-ENTRANCE-12", id, "Properties.Rules", "a rule lets requests pass before the others have looked")
}

# A sample is a whole request, with the headers that the log redacts.
sampled(properties) if object.get(properties, ["VisibilityConfig", "SampledRequestsEnabled"], true) != false

sampled(properties) if {
	some rule in properties.Rules
	object.get(rule, ["VisibilityConfig", "SampledRequestsEnabled"], true) != false
}

violation contains v if {
	some id, acl in typed("AWS::WAFv2::WebACL")
	sampled(acl.properties)
	v := finding("PAY-ENTRANCE-13", id, "Properties.VisibilityConfig", "the firewall keeps samples of requests, credentials and all")
}

# What is not simply let through is logged; the load balancer logs every request.
keeps(logging, _) if not logging.properties.LoggingFilter

keeps(logging, action) if {
	some filter in logging.properties.LoggingFilter.Filters
	filter.Behavior == "KEEP"
	filter.Requirement == "MEETS_ANY"
	some condition in filter.Conditions
	condition.ActionCondition.Action == action
}

violation contains v if {
	some id, logging in typed("AWS::WAFv2::LoggingConfiguration")
	some action in ["BLOCK", "COUNT", "EXCLUDED_AS_COUNT"]
	not keeps(logging, action)
	v := finding("PAY-ENTRANCE-14", id, "Properties.LoggingFilter", sprintf("the firewall does not log a %s", [action]))
}

violation contains v if {
	some id, logging in typed("AWS::WAFv2::LoggingConfiguration")
	some destination in logging.properties.LogDestinationConfigs
	not reference(destination)
	v := finding("PAY-ENTRANCE-14", id, "Properties.LogDestinationConfigs", "the firewall logs to a stranger")
}

violation contains v if {
	some id, balancer in typed("AWS::ElasticLoadBalancingV2::LoadBalancer")
	count(balancer.properties.Subnets) < 2
	v := finding("PAY-ENTRANCE-15", id, "Properties.Subnets", "the load balancer goes with one zone")
}

violation contains v if {
	some id, balancer in typed("AWS::ElasticLoadBalancingV2::LoadBalancer")
	balancer.properties.Type != "application"
	v := finding("PAY-ENTRANCE-16", id, "Properties.Type", "the load balancer does not read what passes, and the firewall is not asked")
}

violation contains v if {
	some id, listener in typed("AWS::ElasticLoadBalancingV2::Listener")
	listener.properties.Protocol == "HTTPS"
	count(object.get(listener.properties, "Certificates", [])) != 1
	v := finding("PAY-ENTRANCE-17", id, "Properties.Certificates", "a listener shows no certificate, or more than its own")
}

# A redirect stays where the customer was, and the browser remembers it.
violation contains v if {
	some id, listener in typed("AWS::ElasticLoadBalancingV2::Listener")
	some action in listener.properties.DefaultActions
	not action.RedirectConfig == {"Port": "443", "Protocol": "HTTPS", "StatusCode": "HTTP_301"}
	action.RedirectConfig
	v := finding("PAY-ENTRANCE-18", id, "Properties.DefaultActions", "customers are sent somewhere else than to HTTPS, or each time anew")
}

violation contains v if {
	some id, listener in typed("AWS::ElasticLoadBalancingV2::Listener")
	not listener.properties.Port in {80, 443, 9001}
	v := finding("PAY-ENTRANCE-18", id, "Properties.Port", "customers find nobody where they look, or somebody else where they do not")
}

# Healthy is who answers 200, asked often enough that a release of minutes sees it.
asked(group) if {
	group.Matcher.HttpCode == "200"
	group.HealthCheckIntervalSeconds <= 30
	group.HealthCheckTimeoutSeconds < group.HealthCheckIntervalSeconds
	group.UnhealthyThresholdCount <= 3
	startswith(group.HealthCheckPath, "/")
	object.get(group, "HealthCheckProtocol", group.Protocol) == group.Protocol
	group.TargetType == "ip"
}

violation contains v if {
	some id, group in typed("AWS::ElasticLoadBalancingV2::TargetGroup")
	not asked(group.properties)
	v := finding("PAY-ENTRANCE-19", id, "Properties", "a task that fails is taken for healthy, or for too long")
}

# A task finishes what it has begun before Spot, or a release, ends it; a customer of blue is let go to green.
violation contains v if {
	some id, group in typed("AWS::ElasticLoadBalancingV2::TargetGroup")
	not lets_go(group.properties.TargetGroupAttributes)
	v := finding("PAY-ENTRANCE-20", id, "Properties.TargetGroupAttributes", "payments are cut off, or customers stay with tasks that go")
}

lets_go(attributes) if {
	attribute(attributes, "stickiness.enabled") == "false"
	delay := to_number(attribute(attributes, "deregistration_delay.timeout_seconds"))
	delay >= 30
	delay < 120
}
