package integration

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	cloudwatchtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/codedeploy"
	"github.com/aws/aws-sdk-go-v2/service/codedeploy/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
)

func deploy() *codedeploy.Client { return codedeploy.NewFromConfig(env.aws) }

// names of the CodeDeploy application and of its deployment group.
func application() string { return "payment-processor-" + *suffix }

// gateAlarms stop a release.
func gateAlarms(t *testing.T) []string {
	t.Helper()
	name := application()
	group := ok[*codedeploy.GetDeploymentGroupOutput](t)(deploy().GetDeploymentGroup(t.Context(), &codedeploy.GetDeploymentGroupInput{ApplicationName: &name, DeploymentGroupName: &name}))
	if group.DeploymentGroupInfo.AlarmConfiguration == nil || !group.DeploymentGroupInfo.AlarmConfiguration.Enabled {
		t.Fatal("no alarm stops a deployment")
	}
	var names []string
	for _, alarm := range group.DeploymentGroupInfo.AlarmConfiguration.Alarms {
		names = append(names, *alarm.Name)
	}
	return names
}

// TestRelease moves the traffic to a new revision, lets an alarm stop the next one, and ends with the revision that it
// began with.
func TestRelease(t *testing.T) {
	if *suffix == "prod" {
		skip(t, "production is not released for a test")
	}
	original := *primary(t).TaskDefinition
	second, third := copyOf(t, original, "second"), copyOf(t, original, "third")
	t.Cleanup(func() {
		deregister(t, second)
		deregister(t, third)
	})

	t.Run("moves the traffic", func(t *testing.T) {
		if got := waitFor(t, start(t, second)); got.Status != types.DeploymentStatusSucceeded {
			t.Fatalf("the deployment is %s: %s", got.Status, reason(got))
		}
		serves(t, second)
	})

	t.Run("an alarm brings the old revision back", func(t *testing.T) {
		gate := gateAlarms(t)[0]
		id := start(t, third)
		shifting(t, id)
		setAlarm(t, gate, cloudwatchtypes.StateValueAlarm)
		got := waitFor(t, id)
		setAlarm(t, gate, cloudwatchtypes.StateValueOk)
		if got.Status != types.DeploymentStatusStopped && got.Status != types.DeploymentStatusFailed {
			t.Fatalf("the deployment is %s although alarm %s fired", got.Status, gate)
		}
		serves(t, second)
	})

	t.Run("a second deployment is refused while one is in flight", func(t *testing.T) {
		id := start(t, original)
		if _, err := create(t, third); err == nil {
			t.Error("two deployments of a group are in flight")
		}
		if got := waitFor(t, id); got.Status != types.DeploymentStatusSucceeded {
			t.Fatalf("the way back to the first revision is %s: %s", got.Status, reason(got))
		}
		serves(t, original)
	})
}

// serves checks that the revision is PRIMARY, alone, and behind the production listener.
func serves(t *testing.T, revision string) {
	t.Helper()
	eventually(t, 15*time.Minute, func() error {
		sets := service(t).TaskSets
		if len(sets) != 1 || *sets[0].TaskDefinition != revision {
			return fmt.Errorf("%d task sets, the first of %s, want one of %s", len(sets), *sets[0].TaskDefinition, revision)
		}
		group := *sets[0].LoadBalancers[0].TargetGroupArn
		if live := liveTargetGroups(t); !slices.Equal(live, []string{group}) {
			return fmt.Errorf("the listener forwards to %v, want %s", live, group)
		}
		return nil
	})
}

// copyOf registers a revision that differs from another in a label only.
func copyOf(t *testing.T, revision, label string) string {
	t.Helper()
	client := ecs.NewFromConfig(env.aws)
	d := ok[*ecs.DescribeTaskDefinitionOutput](t)(client.DescribeTaskDefinition(t.Context(), &ecs.DescribeTaskDefinitionInput{TaskDefinition: &revision})).TaskDefinition
	containers := slices.Clone(d.ContainerDefinitions)
	containers[0].DockerLabels = map[string]string{"integration": label}
	answer := ok[*ecs.RegisterTaskDefinitionOutput](t)(client.RegisterTaskDefinition(t.Context(), &ecs.RegisterTaskDefinitionInput{
		Family: d.Family, ContainerDefinitions: containers, Cpu: d.Cpu, Memory: d.Memory, NetworkMode: d.NetworkMode,
		RequiresCompatibilities: d.RequiresCompatibilities, RuntimePlatform: d.RuntimePlatform, Volumes: d.Volumes,
		TaskRoleArn: d.TaskRoleArn, ExecutionRoleArn: d.ExecutionRoleArn,
	}))
	return *answer.TaskDefinition.TaskDefinitionArn
}

