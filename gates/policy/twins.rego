# What takes the other's place is like the other: green is checked as blue is, a reader is what the writer is. PCI DSS 6.5.1,
# 12.10.1; docs/releases.md.
package payment

import rego.v1

# twins are resources of which one takes the other's place, with what may differ.
twins contains [a, b, {"Name", "Tags"}] if {
	some pair in pairs
	[a, b] := [group.Name.__ref | some group in pair.TargetGroups]
}

twins contains [a, b, {"AvailabilityZone", "PromotionTier", "Tags"}] if {
	some a, _ in typed("AWS::RDS::DBInstance")
	some b, _ in typed("AWS::RDS::DBInstance")
	a < b
}

twins contains [a, b, {"AlarmDescription", "AlarmName", "Dimensions", "Metrics", "Tags"}] if {
	some a, gate in gates
	some b, other in gates
	a < b
	metric_of(gate) == metric_of(other)
}

pairs contains pair if {
	some group in typed("AWS::CodeDeploy::DeploymentGroup")
	some pair in group.properties.LoadBalancerInfo.TargetGroupPairInfoList
}

gates[id] := input.resources[id].properties if {
	some group in typed("AWS::CodeDeploy::DeploymentGroup")
	some alarm in group.properties.AlarmConfiguration.Alarms
	id := alarm.Name.__ref
}

metric_of(alarm) := {name |
	some name in array.concat([object.get(alarm, "MetricName", "")], [query.MetricStat.Metric.MetricName | some query in object.get(alarm, "Metrics", [])])
}

violation contains v if {
	some [a, b, besides] in twins
	one := {[property, value] | some property, value in input.resources[a].properties; not besides[property]}
	other := {[property, value] | some property, value in input.resources[b].properties; not besides[property]}
	some [property, _] in (one - other) | (other - one)
	v := finding("PAY-RELEASE-20", b, sprintf("Properties.%s", [property]), sprintf("it has another %s than %s, in whose place it is", [property, a]))
}

violation contains v if {
	some pair in pairs
	count({group.Name.__ref | some group in pair.TargetGroups}) != 2
	some id, _ in typed("AWS::CodeDeploy::DeploymentGroup")
	v := finding("PAY-RELEASE-21", id, "Properties.LoadBalancerInfo", "there are no two target groups to release to")
}

# The test listener shows green before customers see it, and the production listener is the one on which they are.
violation contains v if {
	some id, _ in typed("AWS::CodeDeploy::DeploymentGroup")
	some pair in pairs
	not apart(pair)
	v := finding("PAY-RELEASE-21", id, "Properties.LoadBalancerInfo", "green is not seen before it is live")
}

apart(pair) if {
	[production_listener] := [input.resources[l.__ref].properties | some l in pair.ProdTrafficRoute.ListenerArns]
	[test_listener] := [input.resources[l.__ref].properties | some l in pair.TestTrafficRoute.ListenerArns]
	production_listener.Port in {80, 443}
	not test_listener.Port in {80, 443}
	every action in test_listener.DefaultActions {
		refers(action.TargetGroupArn, pair.TargetGroups[1].Name.__ref)
	}
}

# The service was made on blue, and LiveTargetGroup says blue until something else is live.
violation contains v if {
	some id, group in typed("AWS::CodeDeploy::DeploymentGroup")
	some pair in group.properties.LoadBalancerInfo.TargetGroupPairInfoList
	blue := pair.TargetGroups[0].Name.__ref
	some begins in array.concat(
		[answer.properties.BlueTargetGroup | some answer in typed("Custom::LiveTargetGroup")],
		[balancer.TargetGroupArn | some service in typed("AWS::ECS::Service"); some balancer in service.properties.LoadBalancers],
	)
	not refers(begins, blue)
	v := finding("PAY-RELEASE-21", id, "Properties.LoadBalancerInfo", "what is live at first is not blue")
}

# A release that waits for somebody, or runs on servers, is none that CloudFormation can take back in its hour.
violation contains v if {
	some id, group in typed("AWS::CodeDeploy::DeploymentGroup")
	ready := group.properties.BlueGreenDeploymentConfiguration.DeploymentReadyOption
	not ready == {"ActionOnTimeout": "CONTINUE_DEPLOYMENT", "WaitTimeInMinutes": 0}
	v := finding("PAY-RELEASE-22", id, "Properties.BlueGreenDeploymentConfiguration", "a release waits for somebody")
}

violation contains v if {
	some id, group in typed("AWS::CodeDeploy::DeploymentGroup")
	ended := group.properties.BlueGreenDeploymentConfiguration.TerminateBlueInstancesOnDeploymentSuccess
	not ends(ended)
	v := finding("PAY-RELEASE-22", id, "Properties.BlueGreenDeploymentConfiguration", "blue is kept until the release's hour is over, or for ever")
}

ends(blue) if {
	blue.Action == "TERMINATE"
	blue.TerminationWaitTimeInMinutes < 55
}

violation contains v if {
	some id, application in typed("AWS::CodeDeploy::Application")
	application.properties.ComputePlatform != "ECS"
	v := finding("PAY-RELEASE-08", id, "Properties.ComputePlatform", "a release is not ECS's")
}

# A gate alarm that cannot fire in the minutes of a release lets everything through.
gate_limits := {"UnHealthyHostCount": 0, "HTTPCode_Target_5XX_Count": 5, "TargetResponseTime": 2}

fires(alarm) if {
	queries := [query.MetricStat | some query in alarm.Metrics; query.MetricStat]
	metrics := {query.Metric.MetricName | some query in queries} | {object.get(alarm, "MetricName", "")}
	some metric, most in gate_limits
	metrics[metric]
	alarm.Threshold <= most
	alarm.ComparisonOperator == "GreaterThanThreshold"
	alarm.EvaluationPeriods <= 3
	{query.Period | some query in queries} | {object.get(alarm, "Period", 60)} == {60}
	{query.Metric.Namespace | some query in queries} | {object.get(alarm, "Namespace", of_balancers)} == {of_balancers}
	object.get(alarm, "Statistic", "Maximum") == "Maximum"
	object.get(alarm, "ExtendedStatistic", "p99") == "p99"
	{query.Expression | some query in alarm.Metrics; query.Expression} | {percent} == {percent}
}

of_balancers := "AWS/ApplicationELB"

percent := "100 * errors / requests"

violation contains v if {
	some id, alarm in gates
	not fires(alarm)
	v := finding("PAY-RELEASE-23", id, "Properties", "a gate alarm does not fire in the minutes that a release takes")
}
