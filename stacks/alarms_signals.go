package stacks

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awselasticloadbalancingv2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/jsii-runtime-go"
)

// signals are the metrics that are both drawn and watched: one definition, so that the graph shows what the alarm sees.
type signals struct {
	CPU, Memory                    awscloudwatch.Metric // percent of what the tasks reserve
	Desired, Running, Pending      awscloudwatch.Metric // tasks
	Requests, TargetErrors         awscloudwatch.Metric
	ELBErrors, RejectedConnections awscloudwatch.Metric
	BlueHealthy, GreenHealthy      awscloudwatch.Metric // tasks that pass the load balancer's health check
	BlueP99, GreenP99              awscloudwatch.Metric // seconds
	NatPortErrors                  []awscloudwatch.Metric
	Spot, Placement, Deployment    awscloudwatch.Metric         // events
	Database                       *databaseSignals             // nil where others run the database
	Findings                       awscloudwatch.Metric         // scans that found something grave
	Archive                        *archiveSignals              // nil: nothing is archived
	Missing                        awscloudwatch.MathExpression // tasks wanted and not running
	Healthy, P99                   awscloudwatch.MathExpression // of whichever group is live
	ErrorRate                      awscloudwatch.MathExpression // percent of the requests
	Undelivered                    awscloudwatch.MathExpression // events that reached nobody
	RotationRelease                awscloudwatch.MathExpression // failures, and questions that never reached it
}

func newSignals(props ObservabilityStackProps, events serviceEvents) signals {
	platform := props.Platform
	balancer, blue, green := platform.LoadBalancer.Metrics(), platform.BlueTargetGroup, platform.GreenTargetGroup
	s := signals{
		CPU:                 platform.Service.MetricCpuUtilization(minutely("CPU", "Average")),
		Memory:              platform.Service.MetricMemoryUtilization(minutely("memory", "Average")),
		Desired:             insight(platform, "DesiredTaskCount", "desired"),
		Running:             insight(platform, "RunningTaskCount", "running"),
		Pending:             insight(platform, "PendingTaskCount", "pending"),
		Requests:            balancer.RequestCount(minutely("requests", "Sum")),
		TargetErrors:        balancer.HttpCodeTarget(awselasticloadbalancingv2.HttpCodeTarget_TARGET_5XX_COUNT, minutely("5xx of tasks", "Sum")),
		ELBErrors:           balancer.HttpCodeElb(awselasticloadbalancingv2.HttpCodeElb_ELB_5XX_COUNT, minutely("5xx of the load balancer", "Sum")),
		RejectedConnections: balancer.RejectedConnectionCount(minutely("rejected connections", "Sum")),
		BlueHealthy:         groupMetric(platform, blue, "HealthyHostCount", "blue", "Average"),
		GreenHealthy:        groupMetric(platform, green, "HealthyHostCount", "green", "Average"),
		BlueP99:             groupMetric(platform, blue, "TargetResponseTime", "blue p99", "p99"),
		GreenP99:            groupMetric(platform, green, "TargetResponseTime", "green p99", "p99"),
		Spot:                ruleMetric(events.Spot, "TriggeredRules", "Spot interruptions"),
		Placement:           ruleMetric(events.Placement, "TriggeredRules", "placement failures"),
		Deployment:          ruleMetric(events.Deployment, "TriggeredRules", "failed or stopped deployments"),
		Database:            newDatabaseSignals(props),
		Findings:            ruleMetric(events.Findings, "TriggeredRules", "images with findings"),
	}
	if props.Config.Audit.ArchiveLogs {
		s.Archive = newArchiveSignals(props)
	}
	for i, id := range props.Network.NatGatewayIDs {
		s.NatPortErrors = append(s.NatPortErrors, natMetric(id, "ErrorPortAllocation", *jsii.Sprintf("port errors %d", i+1)))
	}
	// Metric math counts a missing value as 0, so the group without tasks, which reports nothing, never decides:
	// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
	// IF and not MAX, which that page advises against in alarms.
	s.Missing = expression("missing tasks", "desired - running", 1, map[string]awscloudwatch.IMetric{"desired": s.Desired, "running": s.Running})
	s.Healthy = expression("live group", greater, 1, map[string]awscloudwatch.IMetric{"blue": s.BlueHealthy, "green": s.GreenHealthy})
	s.P99 = expression("slower group p99", greater, 1, map[string]awscloudwatch.IMetric{"blue": s.BlueP99, "green": s.GreenP99})
	s.ErrorRate = expression("failed %", "100 * errors / requests", 1, map[string]awscloudwatch.IMetric{"errors": s.TargetErrors, "requests": s.Requests})
	s.Undelivered = expression("undelivered events", "spot + placement + deployment + findings", 5, map[string]awscloudwatch.IMetric{
		"spot":       ruleMetric(events.Spot, "FailedInvocations", "Spot"),
		"placement":  ruleMetric(events.Placement, "FailedInvocations", "placement"),
		"deployment": ruleMetric(events.Deployment, "FailedInvocations", "deployment"),
		"findings":   ruleMetric(events.Findings, "FailedInvocations", "findings"),
	})
	s.RotationRelease = rotationReleaseSignal(platform)
	return s
}

