package services

import (
	"context"
	"maps"
	"slices"
	"time"

	"payment-processor/simulation/cloud"

	"github.com/aws/aws-sdk-go-v2/service/codedeploy"
	"github.com/aws/aws-sdk-go-v2/service/codedeploy/types"
)

// deploymentGroup releases one service: the model's CodeDeploy of that service's account.
type deploymentGroup struct {
	info    types.DeploymentGroupInfo
	service *service
	groups  []TargetGroup
}

func (m *Model) group(application, name *string) (*deploymentGroup, error) {
	a, err := m.application(application)
	if err != nil {
		return nil, err
	}
	if found := a.groups[deref(name)]; found != nil {
		return found, nil
	}
	return nil, &types.DeploymentGroupDoesNotExistException{Message: new("No Deployment Group found for name: " + deref(name))}
}

// CreateDeploymentGroup makes one for a service whose target groups and listeners exist.
func (c CodeDeploy) CreateDeploymentGroup(ctx context.Context, in *codedeploy.CreateDeploymentGroupInput) (*codedeploy.CreateDeploymentGroupOutput, error) {
	info := types.DeploymentGroupInfo{
		ApplicationName: in.ApplicationName, DeploymentGroupName: in.DeploymentGroupName, DeploymentGroupId: new(identify("")),
		AlarmConfiguration: in.AlarmConfiguration, AutoRollbackConfiguration: in.AutoRollbackConfiguration,
		BlueGreenDeploymentConfiguration: in.BlueGreenDeploymentConfiguration, ComputePlatform: types.ComputePlatformEcs,
		DeploymentConfigName: in.DeploymentConfigName, DeploymentStyle: in.DeploymentStyle, EcsServices: in.EcsServices,
		LoadBalancerInfo: in.LoadBalancerInfo, ServiceRoleArn: in.ServiceRoleArn, TriggerConfigurations: in.TriggerConfigurations,
	}
	groups, err := c.model.entrance(ctx, info.LoadBalancerInfo)
	if err != nil {
		return nil, err
	}
	defer c.model.enter()()
	a, err := c.model.application(in.ApplicationName)
	if err != nil {
		return nil, err
	}
	if a.groups[deref(in.DeploymentGroupName)] != nil {
		return nil, &types.DeploymentGroupAlreadyExistsException{Message: new("Deployment group already exists: " + deref(in.DeploymentGroupName))}
	}
	group := &deploymentGroup{info: info, groups: groups}
	if err := c.model.configure(group); err != nil {
		return nil, err
	}
	a.groups[*in.DeploymentGroupName] = group
	c.model.tagDeploy(c.model.arn("codedeploy", "deploymentgroup:"+*in.ApplicationName+"/"+*in.DeploymentGroupName), in.Tags)
	return &codedeploy.CreateDeploymentGroupOutput{DeploymentGroupId: info.DeploymentGroupId}, nil
}

// UpdateDeploymentGroup changes what is named.
func (c CodeDeploy) UpdateDeploymentGroup(ctx context.Context, in *codedeploy.UpdateDeploymentGroupInput) (*codedeploy.UpdateDeploymentGroupOutput, error) {
	defer c.model.enter()()
	old, err := c.model.group(in.ApplicationName, in.CurrentDeploymentGroupName)
	if err != nil {
		return nil, err
	}
	info := changed(old.info, in)
	groups, err := c.model.entrance(ctx, info.LoadBalancerInfo)
	if err != nil {
		return nil, err
	}
	group := &deploymentGroup{info: info, groups: groups}
	old.release()
	if err := c.model.configure(group); err != nil {
		old.service.group = old
		return nil, err
	}
	a := c.model.applications[*in.ApplicationName]
	delete(a.groups, *in.CurrentDeploymentGroupName)
	a.groups[*info.DeploymentGroupName] = group
	return &codedeploy.UpdateDeploymentGroupOutput{}, nil
}

func changed(info types.DeploymentGroupInfo, in *codedeploy.UpdateDeploymentGroupInput) types.DeploymentGroupInfo {
	set(&info.DeploymentGroupName, in.NewDeploymentGroupName)
	set(&info.AlarmConfiguration, in.AlarmConfiguration)
	set(&info.AutoRollbackConfiguration, in.AutoRollbackConfiguration)
	set(&info.BlueGreenDeploymentConfiguration, in.BlueGreenDeploymentConfiguration)
	set(&info.DeploymentConfigName, in.DeploymentConfigName)
	set(&info.DeploymentStyle, in.DeploymentStyle)
	set(&info.LoadBalancerInfo, in.LoadBalancerInfo)
	set(&info.ServiceRoleArn, in.ServiceRoleArn)
	if in.EcsServices != nil {
		info.EcsServices = in.EcsServices
	}
	return info
}

func set[T any](to **T, value *T) {
	if value != nil {
		*to = value
	}
}

