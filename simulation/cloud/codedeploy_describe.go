package cloud

import (
	"context"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/codedeploy"
	"github.com/aws/aws-sdk-go-v2/service/codedeploy/types"
)

// Deployments are all there ever were, in the order of their creation.
func (c *CodeDeploy) Deployments() []*Deployment { return c.order }

// ListDeployments lists the newest first. One that was created just now may not be in it yet.
func (c *CodeDeploy) ListDeployments(ctx context.Context, in *codedeploy.ListDeploymentsInput, _ ...func(*codedeploy.Options)) (*codedeploy.ListDeploymentsOutput, error) {
	return call(ctx, "codedeploy:ListDeployments", func() (*codedeploy.ListDeploymentsOutput, error) {
		out := &codedeploy.ListDeploymentsOutput{}
		for _, d := range slices.Backward(c.order) {
			if d.listed.After(c.cloud.Now()) || !inRange(d.created, in.CreateTimeRange) {
				continue
			}
			if len(in.IncludeOnlyStatuses) == 0 || slices.Contains(in.IncludeOnlyStatuses, d.Status) {
				out.Deployments = append(out.Deployments, d.ID)
			}
		}
		return out, nil
	})
}

func inRange(at time.Time, r *types.TimeRange) bool {
	return r == nil || (r.Start == nil || !at.Before(*r.Start)) && (r.End == nil || !at.After(*r.End))
}

// BatchGetDeployments describes 25 deployments at most.
func (c *CodeDeploy) BatchGetDeployments(ctx context.Context, in *codedeploy.BatchGetDeploymentsInput, _ ...func(*codedeploy.Options)) (*codedeploy.BatchGetDeploymentsOutput, error) {
	return call(ctx, "codedeploy:BatchGetDeployments", func() (*codedeploy.BatchGetDeploymentsOutput, error) {
		if len(in.DeploymentIds) > 25 {
			return nil, &types.BatchLimitExceededException{}
		}
		out := &codedeploy.BatchGetDeploymentsOutput{}
		for _, id := range in.DeploymentIds {
			if d := c.deployments[id]; d != nil {
				out.DeploymentsInfo = append(out.DeploymentsInfo, *d.info())
			}
		}
		return out, nil
	})
}

// GetDeployment describes one deployment.
func (c *CodeDeploy) GetDeployment(ctx context.Context, in *codedeploy.GetDeploymentInput, _ ...func(*codedeploy.Options)) (*codedeploy.GetDeploymentOutput, error) {
	return call(ctx, "codedeploy:GetDeployment", func() (*codedeploy.GetDeploymentOutput, error) {
		d := c.deployments[*in.DeploymentId]
		if d == nil {
			return nil, &types.DeploymentDoesNotExistException{}
		}
		return &codedeploy.GetDeploymentOutput{DeploymentInfo: d.info()}, nil
	})
}

// GetDeploymentTarget describes the service as the deployment's target, its id being cluster:service.
func (c *CodeDeploy) GetDeploymentTarget(ctx context.Context, in *codedeploy.GetDeploymentTargetInput, _ ...func(*codedeploy.Options)) (*codedeploy.GetDeploymentTargetOutput, error) {
	return call(ctx, "codedeploy:GetDeploymentTarget", func() (*codedeploy.GetDeploymentTargetOutput, error) {
		d := c.deployments[*in.DeploymentId]
		if d == nil {
			return nil, &types.DeploymentDoesNotExistException{}
		}
		return &codedeploy.GetDeploymentTargetOutput{DeploymentTarget: &types.DeploymentTarget{
			DeploymentTargetType: types.DeploymentTargetTypeEcsTarget, EcsTarget: d.target(in.TargetId),
		}}, nil
	})
}

// GetDeploymentGroup answers with the group's target groups and production listener.
func (c *CodeDeploy) GetDeploymentGroup(ctx context.Context, _ *codedeploy.GetDeploymentGroupInput, _ ...func(*codedeploy.Options)) (*codedeploy.GetDeploymentGroupOutput, error) {
	return call(ctx, "codedeploy:GetDeploymentGroup", func() (*codedeploy.GetDeploymentGroupOutput, error) {
		pair := types.TargetGroupPairInfo{ProdTrafficRoute: &types.TrafficRoute{ListenerArns: []string{c.Group.Listener}}}
		for _, name := range c.Group.TargetGroups {
			pair.TargetGroups = append(pair.TargetGroups, types.TargetGroupInfo{Name: &name})
		}
		return &codedeploy.GetDeploymentGroupOutput{DeploymentGroupInfo: &types.DeploymentGroupInfo{
			LoadBalancerInfo: &types.LoadBalancerInfo{TargetGroupPairInfoList: []types.TargetGroupPairInfo{pair}},
		}}, nil
	})
}

// Listed is the deployment in flight that a list shows, nil when there is none.
func (c *CodeDeploy) Listed() *Deployment {
	if d := c.InFlight(); d != nil && !d.listed.After(c.cloud.Now()) {
		return d
	}
	return nil
}
