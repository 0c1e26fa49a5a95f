package stacks

import (
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatchactions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awselasticloadbalancingv2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
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
//
// They also tell people why a release is stopped. The topic is ObservabilityStack's, which reads this stack, so it is
// found by its name; CloudWatch does not mind one that is not there yet:
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-actions.html
func newGateAlarms(stack awscdk.Stack, in entrance, config Config) []awscloudwatch.Alarm {
	topic := awssns.Topic_FromTopicArn(stack, new("AlarmTopic"), arnOf(stack, "sns", config.names().alarmTopic()))
	return append(
		newTargetGroupGates(stack, "Blue", in.Blue, topic, config),
		newTargetGroupGates(stack, "Green", in.Green, topic, config)...)
}

func newTargetGroupGates(stack awscdk.Stack, color string, group awselasticloadbalancingv2.ApplicationTargetGroup, topic awssns.ITopic, config Config) []awscloudwatch.Alarm {
	metrics := group.Metrics()
	errors := metrics.HttpCodeTarget(awselasticloadbalancingv2.HttpCodeTarget_TARGET_5XX_COUNT, everyMinute("Sum"))
	requests := metrics.RequestCount(everyMinute("Sum"))
	page := awscloudwatchactions.NewSnsAction(topic)
	var gates []awscloudwatch.Alarm
	for _, gate := range []struct {
		what      string
		metric    awscloudwatch.IMetric
		threshold float64
		means     string
	}{
		{"Unhealthy", metrics.UnhealthyHostCount(everyMinute("Maximum")), 0, "tasks fail the load balancer's health check"},
		{"Errors", awscloudwatch.NewMathExpression(&awscloudwatch.MathExpressionProps{
			Expression:   new("100 * errors / requests"),
			UsingMetrics: &map[string]awscloudwatch.IMetric{"errors": errors, "requests": requests},
			Period:       awscdk.Duration_Minutes(jsii.Number(1)),
		}), gateErrorPercent, "percent of the requests end in a 5xx of a task"},
		{"Slow", metrics.TargetResponseTime(everyMinute("p99")), gateP99Seconds, "seconds are what the slowest hundredth of the requests take"},
	} {
		alarm := awscloudwatch.NewAlarm(stack, new("Gate"+color+gate.what), &awscloudwatch.AlarmProps{
			AlarmName: new(config.names().gate(color, gate.what)),
			AlarmDescription: jsii.Sprintf("In target group %s, more than %v %s, for two minutes: a release is stopped. First: if none is running, "+
				"see the other alarms; they say what customers feel. Runbook: docs/runbooks/alarms.md#gate",
				strings.ToLower(color), gate.threshold, gate.means),
			Metric:             gate.metric,
			Threshold:          &gate.threshold,
			ComparisonOperator: above,
			EvaluationPeriods:  jsii.Number(gatePeriods),
			DatapointsToAlarm:  jsii.Number(gatePeriods),
			TreatMissingData:   silenceIsFine, // a group without tasks or traffic reports nothing, and is not at fault
		})
		alarm.AddAlarmAction(page)
		alarm.AddOkAction(page)
		gates = append(gates, alarm)
	}
	return gates
}

func everyMinute(statistic string) *awscloudwatch.MetricOptions {
	return &awscloudwatch.MetricOptions{Statistic: &statistic, Period: awscdk.Duration_Minutes(jsii.Number(1))}
}

// gateAlarms are the gate alarms as another stack sees them, by their names.
func gateAlarms(stack awscdk.Stack, config Config) []awscloudwatch.IAlarm {
	var gates []awscloudwatch.IAlarm
	for _, name := range config.names().gates() {
		gates = append(gates, awscloudwatch.Alarm_FromAlarmName(stack, &name, &name))
	}
	return gates
}

func (n names) gates() []string {
	var gates []string
	for _, color := range []string{"Blue", "Green"} {
		for _, what := range []string{"Unhealthy", "Errors", "Slow"} {
			gates = append(gates, n.gate(color, what))
		}
	}
	return gates
}

func (n names) gate(color, what string) string {
	return n.alarm("gate-" + strings.ToLower(color+"-"+what))
}
