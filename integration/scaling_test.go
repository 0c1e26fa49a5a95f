package integration

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cloudwatchtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

func scalable(t *testing.T) string {
	t.Helper()
	return "service/" + output(t, "ecs_cluster_name") + "/" + output(t, "ecs_service_name")
}

func TestServiceScalesWithinItsBounds(t *testing.T) {
	want := stack(t, "platform").the(t, "AWS::ApplicationAutoScaling::ScalableTarget").Properties
	answer := ok[*applicationautoscaling.DescribeScalableTargetsOutput](t)(applicationautoscaling.NewFromConfig(env.aws).DescribeScalableTargets(t.Context(),
		&applicationautoscaling.DescribeScalableTargetsInput{ServiceNamespace: types.ServiceNamespaceEcs, ResourceIds: []string{scalable(t)}}))
	if len(answer.ScalableTargets) != 1 {
		t.Fatalf("%d scalable targets, want one", len(answer.ScalableTargets))
	}
	got := answer.ScalableTargets[0]
	if int(*got.MinCapacity) != number(t, want["MinCapacity"]) || int(*got.MaxCapacity) != number(t, want["MaxCapacity"]) {
		t.Errorf("it scales from %d to %d tasks, want %v to %v", *got.MinCapacity, *got.MaxCapacity, want["MinCapacity"], want["MaxCapacity"])
	}
}

func policies(t *testing.T) []types.ScalingPolicy {
	t.Helper()
	id := scalable(t)
	return ok[*applicationautoscaling.DescribeScalingPoliciesOutput](t)(applicationautoscaling.NewFromConfig(env.aws).DescribeScalingPolicies(t.Context(),
		&applicationautoscaling.DescribeScalingPoliciesInput{ServiceNamespace: types.ServiceNamespaceEcs, ResourceId: &id})).ScalingPolicies
}

func TestServiceFollowsCPUAndMemory(t *testing.T) {
	want := map[string]float64{}
	for _, policy := range stack(t, "platform").all(t, "AWS::ApplicationAutoScaling::ScalingPolicy") {
		tracking := policy.Properties["TargetTrackingScalingPolicyConfiguration"]
		want[at(tracking, "PredefinedMetricSpecification", "PredefinedMetricType").(string)] = at(tracking, "TargetValue").(float64)
	}
	got := policies(t)
	if len(got) != len(want) {
		t.Fatalf("%d scaling policies, want %d", len(got), len(want))
	}
	for _, policy := range got {
		tracking := policy.TargetTrackingScalingPolicyConfiguration
		metric := string(tracking.PredefinedMetricSpecification.PredefinedMetricType)
		if *tracking.TargetValue != want[metric] || *tracking.ScaleOutCooldown != 60 || *tracking.ScaleInCooldown != 300 {
			t.Errorf("%s: target %v, cooldowns %d s out and %d s in, want %v, 60 and 300",
				metric, *tracking.TargetValue, *tracking.ScaleOutCooldown, *tracking.ScaleInCooldown, want[metric])
		}
	}
}

func TestScalingResponds(t *testing.T) {
	if *suffix == "prod" {
		skip(t, "production is not scaled for a test")
	}
	for _, policy := range policies(t) {
		t.Run(string(policy.TargetTrackingScalingPolicyConfiguration.PredefinedMetricSpecification.PredefinedMetricType), func(t *testing.T) {
			before := service(t).DesiredCount
			alarm := highAlarm(t, policy)
			setAlarm(t, alarm, cloudwatchtypes.StateValueAlarm)
			t.Cleanup(func() { restoreDesiredCount(t, before) })
			eventually(t, 5*time.Minute, func() error {
				if now := service(t).DesiredCount; now <= before {
					return fmt.Errorf("%d tasks are desired, as before the alarm %s", now, alarm)
				}
				return nil
			})
			setAlarm(t, alarm, cloudwatchtypes.StateValueOk)
		})
	}
}

// highAlarm is the policy's own alarm that adds tasks.
func highAlarm(t *testing.T, policy types.ScalingPolicy) string {
	t.Helper()
	for _, alarm := range policy.Alarms {
		if strings.Contains(*alarm.AlarmName, "AlarmHigh") {
			return *alarm.AlarmName
		}
	}
	t.Fatalf("policy %s has no alarm that adds tasks, but %d others", *policy.PolicyName, len(policy.Alarms))
	return ""
}

func setAlarm(t *testing.T, name string, state cloudwatchtypes.StateValue) {
	t.Helper()
	reason := "integration test " + t.Name()
	ok[*cloudwatch.SetAlarmStateOutput](t)(cloudwatch.NewFromConfig(env.aws).SetAlarmState(t.Context(), &cloudwatch.SetAlarmStateInput{
		AlarmName: &name, StateValue: state, StateReason: &reason,
	}))
}
