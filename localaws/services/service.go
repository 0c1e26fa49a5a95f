package services

import (
	"context"
	"fmt"
	"slices"
	"time"

	"payment-processor/simulation/cloud"

	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// service is one with the account that the model has of it alone.
type service struct {
	in       ecs.CreateServiceInput
	arn      string
	cluster  *cluster
	cloud    *cloud.Cloud
	subnets  []Subnet
	created  time.Time
	events   []types.ServiceEvent
	sequence map[string]int // of its task sets, as they were first seen
	group    *deploymentGroup
	desired  int32 // as it is told, also while nothing runs
	revision *revision
}

func (s *service) gone() bool { return s.cloud.ECS.Service() == nil }

func (s *service) codeDeploy() bool {
	return controller(&s.in) == types.DeploymentControllerTypeCodeDeploy
}

func controller(in *ecs.CreateServiceInput) types.DeploymentControllerType {
	if in.DeploymentController == nil {
		return types.DeploymentControllerTypeEcs
	}
	return in.DeploymentController.Type
}

// providers are all that its task sets run on.
func (s *service) providers() []string {
	var names []string
	for _, set := range s.cloud.ECS.Service().TaskSets {
		for _, item := range set.Strategy {
			names = append(names, *item.CapacityProvider)
		}
	}
	return names
}

// service is looked up by name or ARN among those of a cluster; the newest of that name, which may be gone.
func (m *Model) service(c *cluster, name string) (*service, bool) {
	for _, s := range slices.Backward(m.services) {
		if s.cluster == c && *s.in.ServiceName == last(name) {
			return s, true
		}
	}
	return nil, false
}

// CreateService starts a service.
func (e ECS) CreateService(ctx context.Context, in *ecs.CreateServiceInput) (*ecs.CreateServiceOutput, error) {
	subnets, err := e.model.surroundings(ctx, in)
	if err != nil {
		return nil, err
	}
	described, err := e.model.createService(in, subnets)
	if err == nil {
		err = e.model.options.Neighbours.Announce(ctx, last(*described.ClusterArn), *described.ServiceName, true)
	}
	return &ecs.CreateServiceOutput{Service: described}, err
}

func (m *Model) createService(in *ecs.CreateServiceInput, subnets []Subnet) (*types.Service, error) {
	defer m.enter()()
	c, err := m.cluster(in.Cluster)
	if err != nil {
		return nil, err
	}
	running, err := m.serviceValid(c, in)
	if err != nil {
		return nil, err
	}
	if there, known := m.service(c, *in.ServiceName); known && !there.gone() {
		if there.cloud.ECS.Service().Draining() {
			return nil, refuse("InvalidParameterException", "Unable to Start a service that is still Draining.")
		}
		return nil, refuse("InvalidParameterException", "Creation of service was not idempotent.")
	}
	return m.describeService(m.newService(c, in, running, subnets)), nil
}

func (m *Model) newService(c *cluster, in *ecs.CreateServiceInput, running *revision, subnets []Subnet) *service {
	s := &service{
		in: *in, arn: m.arn("ecs", "service/"+*c.ClusterName+"/"+*in.ServiceName), cluster: c, subnets: subnets,
		created: time.Now(), sequence: map[string]int{}, desired: *in.DesiredCount, revision: running,
	}
	s.cloud = cloud.New(m.clock, chance{m})
	s.cloud.Traffic, s.cloud.Identify = m.options.Neighbours, identify
	s.cloud.Log = func(actor, format string, args ...any) {
		s.say("(service "+*in.ServiceName+") "+actor+": "+format, args...)
	}
	s.cloud.ECS.Healthy = m.healthy
	for _, r := range m.revisions {
		s.cloud.ECS.Adopt(r.model)
	}
	m.services = append(m.services, s)
	m.tag(s.arn, in.Tags)
	group := ""
	if len(in.LoadBalancers) > 0 {
		group = deref(in.LoadBalancers[0].TargetGroupArn)
	}
	strategy := in.CapacityProviderStrategy
	if strategy == nil && in.LaunchType == "" {
		strategy = c.DefaultCapacityProviderStrategy
	}
	s.cloud.ECS.CreateService(*in.ServiceName, *running.TaskDefinitionArn, group, s.desired, strategy, func() {
		s.say("(service %s) has reached a steady state.", *in.ServiceName)
	})
	return s
}

// say adds to the service's events, of which AWS keeps the last hundred.
func (s *service) say(format string, args ...any) {
	event := types.ServiceEvent{CreatedAt: new(time.Now()), Id: new(identify("")), Message: new(fmt.Sprintf(format, args...))}
	s.events = append([]types.ServiceEvent{event}, s.events[:min(len(s.events), 99)]...)
}

// UpdateService changes what may change of a service; see updateValid.
func (e ECS) UpdateService(_ context.Context, in *ecs.UpdateServiceInput) (*ecs.UpdateServiceOutput, error) {
	defer e.model.enter()()
	s, err := e.model.activeService(in.Cluster, in.Service)
	if err != nil {
		return nil, err
	}
	if s.cloud.ECS.Service().Draining() {
		return nil, &types.ServiceNotActiveException{Message: new("Service was not ACTIVE.")}
	}
	if err := updateValid(s, in); err != nil {
		return nil, err
	}
	var next *revision
	if in.TaskDefinition != nil {
		if next, err = e.model.startable(*in.TaskDefinition); err != nil {
			return nil, err
		}
	}
	s.update(in)
	if next != nil {
		e.model.roll(s, next)
	}
	return &ecs.UpdateServiceOutput{Service: e.model.describeService(s)}, nil
}

func (s *service) update(in *ecs.UpdateServiceInput) {
	if in.DesiredCount != nil {
		s.scale(*in.DesiredCount)
	}
	if in.HealthCheckGracePeriodSeconds != nil {
		s.in.HealthCheckGracePeriodSeconds = in.HealthCheckGracePeriodSeconds
	}
	if in.EnableExecuteCommand != nil {
		s.in.EnableExecuteCommand = *in.EnableExecuteCommand
	}
	if in.DeploymentConfiguration != nil {
		s.in.DeploymentConfiguration = in.DeploymentConfiguration
	}
	if in.PropagateTags != "" {
		s.in.PropagateTags = in.PropagateTags
	}
	if in.EnableECSManagedTags != nil {
		s.in.EnableECSManagedTags = *in.EnableECSManagedTags
	}
}

func (s *service) scale(desired int32) {
	s.desired = desired
	s.cloud.ECS.Service().Desired = desired
	s.say("(service %s) desired count is %d.", *s.in.ServiceName, desired)
}

// roll is what ECS's own deployment controller does.
func (m *Model) roll(s *service, next *revision) {
	s.revision = next
	s.cloud.ECS.Adopt(next.model)
	s.cloud.ECS.Roll(next.model, func() { s.say("(service %s) has reached a steady state.", *s.in.ServiceName) })
}

// DeleteService refuses one with tasks unless it is forced.
func (e ECS) DeleteService(ctx context.Context, in *ecs.DeleteServiceInput) (*ecs.DeleteServiceOutput, error) {
	described, err := e.model.deleteService(in)
	if err == nil {
		err = e.model.options.Neighbours.Announce(ctx, last(*described.ClusterArn), *described.ServiceName, false)
	}
	return &ecs.DeleteServiceOutput{Service: described}, err
}

func (m *Model) deleteService(in *ecs.DeleteServiceInput) (*types.Service, error) {
	defer m.enter()()
	s, err := m.activeService(in.Cluster, in.Service)
	if err != nil {
		return nil, err
	}
	if s.desired > 0 && (in.Force == nil || !*in.Force) {
		return nil, refuse("InvalidParameterException", "The service cannot be stopped while it is scaled above 0.")
	}
	s.cloud.ECS.DeleteService(func() { s.say("(service %s) is gone.", *s.in.ServiceName) })
	return m.describeService(s), nil
}

// activeService is one that is there, though it may be draining.
func (m *Model) activeService(cluster, name *string) (*service, error) {
	c, err := m.cluster(cluster)
	if err != nil {
		return nil, err
	}
	s, known := m.service(c, deref(name))
	if !known || s.gone() {
		return nil, &types.ServiceNotFoundException{Message: new("Service not found.")}
	}
	return s, nil
}
