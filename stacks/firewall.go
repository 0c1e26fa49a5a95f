package stacks

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awselasticloadbalancingv2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awswafv2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// rateRule is the one rule of ours.
const rateRule = "TooManyRequests"

// managedRules are AWS's rule groups, asked in this order: what costs nothing to decide comes first.
//
// https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-list.html
var managedRules = []string{
	"AWSManagedRulesAmazonIpReputationList",
	"AWSManagedRulesKnownBadInputsRuleSet",
	"AWSManagedRulesSQLiRuleSet",
	"AWSManagedRulesCommonRuleSet",
}

// redactedHeaders carry credentials and sessions. They stay out of the log.
var redactedHeaders = []string{"authorization", "cookie"}

// newFirewall puts AWS WAF in front of the load balancer, so in front of both listeners (PCI DSS 6.4.2), and returns
// where it logs. Health checks and the probe do not pass it.
func newFirewall(scope constructs.Construct, balancer awselasticloadbalancingv2.ApplicationLoadBalancer, config Config, logKey awskms.IKey) awslogs.LogGroup {
	acl := awswafv2.NewCfnWebACL(scope, new("Firewall"), &awswafv2.CfnWebACLProps{
		Name:             new(config.names().application()),
		Description:      new("What may reach the load balancer of the payment processor"),
		Scope:            new("REGIONAL"),
		DefaultAction:    &awswafv2.CfnWebACL_DefaultActionProperty{Allow: map[string]any{}},
		Rules:            firewallRules(config.LoadBalancer),
		VisibilityConfig: visible(config.names().application()),
	})
	awswafv2.NewCfnWebACLAssociation(scope, new("FirewallAssociation"), &awswafv2.CfnWebACLAssociationProps{
		ResourceArn: balancer.LoadBalancerArn(), WebAclArn: acl.AttrArn(),
	})
	return newFirewallLog(scope, acl, config, logKey)
}

func firewallRules(config LoadBalancerConfig) []any {
	rules := []any{&awswafv2.CfnWebACL_RuleProperty{
		Name:     new(rateRule),
		Priority: jsii.Number(0),
		Statement: &awswafv2.CfnWebACL_StatementProperty{RateBasedStatement: &awswafv2.CfnWebACL_RateBasedStatementProperty{
			AggregateKeyType: new("IP"), Limit: jsii.Number(config.RequestsPerAddress), EvaluationWindowSec: jsii.Number(300),
		}},
		Action: &awswafv2.CfnWebACL_RuleActionProperty{Block: &awswafv2.CfnWebACL_BlockActionProperty{
			CustomResponse: &awswafv2.CfnWebACL_CustomResponseProperty{ResponseCode: jsii.Number(429)},
		}},
		VisibilityConfig: visible(rateRule),
	}}
	for i, group := range managedRules {
		rules = append(rules, &awswafv2.CfnWebACL_RuleProperty{
			Name:     &group,
			Priority: jsii.Number(i + 1),
			Statement: &awswafv2.CfnWebACL_StatementProperty{ManagedRuleGroupStatement: &awswafv2.CfnWebACL_ManagedRuleGroupStatementProperty{
				VendorName: new("AWS"), Name: &group,
			}},
			OverrideAction:   &awswafv2.CfnWebACL_OverrideActionProperty{None: map[string]any{}},
			VisibilityConfig: visible(group),
		})
	}
	return rules
}

// visible counts what a rule does. It keeps no samples: they hold the whole request, with what the log redacts.
func visible(metric string) *awswafv2.CfnWebACL_VisibilityConfigProperty {
	return &awswafv2.CfnWebACL_VisibilityConfigProperty{
		CloudWatchMetricsEnabled: new(true), MetricName: &metric, SampledRequestsEnabled: new(false),
	}
}

// newFirewallLog logs what was not simply let through; the load balancer's access log has every request.
//
// https://docs.aws.amazon.com/waf/latest/developerguide/logging-cw-logs.html
func newFirewallLog(scope constructs.Construct, acl awswafv2.CfnWebACL, config Config, logKey awskms.IKey) awslogs.LogGroup {
	stack, names := awscdk.Stack_Of(scope), config.names()
	group := newLogGroup(scope, "FirewallLogs", logGroupProps{Config: config, Key: logKey, Name: names.firewallLog(), Audit: true})
	policy := newDeliveryPolicy(scope, "FirewallLogsPolicy", names.application()+"-firewall", group)
	var redacted, kept []any // inside, spelled as CloudFormation does: the CDK would leave its own spelling
	for _, header := range redactedHeaders {
		redacted = append(redacted, &awswafv2.CfnLoggingConfiguration_FieldToMatchProperty{SingleHeader: map[string]any{"Name": header}})
	}
	for _, action := range []string{"BLOCK", "COUNT", "EXCLUDED_AS_COUNT"} {
		kept = append(kept, map[string]any{"ActionCondition": map[string]any{"Action": action}})
	}
	logging := awswafv2.NewCfnLoggingConfiguration(scope, new("FirewallLogging"), &awswafv2.CfnLoggingConfigurationProps{
		ResourceArn: acl.AttrArn(),
		// Without the :* that the log group's attribute ends with.
		LogDestinationConfigs: &[]any{arnOf(stack, "logs", "log-group:"+*group.LogGroupName())},
		RedactedFields:        redacted,
		LoggingFilter: map[string]any{
			"DefaultBehavior": "DROP",
			"Filters":         []any{map[string]any{"Behavior": "KEEP", "Requirement": "MEETS_ANY", "Conditions": kept}},
		},
	})
	logging.Node().AddDependency(policy)
	return group
}
