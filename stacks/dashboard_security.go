package stacks

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
)

// securityWidgets are who was kept out, and whether the record for an assessor is kept up.
func securityWidgets(s signals, props ObservabilityStackProps) *[]awscloudwatch.IWidget {
	var byRule []awscloudwatch.IMetric
	for _, rule := range append([]string{rateRule}, managedRules...) {
		byRule = append(byRule, firewallMetric(props.Config, "BlockedRequests", rule, rule))
	}
	widgets := []awscloudwatch.IWidget{
		graph{
			Title: "Requests that the firewall refused", Width: 6, LeftUnit: "a minute", Stacked: true, Left: byRule,
			Right: metrics(firewallMetric(props.Config, "AllowedRequests", "ALL", "let through")), RightUnit: "a minute",
		}.widget(),
		table("Whom the firewall refused", 12, blockedRequests, props.Platform.FirewallLog),
	}
	if s.Archive != nil {
		widgets = append(widgets, graph{
			Title: "Archive: oldest event not yet in S3", Width: 6, LeftUnit: "seconds", AlarmAt: archiveLate,
			Left: metrics(s.Archive.Age), Right: metrics(s.Archive.Refused), RightUnit: "refused events",
		}.widget())
	}
	return &widgets
}

// firewallMetric is a metric of one rule of the web ACL, by the metric names that both were given; ALL is the web ACL.
// https://docs.aws.amazon.com/waf/latest/developerguide/waf-metrics.html
func firewallMetric(config Config, name, rule, label string) awscloudwatch.Metric {
	return metric("AWS/WAFV2", name, label, "Sum", 1, map[string]*string{
		"WebACL": new(config.names().application()), "Region": &config.Region, "Rule": &rule,
	})
}
