package integration

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// service reads the service with its task sets.
func service(t *testing.T) types.Service {
	t.Helper()
	cluster, name := output(t, "ecs_cluster_name"), output(t, "ecs_service_name")
	answer := ok[*ecs.DescribeServicesOutput](t)(ecs.NewFromConfig(env.aws).DescribeServices(t.Context(), &ecs.DescribeServicesInput{
		Cluster: &cluster, Services: []string{name},
	}))
	if len(answer.Services) != 1 {
		t.Fatalf("service %s in %s: %v", name, cluster, answer.Failures)
	}
	return answer.Services[0]
}

// primary is the task set that serves.
func primary(t *testing.T) types.TaskSet {
	t.Helper()
	sets := service(t).TaskSets
	i := slices.IndexFunc(sets, func(s types.TaskSet) bool { return *s.Status == "PRIMARY" })
	if i < 0 {
		t.Fatalf("none of %d task sets is PRIMARY", len(sets))
	}
	return sets[i]
}

func tasks(t *testing.T) []types.Task {
	t.Helper()
	client, cluster, name := ecs.NewFromConfig(env.aws), output(t, "ecs_cluster_name"), output(t, "ecs_service_name")
	list := ok[*ecs.ListTasksOutput](t)(client.ListTasks(t.Context(), &ecs.ListTasksInput{Cluster: &cluster, ServiceName: &name}))
	if len(list.TaskArns) == 0 {
		t.Fatal("the service has no task")
	}
	return ok[*ecs.DescribeTasksOutput](t)(client.DescribeTasks(t.Context(), &ecs.DescribeTasksInput{Cluster: &cluster, Tasks: list.TaskArns})).Tasks
}

func TestServiceIsActive(t *testing.T) {
	eventually(t, 5*time.Minute, func() error {
		s := service(t)
		if *s.Status != "ACTIVE" || s.RunningCount != s.DesiredCount || s.PendingCount != 0 {
			return fmt.Errorf("the service is %s with %d of %d tasks running, %d pending", *s.Status, s.RunningCount, s.DesiredCount, s.PendingCount)
		}
		return nil
	})
	target := stack(t, "platform").the(t, "AWS::ApplicationAutoScaling::ScalableTarget").Properties
	least, most := number(t, target["MinCapacity"]), number(t, target["MaxCapacity"])
	if desired := int(service(t).DesiredCount); desired < least || desired > most {
		t.Errorf("%d tasks are desired, want %d to %d", desired, least, most)
	}
}

func TestServiceIsDeployedByCodeDeploy(t *testing.T) {
	s := service(t)
	if s.DeploymentController == nil || s.DeploymentController.Type != types.DeploymentControllerTypeCodeDeploy {
		t.Errorf("the deployment controller is %+v, want CODE_DEPLOY", s.DeploymentController)
	}
	if !s.EnableExecuteCommand {
		t.Error("ECS Exec is off")
	}
}

// strategyItem is an item of a capacity provider strategy, comparable.
type strategyItem struct {
	Provider     string
	Base, Weight int
}

func TestTasksRunOnDemandAndOnSpot(t *testing.T) {
	wanted := stack(t, "platform").the(t, "AWS::ECS::Service").Properties["CapacityProviderStrategy"].([]any)
	want := make([]strategyItem, 0, len(wanted))
	for _, item := range wanted {
		base := 0
		if at(item, "Base") != nil {
			base = number(t, at(item, "Base"))
		}
		want = append(want, strategyItem{at(item, "CapacityProvider").(string), base, number(t, at(item, "Weight"))})
	}
	byProvider := func(a, b strategyItem) int { return cmp.Compare(a.Provider, b.Provider) }
	slices.SortFunc(want, byProvider)
	check := func(where string, strategy []types.CapacityProviderStrategyItem) {
		got := make([]strategyItem, 0, len(strategy))
		for _, item := range strategy {
			got = append(got, strategyItem{*item.CapacityProvider, int(item.Base), int(item.Weight)})
		}
		slices.SortFunc(got, byProvider)
		if !reflect.DeepEqual(got, want) {
			t.Errorf("the capacity provider strategy of the %s is %v, want %v", where, got, want)
		}
	}
	if s := service(t); len(s.CapacityProviderStrategy) > 0 {
		check("service", s.CapacityProviderStrategy)
	}
	check("PRIMARY task set", primary(t).CapacityProviderStrategy)
}

func TestTasksRunInSeveralZones(t *testing.T) {
	zones := map[string]int{}
	for _, task := range tasks(t) {
		zones[*task.AvailabilityZone]++
	}
	if len(zones) < 2 {
		t.Errorf("the tasks run in %v, want at least two zones", zones)
	}
}

func TestTaskDefinitionIsHardened(t *testing.T) {
	definition := ok[*ecs.DescribeTaskDefinitionOutput](t)(ecs.NewFromConfig(env.aws).DescribeTaskDefinition(t.Context(), &ecs.DescribeTaskDefinitionInput{
		TaskDefinition: primary(t).TaskDefinition,
	})).TaskDefinition
	want := stack(t, "platform").the(t, "AWS::ECS::TaskDefinition").Properties
	if *definition.Cpu != want["Cpu"] || *definition.Memory != want["Memory"] {
		t.Errorf("a task has %s CPU units and %s MiB, want %v and %v", *definition.Cpu, *definition.Memory, want["Cpu"], want["Memory"])
	}
	container := definition.ContainerDefinitions[0]
	if container.ReadonlyRootFilesystem == nil || !*container.ReadonlyRootFilesystem {
		t.Error("the root file system can be written to")
	}
	if container.User == nil || *container.User == "" || *container.User == "0" || *container.User == "root" {
		t.Error("the container runs as root")
	}
	if container.Privileged != nil && *container.Privileged {
		t.Error("the container is privileged")
	}
	var secrets []string
	for _, secret := range container.Secrets {
		secrets = append(secrets, *secret.Name)
	}
	slices.Sort(secrets)
	if want := []string{"DB_DATABASE", "DB_HOST", "DB_PASSWORD", "DB_PORT", "DB_USERNAME"}; !slices.Equal(secrets, want) {
		t.Errorf("the secrets are %v, want %v", secrets, want)
	}
	for _, variable := range container.Environment {
		if slices.Contains(secrets, *variable.Name) {
			t.Errorf("%s is in the environment in plain text", *variable.Name)
		}
	}
}

func TestExecOpensASession(t *testing.T) {
	onlyLive(t, "a session needs a running container and the Session Manager plug-in's protocol")
	cluster, task := output(t, "ecs_cluster_name"), tasks(t)[0]
	command := "/server"
	_, err := ecs.NewFromConfig(env.aws).ExecuteCommand(t.Context(), &ecs.ExecuteCommandInput{
		Cluster: &cluster, Task: task.TaskArn, Container: task.Containers[0].Name, Command: &command, Interactive: true,
	})
	if err != nil {
		t.Error(err)
	}
}

func TestSpotTasksAreReplaced(t *testing.T) {
	onlyLive(t, "nobody reclaims Spot capacity here")
	spot := slices.ContainsFunc(tasks(t), func(task types.Task) bool {
		return task.CapacityProviderName != nil && *task.CapacityProviderName == "FARGATE_SPOT"
	})
	if !spot {
		t.Error("no task runs on FARGATE_SPOT")
	}
}
