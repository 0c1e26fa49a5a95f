package services

import (
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// What ECS refuses must be refused here, or a template passes that AWS does not take.
func TestServicesThatAreRefused(t *testing.T) {
	for name, c := range map[string]struct {
		edit func(*ecs.CreateServiceInput)
		want fault
	}{
		"two bases": {func(in *ecs.CreateServiceInput) { in.CapacityProviderStrategy[1].Base = 1 }, fault{"InvalidParameterException", "Only one capacity provider"}},
		"no weight": {func(in *ecs.CreateServiceInput) {
			in.CapacityProviderStrategy[0].Weight = 0
			in.CapacityProviderStrategy[1].Weight = 0
		}, fault{"InvalidParameterException", "weight greater than 0"}},
		"weight out of range":       {func(in *ecs.CreateServiceInput) { in.CapacityProviderStrategy[0].Weight = 1001 }, fault{"InvalidParameterException", "out of range"}},
		"unknown capacity provider": {func(in *ecs.CreateServiceInput) { in.CapacityProviderStrategy[1].CapacityProvider = new("MOON") }, fault{"InvalidParameterException", "MOON"}},
		"launch type beside it":     {func(in *ecs.CreateServiceInput) { in.LaunchType = types.LaunchTypeFargate }, fault{"InvalidParameterException", "launch type"}},
		"wrong container":           {func(in *ecs.CreateServiceInput) { in.LoadBalancers[0].ContainerName = new("other") }, fault{"InvalidParameterException", "The container other does not exist"}},
		"wrong port":                {func(in *ecs.CreateServiceInput) { in.LoadBalancers[0].ContainerPort = new(int32(81)) }, fault{"InvalidParameterException", "container port 81"}},
		"no port":                   {func(in *ecs.CreateServiceInput) { in.LoadBalancers[0].ContainerPort = nil }, fault{"InvalidParameterException", "container port 0"}},
		"no such target group":      {func(in *ecs.CreateServiceInput) { in.LoadBalancers[0].TargetGroupArn = new("arn:none") }, fault{"InvalidParameterException", "does not exist: arn:none"}},
		"target group behind none":  {func(in *ecs.CreateServiceInput) { in.LoadBalancers[0].TargetGroupArn = new("arn:loose") }, fault{"InvalidParameterException", "does not have an associated load balancer"}},
		"target group of instances": {func(in *ecs.CreateServiceInput) { in.LoadBalancers[0].TargetGroupArn = new("arn:instances") }, fault{"InvalidParameterException", "target type instance"}},
		"no such subnet": {func(in *ecs.CreateServiceInput) {
			in.NetworkConfiguration.AwsvpcConfiguration.Subnets = []string{"subnet-none"}
		}, fault{"InvalidParameterException", "subnet-none"}},
		"no network": {func(in *ecs.CreateServiceInput) { in.NetworkConfiguration = nil }, fault{"InvalidParameterException", "Network Configuration"}},
		"circuit breaker": {func(in *ecs.CreateServiceInput) {
			in.DeploymentConfiguration = &types.DeploymentConfiguration{DeploymentCircuitBreaker: &types.DeploymentCircuitBreaker{Enable: true}}
		}, fault{"InvalidParameterException", "CircuitBreaker"}},
		"deployment alarms": {func(in *ecs.CreateServiceInput) {
			in.DeploymentConfiguration = &types.DeploymentConfiguration{Alarms: &types.DeploymentAlarms{Enable: true, AlarmNames: []string{"a"}}}
		}, fault{"InvalidParameterException", "alarms"}},
		"no load balancer":        {func(in *ecs.CreateServiceInput) { in.LoadBalancers = nil }, fault{"InvalidParameterException", "exactly one load balancer"}},
		"no such task definition": {func(in *ecs.CreateServiceInput) { in.TaskDefinition = new("none") }, fault{"ClientException", "TaskDefinition not found"}},
		"inactive":                {func(in *ecs.CreateServiceInput) { in.TaskDefinition = new("app:1") }, fault{"ClientException", "TaskDefinition is inactive"}},
		"no such cluster":         {func(in *ecs.CreateServiceInput) { in.Cluster = new("none") }, fault{"ClusterNotFoundException", "Cluster not found"}},
		"no name":                 {func(in *ecs.CreateServiceInput) { in.ServiceName = new("") }, fault{"InvalidParameterException", "name"}},
	} {
		t.Run(name, func(t *testing.T) {
			a := newAccount(t, hasty)
			a.cluster()
			must[*ecs.DeregisterTaskDefinitionOutput](t)(a.ecs.DeregisterTaskDefinition(t.Context(), &ecs.DeregisterTaskDefinitionInput{TaskDefinition: new("app:1")}))
			in := serviceInput()
			c.edit(in)
			_, err := a.ecs.CreateService(t.Context(), in)
			refused(t, err, c.want.code, c.want.about)
		})
	}
}

func TestUpdatesThatCodeDeployDecides(t *testing.T) {
	a := newAccount(t, hasty)
	a.group()
	network := serviceInput().NetworkConfiguration
	for about, in := range map[string]*ecs.UpdateServiceInput{
		"task definition":            {TaskDefinition: new("app:2")},
		"network parameters":         {NetworkConfiguration: network},
		"load balancers":             {LoadBalancers: serviceInput().LoadBalancers},
		"platform version":           {PlatformVersion: new("1.4.0")},
		"capacity provider strategy": {CapacityProviderStrategy: spot()},
		"force a new deployment":     {ForceNewDeployment: true},
		"CircuitBreaker":             {DeploymentConfiguration: &types.DeploymentConfiguration{DeploymentCircuitBreaker: &types.DeploymentCircuitBreaker{Enable: true}}},
	} {
		in.Cluster, in.Service = new("app"), new("app")
		_, err := a.ecs.UpdateService(t.Context(), in)
		refused(t, err, "InvalidParameterException", about)
	}
	out := must[*ecs.UpdateServiceOutput](t)(a.ecs.UpdateService(t.Context(), &ecs.UpdateServiceInput{
		Cluster: new("app"), Service: new("app"), DesiredCount: new(int32(5)), HealthCheckGracePeriodSeconds: new(int32(90)), EnableExecuteCommand: new(true),
		PropagateTags: types.PropagateTagsService, EnableECSManagedTags: new(true), DeploymentConfiguration: &types.DeploymentConfiguration{MinimumHealthyPercent: new(int32(50))},
	}))
	if s := out.Service; s.DesiredCount != 5 || *s.HealthCheckGracePeriodSeconds != 90 || !s.EnableExecuteCommand || !s.EnableECSManagedTags || s.PropagateTags != types.PropagateTagsService {
		t.Errorf("service %+v", s)
	}
	_, err := a.ecs.UpdateService(t.Context(), &ecs.UpdateServiceInput{Cluster: new("app"), Service: new("none")})
	refused(t, err, "ServiceNotFoundException", "")
	_, err = a.ecs.UpdateService(t.Context(), &ecs.UpdateServiceInput{Cluster: new("none"), Service: new("app")})
	refused(t, err, "ClusterNotFoundException", "")
	_, err = a.ecs.CreateService(t.Context(), serviceInput())
	refused(t, err, "InvalidParameterException", "not idempotent")
	_, err = a.ecs.DeleteService(t.Context(), &ecs.DeleteServiceInput{Cluster: new("app"), Service: new("app")})
	refused(t, err, "InvalidParameterException", "scaled above 0")
}

func TestADrainingService(t *testing.T) {
	a := newAccount(t, 1)
	a.cluster()
	must[*ecs.CreateServiceOutput](t)(a.ecs.CreateService(t.Context(), serviceInput()))
	in := &ecs.DeleteServiceInput{Cluster: new("app"), Service: new("app"), Force: new(true)}
	out := must[*ecs.DeleteServiceOutput](t)(a.ecs.DeleteService(t.Context(), in))
	if *out.Service.Status != "DRAINING" {
		t.Errorf("service is %s", *out.Service.Status)
	}
	_, err := a.ecs.UpdateService(t.Context(), &ecs.UpdateServiceInput{Cluster: new("app"), Service: new("app"), DesiredCount: new(int32(1))})
	refused(t, err, "ServiceNotActiveException", "ACTIVE")
	_, err = a.ecs.CreateService(t.Context(), serviceInput())
	refused(t, err, "InvalidParameterException", "still Draining")
	a.beside.fail["Announce"] = errors.New("out of reach")
	if _, err = a.ecs.DeleteService(t.Context(), in); err == nil {
		t.Error("nobody hears that scaling is out of reach")
	}
	if len(a.beside.announced) != 3 || a.beside.announced[0] != "app/app true" || a.beside.announced[1] != "app/app false" {
		t.Errorf("announced %v", a.beside.announced)
	}
}

// A service of ECS's own deployment controller, of which others' templates have many.
func TestECSRolls(t *testing.T) {
	a := newAccount(t, hasty)
	a.service(func(in *ecs.CreateServiceInput) {
		in.DeploymentController, in.LoadBalancers, in.TaskDefinition, in.DesiredCount = nil, nil, new("app:1"), nil
	})
	if s := a.described(); len(s.TaskSets) != 0 || len(s.Deployments) != 1 || s.Deployments[0].RolloutState != types.DeploymentRolloutStateCompleted || s.DesiredCount != 1 {
		t.Errorf("service %+v", s)
	}
	_, err := a.ecs.UpdateService(t.Context(), &ecs.UpdateServiceInput{Cluster: new("app"), Service: new("app"), TaskDefinition: new("none")})
	refused(t, err, "ClientException", "not found")
	out := must[*ecs.UpdateServiceOutput](t)(a.ecs.UpdateService(t.Context(), &ecs.UpdateServiceInput{Cluster: new("app"), Service: new("app"), TaskDefinition: new("app:2")}))
	if len(out.Service.Deployments) != 2 || out.Service.Deployments[1].RolloutState != types.DeploymentRolloutStateInProgress {
		t.Errorf("deployments %+v", out.Service.Deployments)
	}
	if err := a.await(t.Context(), func() bool { return len(a.services[0].cloud.ECS.Service().TaskSets) == 1 }); err != nil {
		t.Fatal(err)
	}
	if s := a.described(); !strings.HasSuffix(*s.TaskDefinition, "app:2") || !strings.HasSuffix(*s.Deployments[0].TaskDefinition, "app:2") {
		t.Errorf("service %+v", s)
	}
	in := &ecs.DeleteServiceInput{Cluster: new("app"), Service: new("app"), Force: new(true)}
	must[*ecs.DeleteServiceOutput](t)(a.ecs.DeleteService(t.Context(), in))
	if err := a.await(t.Context(), a.services[0].gone); err != nil {
		t.Fatal(err)
	}
	if s := a.described(); *s.Status != "INACTIVE" || len(a.services[0].tasks()) != 0 {
		t.Errorf("service %+v", s)
	}
	if cluster := must[*ecs.DescribeClustersOutput](t)(a.ecs.DescribeClusters(t.Context(), &ecs.DescribeClustersInput{Clusters: []string{"app"}})); cluster.Clusters[0].ActiveServicesCount != 0 {
		t.Error("a service that is gone counts")
	}
}
