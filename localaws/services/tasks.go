package services

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/netip"
	"slices"

	"payment-processor/simulation/cloud"

	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// task is no process: it is one of a task set, with the address that a process would have.
type task struct {
	id, address, provider string
	subnet                Subnet
	set                   *cloud.TaskSet
	service               *service
}

// tasks are spread over the subnets, and so over their zones.
func (s *service) tasks() []task {
	var all []task
	if s.gone() {
		return nil
	}
	for _, set := range s.cloud.ECS.Service().TaskSets {
		if _, seen := s.sequence[set.ID]; !seen {
			s.sequence[set.ID] = len(s.sequence)
		}
		providers := placed(set.Strategy, int(s.desired))
		for i := range int(s.desired) {
			sum := sha256.Sum256(fmt.Append(nil, s.arn, set.ID, i))
			t := task{id: hex.EncodeToString(sum[:16]), set: set, service: s}
			if len(providers) > 0 {
				t.provider = providers[i]
			}
			if len(s.subnets) > 0 {
				t.subnet = s.subnets[i%len(s.subnets)]
				t.address = address(t.subnet.Cidr, s.sequence[set.ID]*101+i)
			}
			all = append(all, t)
		}
	}
	return all
}

// address is a number-th of a subnet, of whose addresses AWS keeps the first four and the last.
func address(cidr string, number int) string {
	prefix, err := netip.ParsePrefix(cidr)
	if err != nil || prefix.Bits() > 28 {
		return ""
	}
	at := prefix.Masked().Addr()
	for range 4 + number%(1<<(32-prefix.Bits())-5) {
		at = at.Next()
	}
	return at.String()
}

func (t task) running() bool { return t.set.Healthy || t.set.Unhealthy }

func (t task) describe(m *Model) types.Task {
	revision, _ := m.revision(t.set.Revision.Arn)
	started, status := t.set.Created, "PROVISIONING"
	out := types.Task{
		TaskArn: new(t.arn(m)), ClusterArn: t.service.cluster.ClusterArn, TaskDefinitionArn: &t.set.Revision.Arn,
		Group: new("service:" + *t.service.in.ServiceName), StartedBy: &t.set.ID, DesiredStatus: new("RUNNING"),
		LaunchType: types.LaunchTypeFargate, CapacityProviderName: nothingIf(t.provider), AvailabilityZone: nothingIf(t.subnet.Zone),
		CreatedAt: &started, HealthStatus: types.HealthStatusUnknown, PlatformVersion: t.service.in.PlatformVersion,
		EnableExecuteCommand: t.service.in.EnableExecuteCommand, Cpu: revision.Cpu, Memory: revision.Memory,
	}
	if t.running() {
		out.StartedAt, status = &started, "RUNNING"
	}
	out.LastStatus = &status
	for _, container := range revision.ContainerDefinitions {
		out.Containers = append(out.Containers, types.Container{
			Name: container.Name, Image: container.Image, TaskArn: out.TaskArn, LastStatus: &status, HealthStatus: types.HealthStatusUnknown,
			NetworkInterfaces: []types.NetworkInterface{{PrivateIpv4Address: &t.address}},
		})
	}
	out.Attachments = []types.Attachment{{Type: new("ElasticNetworkInterface"), Status: new("ATTACHED"), Details: []types.KeyValuePair{
		{Name: new("subnetId"), Value: &t.subnet.ID}, {Name: new("privateIPv4Address"), Value: &t.address},
	}}}
	return out
}

func (t task) arn(m *Model) string {
	return m.arn("ecs", "task/"+*t.service.cluster.ClusterName+"/"+t.id)
}

func (m *Model) tasks(c *cluster) []task {
	var all []task
	for _, s := range m.services {
		if s.cluster == c {
			all = append(all, s.tasks()...)
		}
	}
	return all
}

// ListTasks lists those of a cluster, a service or a family.
func (e ECS) ListTasks(_ context.Context, in *ecs.ListTasksInput) (*ecs.ListTasksOutput, error) {
	defer e.model.enter()()
	c, err := e.model.cluster(in.Cluster)
	if err != nil {
		return nil, err
	}
	out := &ecs.ListTasksOutput{TaskArns: []string{}}
	for _, t := range e.model.tasks(c) {
		wanted := (in.ServiceName == nil || last(*in.ServiceName) == *t.service.in.ServiceName) &&
			(in.Family == nil || *in.Family == t.set.Revision.Family) && in.DesiredStatus != types.DesiredStatusStopped
		if wanted {
			out.TaskArns = append(out.TaskArns, t.arn(e.model))
		}
	}
	return out, nil
}

// DescribeTasks reports those that are not there as failures.
func (e ECS) DescribeTasks(_ context.Context, in *ecs.DescribeTasksInput) (*ecs.DescribeTasksOutput, error) {
	defer e.model.enter()()
	c, err := e.model.cluster(in.Cluster)
	if err != nil {
		return nil, err
	}
	out := &ecs.DescribeTasksOutput{Tasks: []types.Task{}, Failures: []types.Failure{}}
	all := e.model.tasks(c)
	for _, name := range in.Tasks {
		i := slices.IndexFunc(all, func(t task) bool { return t.id == last(name) })
		if i < 0 {
			out.Failures = append(out.Failures, types.Failure{Arn: &name, Reason: new("MISSING")})
			continue
		}
		out.Tasks = append(out.Tasks, all[i].describe(e.model))
	}
	return out, nil
}

// ExecuteCommand is refused: tasks are no processes here.
func (e ECS) ExecuteCommand(context.Context, *ecs.ExecuteCommandInput) (*ecs.ExecuteCommandOutput, error) {
	return nil, &types.TargetNotConnectedException{Message: new("tasks are no processes here, so no command can run in one")}
}

// Target is a task as a load balancer sees it.
type Target struct {
	Address string
	Port    int32
	Zone    string
	State   string // initial, healthy or unhealthy
	Reason  string
}

// Targets are the tasks behind a target group; false if none of our services has to do with it.
func (m *Model) Targets(group string) ([]Target, bool) {
	defer m.enter()()
	targets, ours := []Target{}, false
	for _, s := range m.services {
		if s.gone() || !s.balances(group) {
			continue
		}
		ours = true
		for _, t := range s.tasks() {
			if t.set.TargetGroup != group {
				continue
			}
			target := Target{Address: t.address, Port: number(s.in.LoadBalancers[0].ContainerPort), Zone: t.subnet.Zone, State: "initial", Reason: "Elb.RegistrationInProgress"}
			switch {
			case t.set.Healthy:
				target.State, target.Reason = "healthy", ""
			case t.set.Unhealthy:
				target.State, target.Reason = "unhealthy", "Target.FailedHealthChecks"
			}
			targets = append(targets, target)
		}
	}
	return targets, ours
}

func (s *service) balances(group string) bool {
	if s.group != nil && slices.ContainsFunc(s.group.groups, func(g TargetGroup) bool { return g.Arn == group }) {
		return true
	}
	return len(s.in.LoadBalancers) > 0 && deref(s.in.LoadBalancers[0].TargetGroupArn) == group
}

// Healthy tells what a task at an address answers; false if there is no such task.
func (m *Model) Healthy(address string) (healthy, there bool) {
	defer m.enter()()
	for _, s := range m.services {
		for _, t := range s.tasks() {
			if t.address == address {
				return t.set.Healthy, true
			}
		}
	}
	return false, false
}
