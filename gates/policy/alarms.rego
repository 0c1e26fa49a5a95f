# What goes wrong has an alarm, which looks the right way. PCI DSS 10.7.2, 12.10.1; docs/runbooks/alarms.md.
package payment

import rego.v1

# alarmed_metrics are what the alarms of a template look at.
alarmed_metrics contains name if {
	some alarm in typed("AWS::CloudWatch::Alarm")
	some query in alarm.properties.Metrics
	name := query.MetricStat.Metric.MetricName
}

# Whatever the configuration, customers come through the load balancer, and events page.
watched := {
	"HTTPCode_ELB_5XX_Count", "HTTPCode_Target_5XX_Count", "HealthyHostCount", "RejectedConnectionCount",
	"TargetResponseTime",
}

violation contains v if {
	some id, _ in typed("AWS::SNS::Topic")
	some metric in watched - alarmed_metrics
	v := finding("PAY-LOGS-31", id, "Properties", sprintf("no alarm looks at %s", [metric]))
}

# A page can be overlooked; an alarm stays until somebody has looked.
violation contains v if {
	some id, rule in typed("AWS::Events::Rule")
	some told in rule.properties.Targets
	input.resources[told.Arn.__ref].resourceType == "AWS::SNS::Topic"
	not counted(id)
	v := finding("PAY-LOGS-31", id, "Properties", "an event pages, and no alarm stays")
}

counted(rule) if {
	some alarm in typed("AWS::CloudWatch::Alarm")
	some query in alarm.properties.Metrics
	query.MetricStat.Metric.MetricName == "TriggeredRules"
	some dimension in query.MetricStat.Metric.Dimensions
	refers(dimension.Value, rule)
}

# Of these there can be too little; of everything else, too much.
scarce := {"FreeableMemory", "HealthyHostCount"}

violation contains v if {
	some id, alarm in typed("AWS::CloudWatch::Alarm")
	metrics := {name | some query in alarm.properties.Metrics; name := query.MetricStat.Metric.MetricName}
	looks_down := startswith(alarm.properties.ComparisonOperator, "LessThan")
	should := count(metrics & scarce) > 0
	looks_down != should
	v := finding("PAY-LOGS-32", id, "Properties.ComparisonOperator", "an alarm fires when all is well")
}

# Hours of evidence are what an assessor wants, and not who is on call.
violation contains v if {
	some id, alarm in typed("AWS::CloudWatch::Alarm")
	alarm.properties.EvaluationPeriods > 15
	v := finding("PAY-LOGS-32", id, "Properties.EvaluationPeriods", "an alarm fires when it is too late")
}
