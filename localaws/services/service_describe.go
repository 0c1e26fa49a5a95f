package services

import (
	"context"
	"slices"

	"payment-processor/simulation/cloud"

	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// DescribeServices reports those that are not there as failures. One that was deleted is INACTIVE.
func (e ECS) DescribeServices(_ context.Context, in *ecs.DescribeServicesInput) (*ecs.DescribeServicesOutput, error) {
	defer e.model.enter()()
	c, err := e.model.cluster(in.Cluster)
	if err != nil {
		return nil, err
	}
	if len(in.Services) == 0 || len(in.Services) > 10 {
		return nil, refuse("InvalidParameterException", "%d services, want 1 to 10", len(in.Services))
	}
	out := &ecs.DescribeServicesOutput{Services: []types.Service{}, Failures: []types.Failure{}}
	for _, name := range in.Services {
		s, known := e.model.service(c, name)
		if !known {
			out.Failures = append(out.Failures, types.Failure{Arn: new(e.model.arn("ecs", "service/"+*c.ClusterName+"/"+last(name))), Reason: new("MISSING")})
			continue
		}
		described := e.model.describeService(s)
		if slices.Contains(in.Include, types.ServiceFieldTags) {
			described.Tags = e.model.tagged(s.arn)
		}
		out.Services = append(out.Services, *described)
	}
	return out, nil
}

// ListServices lists the ARNs of a cluster's.
func (e ECS) ListServices(_ context.Context, in *ecs.ListServicesInput) (*ecs.ListServicesOutput, error) {
	defer e.model.enter()()
	c, err := e.model.cluster(in.Cluster)
	if err != nil {
		return nil, err
	}
	out := &ecs.ListServicesOutput{ServiceArns: []string{}}
	for _, s := range e.model.services {
		if s.cluster == c && !s.gone() {
			out.ServiceArns = append(out.ServiceArns, s.arn)
		}
	}
	return out, nil
}

// describeService is the model's description, with what the model does not need to know.
func (m *Model) describeService(s *service) *types.Service {
	in := s.in
	out := types.Service{
		ServiceArn: &s.arn, ServiceName: in.ServiceName, ClusterArn: s.cluster.ClusterArn, CreatedAt: &s.created,
		Status: new("INACTIVE"), DeploymentController: &types.DeploymentController{Type: controller(&in)},
		CapacityProviderStrategy: in.CapacityProviderStrategy, LaunchType: in.LaunchType, LoadBalancers: in.LoadBalancers,
		NetworkConfiguration: in.NetworkConfiguration, PlatformVersion: in.PlatformVersion, PlatformFamily: new("Linux"),
		DeploymentConfiguration: in.DeploymentConfiguration, EnableExecuteCommand: in.EnableExecuteCommand,
		EnableECSManagedTags: in.EnableECSManagedTags, PropagateTags: in.PropagateTags, RoleArn: in.Role,
		HealthCheckGracePeriodSeconds: in.HealthCheckGracePeriodSeconds, ServiceRegistries: in.ServiceRegistries,
		SchedulingStrategy: types.SchedulingStrategyReplica, AvailabilityZoneRebalancing: in.AvailabilityZoneRebalancing,
		TaskDefinition: s.revision.TaskDefinitionArn, Events: s.events, Deployments: []types.Deployment{},
	}
	known, _ := s.cloud.ECS.DescribeServices(context.Background(), &ecs.DescribeServicesInput{Services: []string{*in.ServiceName}})
	if len(known.Services) == 0 {
		return &out
	}
	out.Status, out.DesiredCount = known.Services[0].Status, known.Services[0].DesiredCount
	for i, set := range known.Services[0].TaskSets {
		m.describeSet(s, &set, s.cloud.ECS.Service().TaskSets[i])
		out.RunningCount += set.RunningCount
		out.PendingCount += set.PendingCount
		if s.codeDeploy() {
			out.TaskSets = append(out.TaskSets, set)
			continue
		}
		out.Deployments = append(out.Deployments, rollout(set))
	}
	return &out
}

func (m *Model) describeSet(s *service, out *types.TaskSet, set *cloud.TaskSet) {
	name := *s.cluster.ClusterName + "/" + *s.in.ServiceName + "/" + *out.Id
	out.TaskSetArn, out.ServiceArn, out.ClusterArn = new(m.arn("ecs", "task-set/"+name)), &s.arn, s.cluster.ClusterArn
	out.CreatedAt, out.UpdatedAt, out.StabilityStatusAt = &set.Created, &set.Created, &set.Created
	out.NetworkConfiguration, out.PlatformVersion = s.in.NetworkConfiguration, s.in.PlatformVersion
	out.Scale = &types.Scale{Unit: types.ScaleUnitPercent, Value: 100}
	out.StartedBy = new("CODE_DEPLOY")
	if len(s.in.LoadBalancers) == 0 {
		out.LoadBalancers = nil
		return
	}
	out.LoadBalancers[0].ContainerName, out.LoadBalancers[0].ContainerPort = s.in.LoadBalancers[0].ContainerName, s.in.LoadBalancers[0].ContainerPort
	if len(out.CapacityProviderStrategy) == 0 {
		out.LaunchType = types.LaunchTypeFargate
	}
}

// rollout is how a service with ECS's own deployment controller calls a task set.
func rollout(set types.TaskSet) types.Deployment {
	state := types.DeploymentRolloutStateInProgress
	if set.StabilityStatus == types.StabilityStatusSteadyState {
		state = types.DeploymentRolloutStateCompleted
	}
	return types.Deployment{
		Id: set.Id, Status: set.Status, TaskDefinition: set.TaskDefinition, DesiredCount: set.ComputedDesiredCount,
		RunningCount: set.RunningCount, PendingCount: set.PendingCount, CreatedAt: set.CreatedAt, UpdatedAt: set.UpdatedAt,
		RolloutState: state, NetworkConfiguration: set.NetworkConfiguration, CapacityProviderStrategy: set.CapacityProviderStrategy,
	}
}
