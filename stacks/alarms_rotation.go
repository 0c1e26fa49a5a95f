package stacks

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
)

// rotationReleaseSignal counts what RotationRelease fails at, which includes a rotation that is overdue, and what keeps it
// from being asked at all: Lambda drops events of a function that it cannot run, as without concurrency, and EventBridge
// cannot hand over those of one that it may not call.
//
// Not the absence of invocations: a new stack's alarm would page before the schedule's first quarter of an hour is over.
//
// https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
// https://aws.amazon.com/blogs/compute/introducing-new-asynchronous-invocation-metrics-for-aws-lambda/
func rotationReleaseSignal(platform PlatformStack) awscloudwatch.MathExpression {
	function := platform.RotationRelease.FunctionName()
	return expression("failures to watch and follow rotations", "errors + dropped + unasked", 5, map[string]awscloudwatch.IMetric{
		"errors":  functionErrors(function, "errors"),
		"dropped": functionMetric(function, "AsyncEventsDropped", "dropped events"),
		"unasked": ruleMetricOf(platform.RotationSchedule.RuleName(), "FailedInvocations", "events not handed over"),
	})
}

func functionErrors(function *string, label string) awscloudwatch.Metric {
	return functionMetric(function, "Errors", label)
}

func functionMetric(function *string, name, label string) awscloudwatch.Metric {
	return metric("AWS/Lambda", name, label, "Sum", 5, map[string]*string{"FunctionName": function})
}

// rotationReleaseAlarms watch that tasks are given new credentials, whoever has changed them, and that ours change.
func rotationReleaseAlarms(s signals) []alarm {
	return []alarm{{
		ID: "RotationReleaseAlarm", Name: "rotation-release",
		Means: "The database password is overdue for a change, or tasks cannot be given the new one. Payments go on with the present one.",
		First: "read why in the log of RotationRelease (saved query release-decisions): rotate what is overdue; any release gives tasks new credentials.",
		// It is asked every fifteen minutes: three of four times it failed.
		Metric: s.RotationRelease, Fires: atLeast, Threshold: 1, Periods: 12, Datapoints: 3, Missing: silenceIsFine,
	}}
}
