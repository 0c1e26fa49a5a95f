package main

import (
	"encoding/json"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"

	"payment-processor/localaws/cloudformation"
	"payment-processor/localaws/gateway"
)

// An alarm's change must reach EventBridge: the targets of a rule for alarms are then looked up.
func TestAlarmsReachEventBridge(t *testing.T) {
	o, since := endpoint(t), time.Now()
	alarms, rules := cloudwatch.NewFromConfig(settings(o.endpoint())), eventbridge.NewFromConfig(settings(o.endpoint()))
	rule, alarm := "alarms", "payments-late"
	if _, err := rules.PutRule(t.Context(), &eventbridge.PutRuleInput{Name: &rule, EventPattern: new(`{"source":["aws.cloudwatch"]}`)}); err != nil {
		t.Fatal(err)
	}
	if _, err := alarms.PutMetricAlarm(t.Context(), &cloudwatch.PutMetricAlarmInput{
		AlarmName: &alarm, Namespace: new("Payments"), MetricName: new("Late"), Statistic: types.StatisticSum, Period: new(int32(60)),
		EvaluationPeriods: new(int32(1)), Threshold: new(1.0), ComparisonOperator: types.ComparisonOperatorGreaterThanThreshold,
	}); err != nil {
		t.Fatal(err)
	}
	states := []types.StateValue{types.StateValueOk, types.StateValueAlarm}
	for i := 0; !asked(t, o, "ListTargetsByRule", since); i++ {
		if time.Since(since) > 20*time.Second {
			t.Fatal("nobody looks for the rule's targets")
		}
		if _, err := alarms.SetAlarmState(t.Context(), &cloudwatch.SetAlarmStateInput{AlarmName: &alarm, StateValue: states[i%2], StateReason: new("test")}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(300 * time.Millisecond)
	}
	if _, err := alarms.DeleteAlarms(t.Context(), &cloudwatch.DeleteAlarmsInput{AlarmNames: []string{alarm}}); err != nil {
		t.Error(err)
	}
	if _, err := rules.DeleteRule(t.Context(), &eventbridge.DeleteRuleInput{Name: &rule}); err != nil {
		t.Error(err)
	}
}

// asked tells whether the log of requests has an operation since then.
func asked(t *testing.T, o options, operation string, since time.Time) bool {
	t.Helper()
	response, err := http.Get(o.endpoint() + "/_localaws/requests")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var log []gateway.Entry
	if err := json.NewDecoder(response.Body).Decode(&log); err != nil {
		t.Fatal(err)
	}
	return slices.ContainsFunc(log, func(e gateway.Entry) bool { return e.Operation == operation && e.Time.After(since) })
}

func TestEventsAreSpelledAsEventBridgeDoes(t *testing.T) {
	_, kind, resources, detail := statusChange(cloudformation.Event{StackID: "arn", PhysicalID: "arn", Status: "UPDATE_COMPLETE"})
	if kind != "CloudFormation Stack Status Change" || resources[0] != "arn" || detail["stack-id"] != "arn" {
		t.Error(kind, resources, detail)
	}
	_, kind, _, detail = statusChange(cloudformation.Event{StackID: "arn", LogicalID: "Listener", PhysicalID: "listener", Type: "AWS::X::Y"})
	if kind != "CloudFormation Resource Status Change" || detail["logical-resource-id"] != "Listener" || detail["resource-type"] != "AWS::X::Y" {
		t.Error(kind, detail)
	}
}
