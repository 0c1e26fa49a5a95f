package services

import (
	"cmp"
	"context"
	"slices"
	"time"

	"payment-processor/simulation/cloud"

	"github.com/aws/aws-sdk-go-v2/service/codedeploy"
	"github.com/aws/aws-sdk-go-v2/service/codedeploy/types"
)

// owner is the group of a deployment. Those of a group that was deleted, or of a service, are not found any more.
func (m *Model) owner(deployment *string) (*deploymentGroup, *cloud.Deployment, error) {
	for _, a := range m.applications {
		for _, group := range a.groups {
			for _, d := range group.service.cloud.CodeDeploy.Deployments() {
				if d.ID == deref(deployment) {
					return group, d, nil
				}
			}
		}
	}
	return nil, nil, &types.DeploymentDoesNotExistException{Message: new("The deployment " + deref(deployment) + " could not be found")}
}

// CreateDeployment starts one; see the model for what is refused and what fails later.
func (c CodeDeploy) CreateDeployment(ctx context.Context, in *codedeploy.CreateDeploymentInput) (*codedeploy.CreateDeploymentOutput, error) {
	if err := c.model.Look(ctx); err != nil {
		return nil, err
	}
	defer c.model.enter()()
	group, err := c.model.group(in.ApplicationName, in.DeploymentGroupName)
	if err != nil {
		return nil, err
	}
	for _, r := range c.model.revisions {
		group.service.cloud.ECS.Adopt(r.model)
	}
	if in.DeploymentConfigName == nil {
		in.DeploymentConfigName = group.info.DeploymentConfigName
	}
	return group.service.cloud.CodeDeploy.CreateDeployment(ctx, in)
}

// StopDeployment stops soon.
func (c CodeDeploy) StopDeployment(ctx context.Context, in *codedeploy.StopDeploymentInput) (*codedeploy.StopDeploymentOutput, error) {
	defer c.model.enter()()
	group, _, err := c.model.owner(in.DeploymentId)
	if err != nil {
		return nil, err
	}
	return group.service.cloud.CodeDeploy.StopDeployment(ctx, in)
}

// ListDeployments lists a group's, the newest first.
func (c CodeDeploy) ListDeployments(ctx context.Context, in *codedeploy.ListDeploymentsInput) (*codedeploy.ListDeploymentsOutput, error) {
	defer c.model.enter()()
	out := &codedeploy.ListDeploymentsOutput{Deployments: []string{}}
	for _, a := range c.model.applications {
		for name, group := range a.groups {
			if in.ApplicationName != nil && *in.ApplicationName != *a.ApplicationName || in.DeploymentGroupName != nil && *in.DeploymentGroupName != name {
				continue
			}
			some, _ := group.service.cloud.CodeDeploy.ListDeployments(ctx, in) // it refuses nothing
			out.Deployments = append(out.Deployments, some.Deployments...)
		}
	}
	if len(out.Deployments) > 0 || in.ApplicationName == nil {
		return out, nil
	}
	if _, err := c.model.group(in.ApplicationName, in.DeploymentGroupName); in.DeploymentGroupName != nil && err != nil {
		return nil, err
	}
	return out, nil
}

// GetDeployment describes one.
func (c CodeDeploy) GetDeployment(ctx context.Context, in *codedeploy.GetDeploymentInput) (*codedeploy.GetDeploymentOutput, error) {
	defer c.model.enter()()
	group, _, err := c.model.owner(in.DeploymentId)
	if err != nil {
		return nil, err
	}
	out, err := group.service.cloud.CodeDeploy.GetDeployment(ctx, in)
	if err == nil {
		group.complete(out.DeploymentInfo)
	}
	return out, err
}

// BatchGetDeployments describes 25 at most, and passes over those that are not there.
func (c CodeDeploy) BatchGetDeployments(ctx context.Context, in *codedeploy.BatchGetDeploymentsInput) (*codedeploy.BatchGetDeploymentsOutput, error) {
	defer c.model.enter()()
	if len(in.DeploymentIds) > 25 {
		return nil, &types.BatchLimitExceededException{Message: new("The maximum number of deployments is 25")}
	}
	out := &codedeploy.BatchGetDeploymentsOutput{DeploymentsInfo: []types.DeploymentInfo{}}
	for _, id := range in.DeploymentIds {
		group, _, err := c.model.owner(&id)
		if err != nil {
			continue
		}
		one, _ := group.service.cloud.CodeDeploy.GetDeployment(ctx, &codedeploy.GetDeploymentInput{DeploymentId: &id}) // it is there
		group.complete(one.DeploymentInfo)
		out.DeploymentsInfo = append(out.DeploymentsInfo, *one.DeploymentInfo)
	}
	return out, nil
}

// complete adds what the model does not need to know.
func (g *deploymentGroup) complete(info *types.DeploymentInfo) {
	info.ApplicationName, info.DeploymentGroupName = g.info.ApplicationName, g.info.DeploymentGroupName
	info.ComputePlatform, info.DeploymentStyle = types.ComputePlatformEcs, g.info.DeploymentStyle
	info.LoadBalancerInfo, info.BlueGreenDeploymentConfiguration = g.info.LoadBalancerInfo, g.info.BlueGreenDeploymentConfiguration
	info.DeploymentConfigName, info.StartTime = g.info.DeploymentConfigName, info.CreateTime
}

