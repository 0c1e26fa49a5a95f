package services

import (
	"testing"

	"payment-processor/simulation/cloud"

	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// A load balancer asks for health, and the probe for an answer: both are of the task, which has an address in its subnet.
func TestTasks(t *testing.T) {
	a := newAccount(t, hasty)
	a.group()
	listed := must[*ecs.ListTasksOutput](t)(a.ecs.ListTasks(t.Context(), &ecs.ListTasksInput{Cluster: new("app"), ServiceName: new("app"), Family: new("app")}))
	tasks := must[*ecs.DescribeTasksOutput](t)(a.ecs.DescribeTasks(t.Context(), &ecs.DescribeTasksInput{Cluster: new("app"), Tasks: append(listed.TaskArns, "none")}))
	zones, providers := map[string]int{}, map[string]int{}
	for _, task := range tasks.Tasks {
		zones[*task.AvailabilityZone]++
		providers[*task.CapacityProviderName]++
		address := *task.Containers[0].NetworkInterfaces[0].PrivateIpv4Address
		if healthy, there := a.Healthy(address); !healthy || !there || *task.LastStatus != "RUNNING" {
			t.Errorf("task at %s: healthy %v, %s", address, healthy, *task.LastStatus)
		}
	}
	if len(tasks.Failures) != 1 || zones["us-east-2a"] != 2 || zones["us-east-2b"] != 1 || providers["FARGATE"] != 2 || providers["FARGATE_SPOT"] != 1 {
		t.Errorf("zones %v, providers %v", zones, providers)
	}
	if _, there := a.Healthy("10.9.9.9"); there {
		t.Error("a task that is not there answers")
	}
	targets, ours := a.Targets("arn:blue")
	if !ours || len(targets) != 3 || targets[0].State != "healthy" || targets[0].Port != 8080 {
		t.Errorf("targets %+v", targets)
	}
	if green, ours := a.Targets("arn:green"); !ours || len(green) != 0 {
		t.Errorf("green %+v", green)
	}
	if _, ours := a.Targets("arn:other"); ours {
		t.Error("answers for the target group of somebody else")
	}
	for state, set := range map[string]*cloud.TaskSet{"initial": {}, "unhealthy": {Unhealthy: true}} {
		*a.services[0].cloud.ECS.Service().TaskSets[0] = cloud.TaskSet{ID: "1", TargetGroup: "arn:blue", Primary: true, Unhealthy: set.Unhealthy, Revision: a.revisions[0].model}
		if targets, _ := a.Targets("arn:blue"); targets[0].State != state || targets[0].Reason == "" {
			t.Errorf("target %+v, want %s", targets[0], state)
		}
	}
	stopped := must[*ecs.ListTasksOutput](t)(a.ecs.ListTasks(t.Context(), &ecs.ListTasksInput{Cluster: new("app"), DesiredStatus: types.DesiredStatusStopped}))
	if len(stopped.TaskArns) != 0 {
		t.Errorf("stopped %v", stopped.TaskArns)
	}
	_, err := a.ecs.ExecuteCommand(t.Context(), &ecs.ExecuteCommandInput{Command: new("sh"), Task: new("1"), Interactive: true})
	refused(t, err, "TargetNotConnectedException", "no processes")
	if address("10.0.0.0/30", 1) != "" || address("none", 1) != "" || address("10.0.0.0/24", 1) != "10.0.0.5" {
		t.Error("addresses")
	}
}
