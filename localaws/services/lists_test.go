package services

import (
	"context"
	"errors"
	"strings"
	"testing"

	"payment-processor/simulation/cloud"

	"github.com/aws/aws-sdk-go-v2/service/codedeploy"
	cdtypes "github.com/aws/aws-sdk-go-v2/service/codedeploy/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// The CLI and other tools look around with these.
func TestLookAround(t *testing.T) {
	a := newAccount(t, hasty)
	a.group()
	ctx := t.Context()
	clusters := must[*ecs.DescribeClustersOutput](t)(a.ecs.DescribeClusters(ctx, &ecs.DescribeClustersInput{Clusters: []string{"app", "none"}, Include: []types.ClusterField{types.ClusterFieldTags}}))
	if len(clusters.Failures) != 1 || clusters.Clusters[0].ActiveServicesCount != 1 || clusters.Clusters[0].RunningTasksCount != 3 {
		t.Errorf("clusters %+v", clusters)
	}
	if none := must[*ecs.DescribeClustersOutput](t)(a.ecs.DescribeClusters(ctx, &ecs.DescribeClustersInput{})); len(none.Failures) != 1 {
		t.Errorf("the default cluster: %+v", none)
	}
	again := must[*ecs.CreateClusterOutput](t)(a.ecs.CreateCluster(ctx, &ecs.CreateClusterInput{ClusterName: new("app")}))
	if len(again.Cluster.CapacityProviders) != 2 {
		t.Error("creating a cluster again must answer with the one there is")
	}
	connected := must[*ecs.CreateClusterOutput](t)(a.ecs.CreateCluster(ctx, &ecs.CreateClusterInput{ServiceConnectDefaults: &types.ClusterServiceConnectDefaultsRequest{Namespace: new("n")}}))
	if *connected.Cluster.ClusterName != "default" || *connected.Cluster.ServiceConnectDefaults.Namespace != "n" {
		t.Errorf("cluster %+v", connected.Cluster)
	}
	if all := must[*ecs.ListClustersOutput](t)(a.ecs.ListClusters(ctx, &ecs.ListClustersInput{})); len(all.ClusterArns) != 2 {
		t.Errorf("clusters %v", all.ClusterArns)
	}
	if all := must[*ecs.ListServicesOutput](t)(a.ecs.ListServices(ctx, &ecs.ListServicesInput{Cluster: new("app")})); len(all.ServiceArns) != 1 {
		t.Errorf("services %v", all.ServiceArns)
	}
	missing := must[*ecs.DescribeServicesOutput](t)(a.ecs.DescribeServices(ctx, &ecs.DescribeServicesInput{Cluster: new("app"), Services: []string{"none"}}))
	if len(missing.Failures) != 1 || *missing.Failures[0].Reason != "MISSING" {
		t.Errorf("service %+v", missing)
	}
	_, err := a.ecs.DescribeServices(ctx, &ecs.DescribeServicesInput{Cluster: new("app"), Services: make([]string, 11)})
	refused(t, err, "InvalidParameterException", "11")

	arn := clusters.Clusters[0].ClusterArn
	must[*ecs.TagResourceOutput](t)(a.ecs.TagResource(ctx, &ecs.TagResourceInput{ResourceArn: arn, Tags: []types.Tag{{Key: new("a"), Value: new("1")}, {Key: new("b"), Value: new("2")}}}))
	must[*ecs.UntagResourceOutput](t)(a.ecs.UntagResource(ctx, &ecs.UntagResourceInput{ResourceArn: arn, TagKeys: []string{"a"}}))
	if tags := must[*ecs.ListTagsForResourceOutput](t)(a.ecs.ListTagsForResource(ctx, &ecs.ListTagsForResourceInput{ResourceArn: arn})); len(tags.Tags) != 1 || *tags.Tags[0].Key != "b" {
		t.Errorf("tags %+v", tags.Tags)
	}
	application := new("arn:aws:codedeploy:us-east-2:123456789012:application:app")
	must[*codedeploy.TagResourceOutput](t)(a.deploy.TagResource(ctx, &codedeploy.TagResourceInput{ResourceArn: application, Tags: []cdtypes.Tag{{Key: new("a"), Value: new("1")}, {Key: new("b"), Value: new("2")}}}))
	must[*codedeploy.UntagResourceOutput](t)(a.deploy.UntagResource(ctx, &codedeploy.UntagResourceInput{ResourceArn: application, TagKeys: []string{"a"}}))
	if tags := must[*codedeploy.ListTagsForResourceOutput](t)(a.deploy.ListTagsForResource(ctx, &codedeploy.ListTagsForResourceInput{ResourceArn: application})); len(tags.Tags) != 1 {
		t.Errorf("tags %+v", tags.Tags)
	}
	if got := must[*codedeploy.GetApplicationOutput](t)(a.deploy.GetApplication(ctx, &codedeploy.GetApplicationInput{ApplicationName: new("app")})); got.Application.ComputePlatform != cdtypes.ComputePlatformEcs {
		t.Errorf("application %+v", got.Application)
	}
	if all := must[*codedeploy.ListApplicationsOutput](t)(a.deploy.ListApplications(ctx, &codedeploy.ListApplicationsInput{})); len(all.Applications) != 1 {
		t.Errorf("applications %v", all.Applications)
	}
	if all := must[*codedeploy.ListDeploymentGroupsOutput](t)(a.deploy.ListDeploymentGroups(ctx, &codedeploy.ListDeploymentGroupsInput{ApplicationName: new("app")})); len(all.DeploymentGroups) != 1 {
		t.Errorf("groups %v", all.DeploymentGroups)
	}
	_, err = a.deploy.GetDeploymentGroup(ctx, &codedeploy.GetDeploymentGroupInput{ApplicationName: new("app"), DeploymentGroupName: new("none")})
	refused(t, err, "DeploymentGroupDoesNotExistException", "none")
	_, err = a.deploy.CreateApplication(ctx, &codedeploy.CreateApplicationInput{ApplicationName: new("app"), ComputePlatform: cdtypes.ComputePlatformEcs})
	refused(t, err, "ApplicationAlreadyExistsException", "app")
	for application, want := range map[string]bool{"app": true, "none": true} {
		out, err := a.deploy.ListDeployments(ctx, &codedeploy.ListDeploymentsInput{ApplicationName: &application})
		if (err == nil) != want || err == nil && len(out.Deployments) != 0 {
			t.Errorf("deployments of %s: %v, %v", application, out, err)
		}
	}
	if _, err := a.deploy.ListDeployments(ctx, &codedeploy.ListDeploymentsInput{}); err != nil {
		t.Error(err)
	}
	must[*codedeploy.DeleteApplicationOutput](t)(a.deploy.DeleteApplication(ctx, &codedeploy.DeleteApplicationInput{ApplicationName: new("app")}))
	if a.services[0].group != nil {
		t.Error("the service still belongs to a group that is gone")
	}
}

func TestDeploymentConfigs(t *testing.T) {
	a := newAccount(t, hasty)
	ctx := t.Context()
	routing := func(kind cdtypes.TrafficRoutingType, percent, minutes int32) *cdtypes.TrafficRoutingConfig {
		return &cdtypes.TrafficRoutingConfig{Type: kind, TimeBasedCanary: &cdtypes.TimeBasedCanary{CanaryInterval: minutes, CanaryPercentage: percent}}
	}
	create := func(name string, routing *cdtypes.TrafficRoutingConfig) error {
		_, err := a.deploy.CreateDeploymentConfig(ctx, &codedeploy.CreateDeploymentConfigInput{DeploymentConfigName: &name, TrafficRoutingConfig: routing})
		return err
	}
	canary := cdtypes.TrafficRoutingTypeTimeBasedCanary
	refused(t, create("", routing(canary, 10, 5)), "DeploymentConfigNameRequiredException", "")
	refused(t, create("CodeDeployDefault.Mine", routing(canary, 10, 5)), "InvalidDeploymentConfigNameException", "reserved")
	for _, wrong := range []*cdtypes.TrafficRoutingConfig{nil, routing(canary, 0, 5), routing(canary, 10, 0), {Type: canary}, {Type: cdtypes.TrafficRoutingTypeTimeBasedLinear}, {Type: "Sideways"}} {
		refused(t, create("mine", wrong), "InvalidTrafficRoutingConfigurationException", "")
	}
	if err := create("mine", routing(canary, 20, 1)); err != nil {
		t.Fatal(err)
	}
	refused(t, create("mine", routing(canary, 20, 1)), "DeploymentConfigAlreadyExistsException", "mine")
	got := must[*codedeploy.GetDeploymentConfigOutput](t)(a.deploy.GetDeploymentConfig(ctx, &codedeploy.GetDeploymentConfigInput{DeploymentConfigName: new("mine")}))
	if got.DeploymentConfigInfo.TrafficRoutingConfig.TimeBasedCanary.CanaryPercentage != 20 {
		t.Errorf("configuration %+v", got.DeploymentConfigInfo)
	}
	if all := must[*codedeploy.ListDeploymentConfigsOutput](t)(a.deploy.ListDeploymentConfigs(ctx, &codedeploy.ListDeploymentConfigsInput{})); len(all.DeploymentConfigsList) != 6 {
		t.Errorf("configurations %v", all.DeploymentConfigsList)
	}
	if shift := a.configs["CodeDeployDefault.ECSAllAtOnce"].shift(); shift != (cloud.Shift{}) {
		t.Errorf("all at once is %+v", shift)
	}
}

// A deployment may name a configuration of its own.
func TestADeploymentWithItsOwnConfiguration(t *testing.T) {
	a := newAccount(t, hasty)
	a.group()
	in := &codedeploy.CreateDeploymentInput{ApplicationName: new("app"), DeploymentGroupName: new("app"), DeploymentConfigName: new("none"),
		Revision: &cdtypes.RevisionLocation{AppSpecContent: &cdtypes.AppSpecContent{Content: new(`{"Resources":[{"TargetService":{"Properties":{"TaskDefinition":"arn:aws:ecs:us-east-2:123456789012:task-definition/app:1"}}}]}`)}}}
	_, err := a.deploy.CreateDeployment(t.Context(), in)
	refused(t, err, "DeploymentConfigDoesNotExistException", "none")
	in.DeploymentConfigName = new("CodeDeployDefault.ECSAllAtOnce")
	must[*codedeploy.CreateDeploymentOutput](t)(a.deploy.CreateDeployment(t.Context(), in))
	a.ended()
	if live := a.described().TaskSets[0]; len(live.CapacityProviderStrategy) != 0 || live.LaunchType != types.LaunchTypeFargate {
		t.Errorf("an AppSpec without a strategy takes Spot away, and here it did not: %+v", live)
	}
}

func TestTaskDefinitions(t *testing.T) {
	a := newAccount(t, hasty)
	a.cluster()
	ctx := t.Context()
	described := must[*ecs.DescribeTaskDefinitionOutput](t)(a.ecs.DescribeTaskDefinition(ctx, &ecs.DescribeTaskDefinitionInput{TaskDefinition: new("app"), Include: []types.TaskDefinitionField{types.TaskDefinitionFieldTags}}))
	if described.TaskDefinition.Revision != 2 || len(described.Tags) != 1 || !*described.TaskDefinition.ContainerDefinitions[0].Essential {
		t.Errorf("task definition %+v", described)
	}
	must[*ecs.DeregisterTaskDefinitionOutput](t)(a.ecs.DeregisterTaskDefinition(ctx, &ecs.DeregisterTaskDefinitionInput{TaskDefinition: new("app:1")}))
	_, err := a.ecs.DeregisterTaskDefinition(ctx, &ecs.DeregisterTaskDefinitionInput{TaskDefinition: new("app:1")})
	refused(t, err, "ClientException", "inactive")
	for status, want := range map[types.TaskDefinitionStatus]string{"": "app:2", types.TaskDefinitionStatusInactive: "app:1"} {
		listed := must[*ecs.ListTaskDefinitionsOutput](t)(a.ecs.ListTaskDefinitions(ctx, &ecs.ListTaskDefinitionsInput{FamilyPrefix: new("app"), Status: status, Sort: types.SortOrderDesc}))
		if len(listed.TaskDefinitionArns) != 1 || !strings.HasSuffix(listed.TaskDefinitionArns[0], want) {
			t.Errorf("%s: %v", status, listed.TaskDefinitionArns)
		}
	}
	families := must[*ecs.ListTaskDefinitionFamiliesOutput](t)(a.ecs.ListTaskDefinitionFamilies(ctx, &ecs.ListTaskDefinitionFamiliesInput{FamilyPrefix: new("a"), Status: types.TaskDefinitionFamilyStatusAll}))
	if len(families.Families) != 1 {
		t.Errorf("families %v", families.Families)
	}
	deleted := must[*ecs.DeleteTaskDefinitionsOutput](t)(a.ecs.DeleteTaskDefinitions(ctx, &ecs.DeleteTaskDefinitionsInput{TaskDefinitions: []string{"app:1", "app:2", "none"}}))
	if len(deleted.TaskDefinitions) != 1 || len(deleted.Failures) != 2 {
		t.Errorf("deleted %+v", deleted)
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

func TestAwaitEnds(t *testing.T) {
	m := New(Options{Neighbours: &neighbourhood{}})
	m.options.Emit("", "", nil, nil)
	m.Stop()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := m.await(ctx, func() bool { return false }); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if nothingIf("") != nil {
		t.Error("nothing is nothing")
	}
}

// A strategy may name a provider that gets nothing beyond its base.
func TestPlacement(t *testing.T) {
	names := placed([]types.CapacityProviderStrategyItem{{CapacityProvider: new("FARGATE"), Base: 1}, {CapacityProvider: new("FARGATE_SPOT"), Weight: 1}}, 4)
	if strings.Join(names, " ") != "FARGATE FARGATE_SPOT FARGATE_SPOT FARGATE_SPOT" {
		t.Errorf("tasks are on %v", names)
	}
}

// While green starts, it has no running task; and a service that somebody deletes meanwhile is no obstacle.
func TestGreenStarts(t *testing.T) {
	a := newAccount(t, 1)
	a.cluster()
	must[*ecs.CreateServiceOutput](t)(a.ecs.CreateService(t.Context(), serviceInput()))
	g := &deploymentGroup{service: a.services[0]}
	set := a.services[0].cloud.ECS.Service().TaskSets[0]
	info := &cdtypes.ECSTaskSet{Identifer: &set.ID, TargetGroup: &cdtypes.TargetGroupInfo{Name: new("arn:blue")}}
	if g.label(info, 1, g.sets(), nil); info.PendingCount != 3 || info.RunningCount != 0 {
		t.Errorf("green %+v", info)
	}
	if err := a.stable(t.Context(), "arn:none"); err != nil {
		t.Error(err)
	}
	other := *a.services[0]
	other.cluster = &cluster{}
	a.services = append(a.services, &other)
	if err := a.Look(t.Context()); err != nil { // at alarms, with services that no group releases
		t.Error(err)
	}
}