// GetDeploymentGroup describes one.
func (c CodeDeploy) GetDeploymentGroup(_ context.Context, in *codedeploy.GetDeploymentGroupInput) (*codedeploy.GetDeploymentGroupOutput, error) {
	defer c.model.enter()()
	group, err := c.model.group(in.ApplicationName, in.DeploymentGroupName)
	if err != nil {
		return nil, err
	}
	return &codedeploy.GetDeploymentGroupOutput{DeploymentGroupInfo: &group.info}, nil
}

// ListDeploymentGroups lists the names of an application's.
func (c CodeDeploy) ListDeploymentGroups(_ context.Context, in *codedeploy.ListDeploymentGroupsInput) (*codedeploy.ListDeploymentGroupsOutput, error) {
	defer c.model.enter()()
	a, err := c.model.application(in.ApplicationName)
	if err != nil {
		return nil, err
	}
	return &codedeploy.ListDeploymentGroupsOutput{ApplicationName: in.ApplicationName, DeploymentGroups: slices.Sorted(maps.Keys(a.groups))}, nil
}

// DeleteDeploymentGroup succeeds for one that is not there.
func (c CodeDeploy) DeleteDeploymentGroup(_ context.Context, in *codedeploy.DeleteDeploymentGroupInput) (*codedeploy.DeleteDeploymentGroupOutput, error) {
	defer c.model.enter()()
	group, err := c.model.group(in.ApplicationName, in.DeploymentGroupName)
	if err != nil {
		return &codedeploy.DeleteDeploymentGroupOutput{}, nil
	}
	group.release()
	delete(c.model.applications[*in.ApplicationName].groups, *in.DeploymentGroupName)
	return &codedeploy.DeleteDeploymentGroupOutput{}, nil
}

// release leaves the service to others.
func (g *deploymentGroup) release() { g.service.group = nil }

// configure checks a group and tells the model of it.
func (m *Model) configure(group *deploymentGroup) error {
	info := group.info
	if err := groupValid(info); err != nil {
		return err
	}
	if info.DeploymentConfigName == nil {
		group.info.DeploymentConfigName = new("CodeDeployDefault.ECSAllAtOnce")
	}
	config, err := m.config(*group.info.DeploymentConfigName)
	if err != nil {
		return err
	}
	named := info.EcsServices[0]
	s, err := m.activeService(named.ClusterName, named.ServiceName)
	if err != nil || !s.codeDeploy() {
		return &types.InvalidECSServiceException{Message: new("The ECS service " + deref(named.ServiceName) + " cannot be found in cluster " + deref(named.ClusterName) + ", or its deployment controller is not CODE_DEPLOY")}
	}
	if s.group != nil {
		return &types.ECSServiceMappingLimitExceededException{Message: new("The ECS service is associated with another deployment group: " + deref(s.group.info.DeploymentGroupName))}
	}
	group.service, s.group = s, group
	pair := info.LoadBalancerInfo.TargetGroupPairInfoList[0]
	deploy := s.cloud.CodeDeploy
	deploy.Group = cloud.Group{
		Listener: pair.ProdTrafficRoute.ListenerArns[0], TargetGroups: [2]string{group.groups[0].Arn, group.groups[1].Arn},
		Shift: config.shift(), TerminationWait: terminationWait(info.BlueGreenDeploymentConfiguration),
		Rollback: info.AutoRollbackConfiguration != nil && info.AutoRollbackConfiguration.Enabled,
	}
	if pair.TestTrafficRoute != nil && len(pair.TestTrafficRoute.ListenerArns) > 0 {
		deploy.Group.TestListener = pair.TestTrafficRoute.ListenerArns[0]
	}
	deploy.Alarms = map[string]bool{}
	for _, name := range group.alarms() {
		deploy.Alarms[name] = m.alarms[name] == alarming
	}
	m.listen(group)
	return nil
}

func (g *deploymentGroup) alarms() []string {
	var names []string
	if g.info.AlarmConfiguration != nil && g.info.AlarmConfiguration.Enabled {
		for _, alarm := range g.info.AlarmConfiguration.Alarms {
			names = append(names, deref(alarm.Name))
		}
	}
	return names
}

func terminationWait(config *types.BlueGreenDeploymentConfiguration) time.Duration {
	if config == nil || config.TerminateBlueInstancesOnDeploymentSuccess == nil {
		return 0
	}
	return time.Duration(config.TerminateBlueInstancesOnDeploymentSuccess.TerminationWaitTimeInMinutes) * time.Minute
}

// sets are the model's task sets by id.
func (g *deploymentGroup) sets() map[string]*cloud.TaskSet {
	all := map[string]*cloud.TaskSet{}
	if running := g.service.cloud.ECS.Service(); running != nil {
		for _, set := range running.TaskSets {
			all[set.ID] = set
		}
	}
	return all
}
