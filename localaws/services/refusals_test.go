package services

import (
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/codedeploy"
	cdtypes "github.com/aws/aws-sdk-go-v2/service/codedeploy/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

type fault struct {
	code, about string
}

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

func TestTaskDefinitionsThatAreRefused(t *testing.T) {
	a := newAccount(t, hasty)
	container := func(in *ecs.RegisterTaskDefinitionInput) *types.ContainerDefinition {
		return &in.ContainerDefinitions[0]
	}
	for about, edit := range map[string]func(*ecs.RegisterTaskDefinitionInput){
		"Family can not be blank":   func(in *ecs.RegisterTaskDefinitionInput) { in.Family = new("") },
		"any container definitions": func(in *ecs.RegisterTaskDefinitionInput) { in.ContainerDefinitions = []types.ContainerDefinition{} },
		"network mode":              func(in *ecs.RegisterTaskDefinitionInput) { in.NetworkMode = types.NetworkModeBridge },
		"'cpu' and 'memory'":        func(in *ecs.RegisterTaskDefinitionInput) { in.Cpu = nil },
		"256 CPU, 4096 memory":      func(in *ecs.RegisterTaskDefinitionInput) { in.Cpu = new("256") },
		"2048 CPU, 4100 memory":     func(in *ecs.RegisterTaskDefinitionInput) { in.Memory = new("4100") },
		"2048 CPU, 4 GB memory":     func(in *ecs.RegisterTaskDefinitionInput) { in.Memory = new("4 GB") },
		"privileged":                func(in *ecs.RegisterTaskDefinitionInput) { container(in).Privileged = new(true) },
		"log driver awslogs":        func(in *ecs.RegisterTaskDefinitionInput) { in.ExecutionRoleArn = nil },
		"requires options": func(in *ecs.RegisterTaskDefinitionInput) {
			container(in).LogConfiguration.Options = map[string]string{}
		},
		"container secrets": func(in *ecs.RegisterTaskDefinitionInput) {
			in.ExecutionRoleArn = nil
			container(in).LogConfiguration = nil
		},
		"Container.name":  func(in *ecs.RegisterTaskDefinitionInput) { container(in).Name = nil },
		"Container.image": func(in *ecs.RegisterTaskDefinitionInput) { container(in).Image = nil },
		"not unique": func(in *ecs.RegisterTaskDefinitionInput) {
			in.ContainerDefinitions = append(in.ContainerDefinitions, *container(in))
		},
		"Unknown volume 'none'": func(in *ecs.RegisterTaskDefinitionInput) { container(in).MountPoints[0].SourceVolume = new("none") },
		"must be essential":     func(in *ecs.RegisterTaskDefinitionInput) { container(in).Essential = new(false) },
	} {
		in := taskInput()
		edit(in)
		_, err := a.ecs.RegisterTaskDefinition(t.Context(), in)
		refused(t, err, "ClientException", about)
	}
	small := taskInput()
	small.Cpu, small.Memory = new("256"), new("512")
	if _, err := a.ecs.RegisterTaskDefinition(t.Context(), small); err != nil {
		t.Error(err)
	}
}

func TestGroupsThatAreRefused(t *testing.T) {
	a := newAccount(t, hasty)
	a.service()
	a.application()
	balancer := func(in *codedeploy.CreateDeploymentGroupInput) *cdtypes.TargetGroupPairInfo {
		return &in.LoadBalancerInfo.TargetGroupPairInfoList[0]
	}
	for name, c := range map[string]struct {
		edit func(*codedeploy.CreateDeploymentGroupInput)
		want fault
	}{
		"no such application":   {func(in *codedeploy.CreateDeploymentGroupInput) { in.ApplicationName = new("none") }, fault{"ApplicationDoesNotExistException", "none"}},
		"no name":               {func(in *codedeploy.CreateDeploymentGroupInput) { in.DeploymentGroupName = new("") }, fault{"DeploymentGroupNameRequiredException", ""}},
		"no role":               {func(in *codedeploy.CreateDeploymentGroupInput) { in.ServiceRoleArn = new("") }, fault{"RoleRequiredException", ""}},
		"unknown configuration": {func(in *codedeploy.CreateDeploymentGroupInput) { in.DeploymentConfigName = new("none") }, fault{"DeploymentConfigDoesNotExistException", "none"}},
		"eleven alarms": {func(in *codedeploy.CreateDeploymentGroupInput) {
			in.AlarmConfiguration.Alarms = make([]cdtypes.Alarm, 11)
		}, fault{"AlarmsLimitExceededException", "10"}},
		"no service":      {func(in *codedeploy.CreateDeploymentGroupInput) { in.EcsServices = nil }, fault{"InvalidECSServiceException", "exactly one"}},
		"no such service": {func(in *codedeploy.CreateDeploymentGroupInput) { in.EcsServices[0].ServiceName = new("none") }, fault{"InvalidECSServiceException", "none"}},
		"in place": {func(in *codedeploy.CreateDeploymentGroupInput) {
			in.DeploymentStyle.DeploymentType = cdtypes.DeploymentTypeInPlace
		}, fault{"InvalidDeploymentStyleException", "BLUE_GREEN"}},
		"no load balancer":       {func(in *codedeploy.CreateDeploymentGroupInput) { in.LoadBalancerInfo = nil }, fault{"InvalidTargetGroupPairException", "pair"}},
		"no such target group":   {func(in *codedeploy.CreateDeploymentGroupInput) { balancer(in).TargetGroups[1].Name = new("none") }, fault{"InvalidTargetGroupPairException", "none"}},
		"no production listener": {func(in *codedeploy.CreateDeploymentGroupInput) { balancer(in).ProdTrafficRoute = nil }, fault{"InvalidLoadBalancerInfoException", "production"}},
		"no such listener": {func(in *codedeploy.CreateDeploymentGroupInput) {
			balancer(in).ProdTrafficRoute.ListenerArns[0] = "none"
		}, fault{"InvalidLoadBalancerInfoException", "none"}},
		"no such test listener": {func(in *codedeploy.CreateDeploymentGroupInput) {
			balancer(in).TestTrafficRoute.ListenerArns[0] = "none"
		}, fault{"InvalidLoadBalancerInfoException", "none"}},
	} {
		t.Run(name, func(t *testing.T) {
			in := groupInput()
			c.edit(in)
			_, err := a.deploy.CreateDeploymentGroup(t.Context(), in)
			refused(t, err, c.want.code, c.want.about)
		})
	}
	in := groupInput()
	in.DeploymentConfigName, in.LoadBalancerInfo.TargetGroupPairInfoList[0].TestTrafficRoute, in.BlueGreenDeploymentConfiguration = nil, nil, nil
	must[*codedeploy.CreateDeploymentGroupOutput](t)(a.deploy.CreateDeploymentGroup(t.Context(), in))
	_, err := a.deploy.CreateDeploymentGroup(t.Context(), groupInput())
	refused(t, err, "DeploymentGroupAlreadyExistsException", "app")
	second := groupInput()
	second.DeploymentGroupName = new("second")
	_, err = a.deploy.CreateDeploymentGroup(t.Context(), second)
	refused(t, err, "ECSServiceMappingLimitExceededException", "app")
}

func TestClustersThatAreRefused(t *testing.T) {
	a := newAccount(t, hasty)
	_, err := a.ecs.CreateCluster(t.Context(), &ecs.CreateClusterInput{CapacityProviders: []string{"MOON"}})
	refused(t, err, "InvalidParameterException", "MOON")
	two := []types.CapacityProviderStrategyItem{{CapacityProvider: new("FARGATE"), Base: 1, Weight: 1}, {CapacityProvider: new("FARGATE_SPOT"), Base: 1, Weight: 1}}
	_, err = a.ecs.CreateCluster(t.Context(), &ecs.CreateClusterInput{CapacityProviders: []string{"FARGATE", "FARGATE_SPOT"}, DefaultCapacityProviderStrategy: two})
	refused(t, err, "InvalidParameterException", "Only one")
	a.service()
	for about, in := range map[string]*ecs.PutClusterCapacityProvidersInput{
		"MOON":     {Cluster: new("app"), CapacityProviders: []string{"MOON"}},
		"Only one": {Cluster: new("app"), CapacityProviders: []string{"FARGATE", "FARGATE_SPOT"}, DefaultCapacityProviderStrategy: two},
	} {
		in.DefaultCapacityProviderStrategy = append([]types.CapacityProviderStrategyItem{}, in.DefaultCapacityProviderStrategy...)
		_, err = a.ecs.PutClusterCapacityProviders(t.Context(), in)
		refused(t, err, "InvalidParameterException", about)
	}
	less := &ecs.PutClusterCapacityProvidersInput{Cluster: new("app"), CapacityProviders: []string{"FARGATE"}, DefaultCapacityProviderStrategy: []types.CapacityProviderStrategyItem{}}
	_, err = a.ecs.PutClusterCapacityProviders(t.Context(), less)
	refused(t, err, "ResourceInUseException", "in use")
	less.Cluster = new("none")
	_, err = a.ecs.PutClusterCapacityProviders(t.Context(), less)
	refused(t, err, "ClusterNotFoundException", "")
	_, err = a.ecs.DeleteCluster(t.Context(), &ecs.DeleteClusterInput{Cluster: new("app")})
	refused(t, err, "ClusterContainsServicesException", "")
}

// Each operation refuses what is not there.
func TestWhatIsNotThere(t *testing.T) {
	a := newAccount(t, hasty)
	ctx, none := t.Context(), new("none")
	for name, try := range map[string]func() (string, error){
		"DescribeServices": func() (string, error) {
			_, err := a.ecs.DescribeServices(ctx, &ecs.DescribeServicesInput{Cluster: none, Services: []string{"app"}})
			return "ClusterNotFoundException", err
		},
		"ListServices": func() (string, error) {
			_, err := a.ecs.ListServices(ctx, &ecs.ListServicesInput{})
			return "ClusterNotFoundException", err
		},
		"ListTasks": func() (string, error) {
			_, err := a.ecs.ListTasks(ctx, &ecs.ListTasksInput{})
			return "ClusterNotFoundException", err
		},
		"DescribeTasks": func() (string, error) {
			_, err := a.ecs.DescribeTasks(ctx, &ecs.DescribeTasksInput{Tasks: []string{"1"}})
			return "ClusterNotFoundException", err
		},
		"UpdateCluster": func() (string, error) {
			_, err := a.ecs.UpdateCluster(ctx, &ecs.UpdateClusterInput{Cluster: none})
			return "ClusterNotFoundException", err
		},
		"DeleteCluster": func() (string, error) {
			_, err := a.ecs.DeleteCluster(ctx, &ecs.DeleteClusterInput{Cluster: none})
			return "ClusterNotFoundException", err
		},
		"DeleteService": func() (string, error) {
			_, err := a.ecs.DeleteService(ctx, &ecs.DeleteServiceInput{Cluster: none, Service: none})
			return "ClusterNotFoundException", err
		},
		"DescribeTask": func() (string, error) {
			_, err := a.ecs.DescribeTaskDefinition(ctx, &ecs.DescribeTaskDefinitionInput{TaskDefinition: none})
			return "ClientException", err
		},
		"DeregisterTask": func() (string, error) {
			_, err := a.ecs.DeregisterTaskDefinition(ctx, &ecs.DeregisterTaskDefinitionInput{TaskDefinition: none})
			return "ClientException", err
		},
		"DeleteTasks": func() (string, error) {
			_, err := a.ecs.DeleteTaskDefinitions(ctx, &ecs.DeleteTaskDefinitionsInput{TaskDefinitions: make([]string, 11)})
			return "InvalidParameterException", err
		},
		"UnknownOperation": func() (string, error) {
			_, err := a.ecs.ListAccountSettings(ctx, &ecs.ListAccountSettingsInput{})
			return "UnknownOperationException", err
		},
		"GetApplication": func() (string, error) {
			_, err := a.deploy.GetApplication(ctx, &codedeploy.GetApplicationInput{ApplicationName: none})
			return "ApplicationDoesNotExistException", err
		},
		"ListGroups": func() (string, error) {
			_, err := a.deploy.ListDeploymentGroups(ctx, &codedeploy.ListDeploymentGroupsInput{ApplicationName: none})
			return "ApplicationDoesNotExistException", err
		},
		"GetGroup": func() (string, error) {
			_, err := a.deploy.GetDeploymentGroup(ctx, &codedeploy.GetDeploymentGroupInput{ApplicationName: none, DeploymentGroupName: none})
			return "ApplicationDoesNotExistException", err
		},
		"UpdateGroup": func() (string, error) {
			_, err := a.deploy.UpdateDeploymentGroup(ctx, &codedeploy.UpdateDeploymentGroupInput{ApplicationName: none, CurrentDeploymentGroupName: none})
			return "ApplicationDoesNotExistException", err
		},
		"GetConfig": func() (string, error) {
			_, err := a.deploy.GetDeploymentConfig(ctx, &codedeploy.GetDeploymentConfigInput{DeploymentConfigName: none})
			return "DeploymentConfigDoesNotExistException", err
		},
		"CreateDeployment": func() (string, error) {
			_, err := a.deploy.CreateDeployment(ctx, &codedeploy.CreateDeploymentInput{ApplicationName: none})
			return "ApplicationDoesNotExistException", err
		},
		"StopDeployment": func() (string, error) {
			_, err := a.deploy.StopDeployment(ctx, &codedeploy.StopDeploymentInput{DeploymentId: none})
			return "DeploymentDoesNotExistException", err
		},
		"GetDeployment": func() (string, error) {
			_, err := a.deploy.GetDeployment(ctx, &codedeploy.GetDeploymentInput{DeploymentId: none})
			return "DeploymentDoesNotExistException", err
		},
		"BatchGet": func() (string, error) {
			_, err := a.deploy.BatchGetDeployments(ctx, &codedeploy.BatchGetDeploymentsInput{DeploymentIds: make([]string, 26)})
			return "BatchLimitExceededException", err
		},
		"ListTargets": func() (string, error) {
			_, err := a.deploy.ListDeploymentTargets(ctx, &codedeploy.ListDeploymentTargetsInput{DeploymentId: none})
			return "DeploymentDoesNotExistException", err
		},
		"GetTarget": func() (string, error) {
			_, err := a.deploy.GetDeploymentTarget(ctx, &codedeploy.GetDeploymentTargetInput{DeploymentId: none, TargetId: none})
			return "DeploymentDoesNotExistException", err
		},
		"PutStatus": func() (string, error) {
			_, err := a.deploy.PutLifecycleEventHookExecutionStatus(ctx, &codedeploy.PutLifecycleEventHookExecutionStatusInput{DeploymentId: none})
			return "DeploymentDoesNotExistException", err
		},
		"ListDeployments": func() (string, error) {
			_, err := a.deploy.ListDeployments(ctx, &codedeploy.ListDeploymentsInput{ApplicationName: none, DeploymentGroupName: none})
			return "ApplicationDoesNotExistException", err
		},
		"CreateApplication": func() (string, error) {
			_, err := a.deploy.CreateApplication(ctx, &codedeploy.CreateApplicationInput{ApplicationName: new("")})
			return "ApplicationNameRequiredException", err
		},
		"for a server": func() (string, error) {
			_, err := a.deploy.CreateApplication(ctx, &codedeploy.CreateApplicationInput{ApplicationName: none, ComputePlatform: cdtypes.ComputePlatformServer})
			return "InvalidComputePlatformException", err
		},
	} {
		code, err := try()
		if err == nil {
			t.Errorf("%s: no refusal", name)
			continue
		}
		refused(t, err, code, "")
	}
	if _, err := a.deploy.DeleteApplication(ctx, &codedeploy.DeleteApplicationInput{ApplicationName: none}); err != nil {
		t.Error(err)
	}
	if _, err := a.deploy.DeleteDeploymentGroup(ctx, &codedeploy.DeleteDeploymentGroupInput{ApplicationName: none, DeploymentGroupName: none}); err != nil {
		t.Error(err)
	}
}