// ListDeploymentTargets names the service.
func (c CodeDeploy) ListDeploymentTargets(_ context.Context, in *codedeploy.ListDeploymentTargetsInput) (*codedeploy.ListDeploymentTargetsOutput, error) {
	defer c.model.enter()()
	group, _, err := c.model.owner(in.DeploymentId)
	if err != nil {
		return nil, err
	}
	return &codedeploy.ListDeploymentTargetsOutput{TargetIds: []string{group.target()}}, nil
}

func (g *deploymentGroup) target() string {
	return *g.service.cluster.ClusterName + ":" + *g.service.in.ServiceName
}

// GetDeploymentTarget describes the service as a target.
func (c CodeDeploy) GetDeploymentTarget(ctx context.Context, in *codedeploy.GetDeploymentTargetInput) (*codedeploy.GetDeploymentTargetOutput, error) {
	defer c.model.enter()()
	target, err := c.model.target(ctx, in.DeploymentId, in.TargetId)
	return &codedeploy.GetDeploymentTargetOutput{DeploymentTarget: target}, err
}

// BatchGetDeploymentTargets describes it as often as it is named.
func (c CodeDeploy) BatchGetDeploymentTargets(ctx context.Context, in *codedeploy.BatchGetDeploymentTargetsInput) (*codedeploy.BatchGetDeploymentTargetsOutput, error) {
	defer c.model.enter()()
	out := &codedeploy.BatchGetDeploymentTargetsOutput{DeploymentTargets: []types.DeploymentTarget{}}
	for _, id := range in.TargetIds {
		target, err := c.model.target(ctx, in.DeploymentId, &id)
		if err != nil {
			return nil, err
		}
		out.DeploymentTargets = append(out.DeploymentTargets, *target)
	}
	return out, nil
}

func (m *Model) target(ctx context.Context, deployment, id *string) (*types.DeploymentTarget, error) {
	group, d, err := m.owner(deployment)
	if err != nil {
		return nil, err
	}
	if deref(id) != group.target() {
		return nil, &types.DeploymentTargetDoesNotExistException{Message: new("The deployment target " + deref(id) + " does not exist")}
	}
	out, _ := group.service.cloud.CodeDeploy.GetDeploymentTarget(ctx, &codedeploy.GetDeploymentTargetInput{DeploymentId: deployment, TargetId: id}) // it is there
	target, alive := out.DeploymentTarget.EcsTarget, group.sets()
	target.LastUpdatedAt, target.Status = new(time.Now()), targetStatus(d)
	weights, _ := m.options.Neighbours.Weights(group.service.cloud.CodeDeploy.Group.Listener) // without them nobody has traffic
	for i := range target.TaskSetsInfo {
		group.label(&target.TaskSetsInfo[i], i, alive, weights)
	}
	return out.DeploymentTarget, nil
}

func targetStatus(d *cloud.Deployment) types.TargetStatus {
	known := map[types.DeploymentStatus]types.TargetStatus{
		types.DeploymentStatusSucceeded: types.TargetStatusSucceeded, types.DeploymentStatusInProgress: types.TargetStatusInProgress,
		types.DeploymentStatusFailed: types.TargetStatusFailed, types.DeploymentStatusStopped: types.TargetStatusFailed,
	}
	return cmp.Or(known[d.Status], types.TargetStatusPending)
}

// label calls the first task set of a deployment blue and the second green, and target groups by name.
func (g *deploymentGroup) label(info *types.ECSTaskSet, i int, alive map[string]*cloud.TaskSet, weights []cloud.Weight) {
	info.TaskSetLabel = []types.TargetLabel{types.TargetLabelBlue, types.TargetLabelGreen}[i]
	arn := *info.TargetGroup.Name
	for _, weight := range weights {
		if weight.TargetGroup == arn {
			info.TrafficWeight = float64(weight.Weight)
		}
	}
	if i := slices.IndexFunc(g.groups, func(t TargetGroup) bool { return t.Arn == arn }); i >= 0 {
		info.TargetGroup.Name = &g.groups[i].Name
	}
	set := alive[*info.Identifer]
	if set == nil {
		info.Status = new("DRAINING")
		return
	}
	info.Status, info.DesiredCount = new("ACTIVE"), int64(g.service.desired)
	if set.Primary {
		info.Status = new("PRIMARY")
	}
	if set.Healthy {
		info.RunningCount = info.DesiredCount
	} else {
		info.PendingCount = info.DesiredCount
	}
}

// PutLifecycleEventHookExecutionStatus is how a hook answers.
func (c CodeDeploy) PutLifecycleEventHookExecutionStatus(ctx context.Context, in *codedeploy.PutLifecycleEventHookExecutionStatusInput) (*codedeploy.PutLifecycleEventHookExecutionStatusOutput, error) {
	defer c.model.enter()()
	group, _, err := c.model.owner(in.DeploymentId)
	if err != nil {
		return nil, err
	}
	return group.service.cloud.CodeDeploy.PutLifecycleEventHookExecutionStatus(ctx, in)
}
