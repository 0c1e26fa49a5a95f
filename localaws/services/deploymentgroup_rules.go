package services

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/codedeploy/types"
)

// mostAlarms is of a deployment group.
//
// https://docs.aws.amazon.com/codedeploy/latest/userguide/limits.html
const mostAlarms = 10

func groupValid(info types.DeploymentGroupInfo) error {
	style := info.DeploymentStyle
	switch {
	case deref(info.DeploymentGroupName) == "":
		return &types.DeploymentGroupNameRequiredException{Message: new("Must specify deploymentGroupName")}
	case deref(info.ServiceRoleArn) == "":
		return &types.RoleRequiredException{Message: new("Must specify serviceRoleArn")}
	case info.AlarmConfiguration != nil && len(info.AlarmConfiguration.Alarms) > mostAlarms:
		return &types.AlarmsLimitExceededException{Message: new("The maximum number of alarms for a deployment group (10) was exceeded")}
	case len(info.EcsServices) != 1:
		return &types.InvalidECSServiceException{Message: new("For ECS deployment, exactly one ECS service must be specified")}
	case style == nil || style.DeploymentType != types.DeploymentTypeBlueGreen || style.DeploymentOption != types.DeploymentOptionWithTrafficControl:
		return &types.InvalidDeploymentStyleException{Message: new("For ECS deployment, the deployment style must be BLUE_GREEN WITH_TRAFFIC_CONTROL")}
	}
	return nil
}

// entrance looks up the target groups and listeners, of whose pair there is one.
func (m *Model) entrance(ctx context.Context, info *types.LoadBalancerInfo) ([]TargetGroup, error) {
	if info == nil || len(info.TargetGroupPairInfoList) != 1 || len(info.TargetGroupPairInfoList[0].TargetGroups) != 2 {
		return nil, &types.InvalidTargetGroupPairException{Message: new("For ECS deployment, one pair of two target groups must be specified")}
	}
	pair := info.TargetGroupPairInfoList[0]
	var groups []TargetGroup
	for _, group := range pair.TargetGroups {
		found, err := m.options.Neighbours.TargetGroups(ctx, nil, []string{deref(group.Name)})
		if err != nil || len(found) == 0 {
			return nil, &types.InvalidTargetGroupPairException{Message: new("The target group " + deref(group.Name) + " cannot be found")}
		}
		groups = append(groups, found...)
	}
	if pair.ProdTrafficRoute == nil || len(pair.ProdTrafficRoute.ListenerArns) != 1 {
		return nil, &types.InvalidLoadBalancerInfoException{Message: new("For ECS deployment, one production listener must be specified")}
	}
	for _, route := range []*types.TrafficRoute{pair.ProdTrafficRoute, pair.TestTrafficRoute} {
		if route == nil {
			continue
		}
		for _, listener := range route.ListenerArns {
			if _, err := m.options.Neighbours.Weights(listener); err != nil {
				return nil, &types.InvalidLoadBalancerInfoException{Message: new("The listener " + listener + " cannot be found: " + err.Error())}
			}
		}
	}
	return groups, nil
}
