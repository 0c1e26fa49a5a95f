package stacks

import (
	"cmp"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatchactions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/jsii-runtime-go"
)

// alarm pages when Datapoints of the last Periods values of Metric are on the wrong side of Threshold.
type alarm struct {
	ID         string // of the construct
	Name       string // in the page
	Section    string // of docs/runbooks/alarms.md; empty: Name
	Means      string // for payments
	First      string // what to do first
	Metric     awscloudwatch.IMetric
	Fires      awscloudwatch.ComparisonOperator
	Threshold  float64
	Periods    float64
	Datapoints float64
	Missing    awscloudwatch.TreatMissingData
}

const (
	atLeast = awscloudwatch.ComparisonOperator_GREATER_THAN_OR_EQUAL_TO_THRESHOLD
	above   = awscloudwatch.ComparisonOperator_GREATER_THAN_THRESHOLD
	below   = awscloudwatch.ComparisonOperator_LESS_THAN_THRESHOLD

	// silenceIsFine is for counts that are reported only when they are not zero.
	silenceIsFine = awscloudwatch.TreatMissingData_NOT_BREACHING
	// silenceIsBad is for counts that a living service always reports.
	silenceIsBad = awscloudwatch.TreatMissingData_BREACHING
	// silenceIsUnknown is for measurements of tasks: without a task there is nothing to measure, which is neither good
	// nor this alarm's matter, so it must not say OK.
	silenceIsUnknown = awscloudwatch.TreatMissingData_MISSING
)

func newAlarms(stack awscdk.Stack, topic awssns.ITopic, watched []alarm, config Config) []awscloudwatch.IAlarm {
	page := awscloudwatchactions.NewSnsAction(topic)
	var alarms []awscloudwatch.IAlarm
	for _, a := range watched {
		alarm := awscloudwatch.NewAlarm(stack, &a.ID, &awscloudwatch.AlarmProps{
			AlarmName:          new(config.names().alarm(a.Name)),
			AlarmDescription:   jsii.Sprintf("%s First: %s Runbook: docs/runbooks/alarms.md#%s", a.Means, a.First, cmp.Or(a.Section, a.Name)),
			Metric:             a.Metric,
			ComparisonOperator: a.Fires,
			Threshold:          &a.Threshold,
			EvaluationPeriods:  &a.Periods,
			DatapointsToAlarm:  &a.Datapoints,
			TreatMissingData:   a.Missing,
		})
		alarm.AddAlarmAction(page)
		alarm.AddOkAction(page)
		alarms = append(alarms, alarm)
	}
	return alarms
}

func allAlarms(signals signals, config Config) []alarm {
	all := customerAlarms(signals, config)
	all = append(all, capacityAlarms(signals)...)
	all = append(all, natAlarms(signals)...)
	all = append(all, archiveAlarms(signals.Archive)...)
	all = append(all, databaseAlarms(signals.Database, config.Database)...)
	all = append(all, rotationReleaseAlarms(signals)...)
	return append(all, eventAlarms(signals)...)
}