const greater = "IF(blue > green, blue, green)"

func minutely(label, statistic string) *awscloudwatch.MetricOptions {
	return &awscloudwatch.MetricOptions{Label: &label, Statistic: &statistic, Period: awscdk.Duration_Minutes(new(1.0))}
}

// insight is a metric of Container Insights, for which CDK has no helper.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Container-Insights-metrics-ECS.html
func insight(platform PlatformStack, name, label string) awscloudwatch.Metric {
	return metric("ECS/ContainerInsights", name, label, "Average", 1, map[string]*string{
		"ClusterName": platform.Cluster.ClusterName(), "ServiceName": platform.Service.ServiceName(),
	})
}

// groupMetric is a metric of one target group. CDK's helper would cut the load balancer's name out of a listener's ARN,
// and throw for a group that no listener of ours names.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
func groupMetric(platform PlatformStack, group awselasticloadbalancingv2.ApplicationTargetGroup, name, label, statistic string) awscloudwatch.Metric {
	return metric("AWS/ApplicationELB", name, label, statistic, 1, map[string]*string{
		"LoadBalancer": platform.LoadBalancer.LoadBalancerFullName(), "TargetGroup": group.TargetGroupFullName(),
	})
}

// natMetric is a metric of one NAT gateway.
// https://docs.aws.amazon.com/vpc/latest/userguide/vpc-nat-gateway-cloudwatch.html
func natMetric(id, name, label string) awscloudwatch.Metric {
	return metric("AWS/NATGateway", name, label, "Sum", 1, map[string]*string{"NatGatewayId": &id})
}

// ruleMetric is a metric of a rule on the default bus, in periods of five minutes because EventBridge delivers its
// metrics late at times. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html
func ruleMetric(rule awsevents.CfnRule, name, label string) awscloudwatch.Metric {
	return ruleMetricOf(rule.Ref(), name, label)
}

func ruleMetricOf(rule *string, name, label string) awscloudwatch.Metric {
	return metric("AWS/Events", name, label, "Sum", 5, map[string]*string{"RuleName": rule})
}

func metric(namespace, name, label, statistic string, minutes float64, dimensions map[string]*string) awscloudwatch.Metric {
	return awscloudwatch.NewMetric(&awscloudwatch.MetricProps{
		Namespace: &namespace, MetricName: &name, Label: &label, Statistic: &statistic,
		Period: awscdk.Duration_Minutes(&minutes), DimensionsMap: &dimensions,
	})
}

func expression(label, formula string, minutes float64, using map[string]awscloudwatch.IMetric) awscloudwatch.MathExpression {
	return awscloudwatch.NewMathExpression(&awscloudwatch.MathExpressionProps{
		Label: &label, Expression: &formula, UsingMetrics: &using, Period: awscdk.Duration_Minutes(&minutes),
	})
}
