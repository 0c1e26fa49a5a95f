package hook

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"payment-processor/lambda/probe"

	"github.com/aws/aws-sdk-go-v2/service/codedeploy"
	"github.com/aws/aws-sdk-go-v2/service/codedeploy/types"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
)

// green returns nil if every task of the deployment's replacement task set answers, and else says which do not.
func (h Handler) green(ctx context.Context, deployment string) error {
	set, err := h.replacement(ctx, deployment)
	if err != nil {
		return err
	}
	group, err := h.targetGroup(ctx, *set.TargetGroup.Name)
	if err != nil {
		return err
	}
	targets, err := h.targets(ctx, *set.TargetGroup.Name, group)
	if err != nil {
		return err
	}
	if len(targets) == 0 || int64(len(targets)) < set.DesiredCount {
		return fmt.Errorf("target group %s has %d targets for %d tasks", *set.TargetGroup.Name, len(targets), set.DesiredCount)
	}
	var results []probe.Result
	for some := range slices.Chunk(targets, probe.MostTargets) {
		answered, err := h.probe(ctx, probe.Request{Scheme: scheme(group), Targets: some, Paths: h.Paths})
		if err != nil {
			return err
		}
		results = append(results, answered...)
	}
	var problems []error
	for _, result := range results {
		if !result.OK() {
			problems = append(problems, fmt.Errorf("%s:%d%s answered %d: %s",
				result.Target.Address, result.Target.Port, result.Path, result.Status, result.Detail))
		}
	}
	return errors.Join(problems...)
}

// replacement returns green. Which of the two target groups it has changes with each deployment.
func (h Handler) replacement(ctx context.Context, deployment string) (types.ECSTaskSet, error) {
	listed, err := h.CodeDeploy.ListDeploymentTargets(ctx, &codedeploy.ListDeploymentTargetsInput{DeploymentId: &deployment})
	if err != nil {
		return types.ECSTaskSet{}, fmt.Errorf("list the deployment's targets: %w", err)
	}
	if len(listed.TargetIds) == 0 {
		return types.ECSTaskSet{}, errors.New("the deployment has no target yet")
	}
	got, err := h.CodeDeploy.BatchGetDeploymentTargets(ctx, &codedeploy.BatchGetDeploymentTargetsInput{
		DeploymentId: &deployment, TargetIds: listed.TargetIds,
	})
	if err != nil {
		return types.ECSTaskSet{}, fmt.Errorf("read the deployment's targets: %w", err)
	}
	for _, target := range got.DeploymentTargets {
		if target.EcsTarget == nil {
			continue
		}
		for _, set := range target.EcsTarget.TaskSetsInfo {
			if set.TaskSetLabel == types.TargetLabelGreen && set.TargetGroup != nil && set.TargetGroup.Name != nil {
				return set, nil
			}
		}
	}
	return types.ECSTaskSet{}, errors.New("the deployment has no green task set with a target group yet")
}

// gone are the states of targets that get no new requests. A green target group that hangs on no listener leaves its
// targets unused, which says nothing about them.
var gone = []elbtypes.TargetHealthStateEnum{
	elbtypes.TargetHealthStateEnumDraining, elbtypes.TargetHealthStateEnumUnhealthyDraining,
}

// well are the states in which a target may get production traffic.
var well = []elbtypes.TargetHealthStateEnum{
	elbtypes.TargetHealthStateEnumHealthy, elbtypes.TargetHealthStateEnumUnused,
}

func (h Handler) targetGroup(ctx context.Context, name string) (elbtypes.TargetGroup, error) {
	groups, err := h.ELB.DescribeTargetGroups(ctx, &elasticloadbalancingv2.DescribeTargetGroupsInput{Names: []string{name}})
	if err != nil {
		return elbtypes.TargetGroup{}, fmt.Errorf("look up target group %s: %w", name, err)
	}
	if len(groups.TargetGroups) == 0 {
		return elbtypes.TargetGroup{}, fmt.Errorf("there is no target group %s", name)
	}
	return groups.TargetGroups[0], nil
}

// scheme is what the load balancer speaks to the group's targets.
func scheme(group elbtypes.TargetGroup) string {
	if group.Protocol == elbtypes.ProtocolEnumHttps {
		return "https"
	}
	return "http"
}

// targets returns where green's tasks listen; it fails while the load balancer finds one of them unwell.
func (h Handler) targets(ctx context.Context, name string, group elbtypes.TargetGroup) ([]probe.Target, error) {
	out, err := h.ELB.DescribeTargetHealth(ctx, &elasticloadbalancingv2.DescribeTargetHealthInput{
		TargetGroupArn: group.TargetGroupArn,
	})
	if err != nil {
		return nil, fmt.Errorf("ask for the health of target group %s: %w", name, err)
	}
	var targets []probe.Target
	var problems []error
	for _, described := range out.TargetHealthDescriptions {
		target, health := probe.Target{Address: *described.Target.Id, Port: int(*described.Target.Port)}, described.TargetHealth
		switch {
		case slices.Contains(gone, health.State):
		case slices.Contains(well, health.State):
			targets = append(targets, target)
		default:
			problems = append(problems, fmt.Errorf("%s:%d is %s (%s)", target.Address, target.Port, health.State, health.Reason))
		}
	}
	return targets, errors.Join(problems...)
}

// probe asks from inside the VPC: green is reachable nowhere else.
func (h Handler) probe(ctx context.Context, request probe.Request) ([]probe.Result, error) {
	payload, _ := json.Marshal(request) // strings and numbers
	out, err := h.Lambda.Invoke(ctx, &lambda.InvokeInput{FunctionName: &h.ProbeFunction, Payload: payload})
	if err != nil {
		return nil, fmt.Errorf("invoke the probe: %w", err)
	}
	if out.FunctionError != nil {
		return nil, fmt.Errorf("the probe failed: %s", out.Payload)
	}
	var response probe.Response
	if err := json.Unmarshal(out.Payload, &response); err != nil {
		return nil, fmt.Errorf("read the probe's answer: %w", err)
	}
	if want := len(request.Targets) * len(request.Paths); len(response.Results) != want {
		return nil, fmt.Errorf("the probe gave %d results, want %d", len(response.Results), want)
	}
	return response.Results, nil
}