func deregister(t *testing.T, revision string) {
	t.Helper()
	_, err := ecs.NewFromConfig(env.aws).DeregisterTaskDefinition(context.WithoutCancel(t.Context()), &ecs.DeregisterTaskDefinitionInput{TaskDefinition: &revision})
	if err != nil {
		t.Error(err)
	}
}

// appSpec is what Release writes: with the service's own strategy, or Spot would be lost.
func appSpec(t *testing.T, revision string) string {
	t.Helper()
	set := primary(t)
	type item struct {
		CapacityProvider string
		Base, Weight     int32
	}
	var strategy []item
	for _, i := range set.CapacityProviderStrategy {
		strategy = append(strategy, item{*i.CapacityProvider, i.Base, i.Weight})
	}
	vpc := set.NetworkConfiguration.AwsvpcConfiguration
	content, err := json.Marshal(map[string]any{
		"version": 0.0,
		"Resources": []any{map[string]any{"TargetService": map[string]any{
			"Type": "AWS::ECS::Service",
			"Properties": map[string]any{
				"TaskDefinition":           revision,
				"LoadBalancerInfo":         map[string]any{"ContainerName": *set.LoadBalancers[0].ContainerName, "ContainerPort": *set.LoadBalancers[0].ContainerPort},
				"PlatformVersion":          *set.PlatformVersion,
				"CapacityProviderStrategy": strategy,
				"NetworkConfiguration": map[string]any{"AwsvpcConfiguration": map[string]any{
					"Subnets": vpc.Subnets, "SecurityGroups": vpc.SecurityGroups, "AssignPublicIp": string(vpc.AssignPublicIp),
				}},
			},
		}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func create(t *testing.T, revision string) (*codedeploy.CreateDeploymentOutput, error) {
	t.Helper()
	name, spec, description := application(), appSpec(t, revision), "integration test"
	return deploy().CreateDeployment(t.Context(), &codedeploy.CreateDeploymentInput{
		ApplicationName: &name, DeploymentGroupName: &name, Description: &description,
		Revision: &types.RevisionLocation{RevisionType: types.RevisionLocationTypeAppSpecContent, AppSpecContent: &types.AppSpecContent{Content: &spec}},
	})
}

func start(t *testing.T, revision string) string {
	t.Helper()
	return *ok[*codedeploy.CreateDeploymentOutput](t)(create(t, revision)).DeploymentId
}

func info(t *testing.T, id string) types.DeploymentInfo {
	t.Helper()
	return *ok[*codedeploy.GetDeploymentOutput](t)(deploy().GetDeployment(t.Context(), &codedeploy.GetDeploymentInput{DeploymentId: &id})).DeploymentInfo
}

func reason(d types.DeploymentInfo) string {
	if d.ErrorInformation == nil {
		return "no reason given"
	}
	return *d.ErrorInformation.Message
}

func over(status types.DeploymentStatus) bool {
	return slices.Contains([]types.DeploymentStatus{types.DeploymentStatusSucceeded, types.DeploymentStatusFailed, types.DeploymentStatusStopped}, status)
}

// waitFor returns the deployment when it, and the rollback that it caused, are over.
func waitFor(t *testing.T, id string) types.DeploymentInfo {
	t.Helper()
	var last types.DeploymentInfo
	eventually(t, 70*time.Minute, func() error {
		last = info(t, id)
		if !over(last.Status) {
			return fmt.Errorf("deployment %s is %s", id, last.Status)
		}
		if last.RollbackInfo != nil && last.RollbackInfo.RollbackDeploymentId != nil {
			if back := info(t, *last.RollbackInfo.RollbackDeploymentId); !over(back.Status) {
				return fmt.Errorf("its rollback is %s", back.Status)
			}
		}
		return nil
	})
	return last
}

// shifting waits until the new revision has a part of the traffic.
func shifting(t *testing.T, id string) {
	t.Helper()
	eventually(t, 20*time.Minute, func() error {
		if groups := liveTargetGroups(t); len(groups) < 2 {
			return fmt.Errorf("deployment %s is %s and the traffic still goes to %v", id, info(t, id).Status, groups)
		}
		return nil
	})
}
