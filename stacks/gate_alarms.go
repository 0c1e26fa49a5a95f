package stacks

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awselasticloadbalancingv2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// What stops a release. Each must last, because starting tasks and single failures are normal, and each fires well
// within the five minutes in which a tenth of the traffic is on green.
const (
	gateErrorPercent = 5.0
	gateP99Seconds   = 2.0
	gatePeriods      = 2 // minutes in a row
)

// newGateAlarms watch both target groups, because either may be the new one. CodeDeploy takes ten alarms at most:
// https://docs.aws.amazon.com/codedeploy/latest/userguide/monitoring-create-alarms.html
func newGateAlarms(scope constructs.Construct, in entrance) []awscloudwatch.Alarm {
	return append(
		newTargetGroupGate(scope, "Blue", in.Blue),
		newTargetGroupGate(scope, "Green", in.Green)...)
}

func newTargetGroupGate(scope constructs.Construct, color string, group awselasticloadbalancingv2.ApplicationTargetGroup) []awscloudwatch.Alarm {
	metrics := group.Metrics()
	errors := metrics.HttpCodeTarget(awselasticloadbalancingv2.HttpCodeTarget_TARGET_5XX_COUNT, everyMinute("Sum"))
	requests := metrics.RequestCount(everyMinute("Sum"))
	return []awscloudwatch.Alarm{
		newGate(scope, color+"Unhealthy", metrics.UnhealthyHostCount(everyMinute("Maximum")), 0,
			"tasks fail the load balancer's health check"),
		newGate(scope, color+"Errors", awscloudwatch.NewMathExpression(&awscloudwatch.MathExpressionProps{
			Expression:   new("100 * errors / requests"),
			UsingMetrics: &map[string]awscloudwatch.IMetric{"errors": errors, "requests": requests},
			Period:       awscdk.Duration_Minutes(jsii.Number(1)),
		}), gateErrorPercent, "percent of the requests end in a 5xx of a task"),
		newGate(scope, color+"Slow", metrics.TargetResponseTime(everyMinute("p99")), gateP99Seconds,
			"seconds are what the slowest hundredth of the requests take"),
	}
}

func everyMinute(statistic string) *awscloudwatch.MetricOptions {
	return &awscloudwatch.MetricOptions{Statistic: &statistic, Period: awscdk.Duration_Minutes(jsii.Number(1))}
}

// newGate fires above threshold. A group without tasks or traffic reports nothing, and is not at fault.
func newGate(scope constructs.Construct, id string, metric awscloudwatch.IMetric, threshold float64, what string) awscloudwatch.Alarm {
	gate := awscloudwatch.NewAlarm(scope, new("Gate"+id), &awscloudwatch.AlarmProps{
		AlarmDescription:   jsii.Sprintf("Stops a release: more than %v %s", threshold, what),
		Metric:             metric,
		Threshold:          &threshold,
		ComparisonOperator: awscloudwatch.ComparisonOperator_GREATER_THAN_THRESHOLD,
		EvaluationPeriods:  jsii.Number(gatePeriods),
		TreatMissingData:   awscloudwatch.TreatMissingData_NOT_BREACHING,
	})
	suppress(gate, Suppression{
		Rules:    []string{"NIST.800.53.R5-CloudWatchAlarmAction"},
		Severity: "LOW",
		Reason:   "CodeDeploy reads it and stops the release; the alarms that page people are ObservabilityStack's",
	})
	return gate
}
