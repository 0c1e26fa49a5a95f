package services

import (
	"errors"
	"maps"
	"strings"
	"testing"

	"payment-processor/localaws/resource"

	"github.com/aws/aws-sdk-go-v2/service/codedeploy"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
)

// stack makes resources as CloudFormation does.
type stack struct {
	*account
	registry resource.Registry
}

func (s stack) request(kind string, properties map[string]any) resource.Request {
	return resource.Request{
		StackName: "stack", LogicalID: "Thing", Type: kind, Token: strings.Repeat("a", 32), Properties: properties,
		Tags: map[string]string{"team": "platform", "own": "stack"},
	}
}

func (s stack) create(kind string, properties map[string]any) resource.Result {
	s.t.Helper()
	made, err := s.registry[kind].Create(s.t.Context(), s.request(kind, properties))
	if err != nil {
		s.t.Fatal(err)
	}
	return made
}

// update changes some properties of what was made.
func (s stack) update(kind string, made resource.Result, old, changes map[string]any) error {
	r := s.request(kind, maps.Clone(old))
	maps.Copy(r.Properties, changes)
	r.PhysicalID, r.Old = made.PhysicalID, old
	_, err := s.registry[kind].Update(s.t.Context(), r)
	return err
}

func (s stack) remove(kind, physical string, properties map[string]any) error {
	r := s.request(kind, properties)
	r.PhysicalID = physical
	return s.registry[kind].Delete(s.t.Context(), r)
}

var (
	clusterProperties = map[string]any{"ClusterSettings": []any{map[string]any{"Name": "containerInsights", "Value": "enhanced"}},
		"Tags": []any{map[string]any{"Key": "own", "Value": "resource"}}}
	taskProperties = map[string]any{
		"Family": "app", "Cpu": "2048", "Memory": "4096", "NetworkMode": "awsvpc", "RequiresCompatibilities": []any{"FARGATE"},
		"ContainerDefinitions": []any{map[string]any{"Name": "web", "Image": "image", "PortMappings": []any{map[string]any{"ContainerPort": "8080"}}}},
	}
	serviceProperties = map[string]any{
		"ServiceName": "app", "Cluster": "stack-Thing-aaaaaaaaaaaa", "TaskDefinition": "app", "DesiredCount": "3",
		"DeploymentController": map[string]any{"Type": "CODE_DEPLOY"},
		"LoadBalancers":        []any{map[string]any{"ContainerName": "web", "ContainerPort": float64(8080), "TargetGroupArn": "arn:blue"}},
		"NetworkConfiguration": map[string]any{"AwsvpcConfiguration": map[string]any{"Subnets": []any{"subnet-1"}}},
	}
	groupProperties = map[string]any{
		"ApplicationName": "stack-Thing-aaaaaaaaaaaa", "ServiceRoleArn": "role", "DeploymentConfigName": "stack-Thing-aaaaaaaaaaaa",
		"DeploymentStyle": map[string]any{"DeploymentType": "BLUE_GREEN", "DeploymentOption": "WITH_TRAFFIC_CONTROL"},
		"ECSServices":     []any{map[string]any{"ClusterName": "stack-Thing-aaaaaaaaaaaa", "ServiceName": "app"}},
		"LoadBalancerInfo": map[string]any{"TargetGroupPairInfoList": []any{map[string]any{
			"ProdTrafficRoute": map[string]any{"ListenerArns": []any{"production"}},
			"TargetGroups":     []any{map[string]any{"Name": "blue"}, map[string]any{"Name": "green"}},
		}}},
	}
	configProperties = map[string]any{"ComputePlatform": "ECS", "TrafficRoutingConfig": map[string]any{
		"Type": "TimeBasedLinear", "TimeBasedLinear": map[string]any{"LinearInterval": "1", "LinearPercentage": 50}}}
	associationProperties = map[string]any{"Cluster": "stack-Thing-aaaaaaaaaaaa", "CapacityProviders": []any{"FARGATE", "FARGATE_SPOT"},
		"DefaultCapacityProviderStrategy": []any{map[string]any{"CapacityProvider": "FARGATE", "Base": "2", "Weight": 1}, map[string]any{"CapacityProvider": "FARGATE_SPOT", "Weight": 4}}}
)

// The stack of this repository, made, changed and taken away by CloudFormation.
func TestAStack(t *testing.T) {
	a := newAccount(t, hasty)
	s := stack{a, a.Providers()}
	cluster := s.create("AWS::ECS::Cluster", clusterProperties)
	association := s.create("AWS::ECS::ClusterCapacityProviderAssociations", associationProperties)
	task := s.create("AWS::ECS::TaskDefinition", taskProperties)
	service := s.create("AWS::ECS::Service", serviceProperties)
	application := s.create("AWS::CodeDeploy::Application", map[string]any{"ComputePlatform": "ECS"})
	config := s.create("AWS::CodeDeploy::DeploymentConfig", configProperties)
	group := s.create("AWS::CodeDeploy::DeploymentGroup", groupProperties)

	if service.Attributes["Name"] != "app" || !strings.HasSuffix(task.PhysicalID, "task-definition/app:1") || association.PhysicalID != cluster.PhysicalID {
		t.Errorf("service %+v, task %+v, association %+v", service, task, association)
	}
	live := must[*ecs.DescribeServicesOutput](t)(a.ecs.DescribeServices(t.Context(), &ecs.DescribeServicesInput{Cluster: &cluster.PhysicalID, Services: []string{"app"}}))
	if set := live.Services[0].TaskSets[0]; len(set.CapacityProviderStrategy) != 2 || set.RunningCount != 3 {
		t.Errorf("the cluster's strategy is not the service's: %+v", set)
	}
	tags := must[*ecs.ListTagsForResourceOutput](t)(a.ecs.ListTagsForResource(t.Context(), &ecs.ListTagsForResourceInput{ResourceArn: new(cluster.Attributes["Arn"].(string))}))
	if len(tags.Tags) != 2 || *tags.Tags[0].Value != "resource" || *tags.Tags[1].Value != "platform" {
		t.Errorf("tags %+v", tags.Tags)
	}
	other := map[string]any{"Tags": []any{map[string]any{"Key": "own", "Value": "other"}}}
	for name, problem := range map[string]error{
		"cluster":       s.update("AWS::ECS::Cluster", cluster, clusterProperties, map[string]any{"Configuration": map[string]any{}, "Tags": other["Tags"]}),
		"association":   s.update("AWS::ECS::ClusterCapacityProviderAssociations", association, associationProperties, nil),
		"task's tags":   s.update("AWS::ECS::TaskDefinition", task, taskProperties, other),
		"service's tag": s.update("AWS::ECS::Service", service, serviceProperties, other),
		"desired count": s.update("AWS::ECS::Service", service, serviceProperties, map[string]any{"DesiredCount": 4}),
		"application":   s.update("AWS::CodeDeploy::Application", application, map[string]any{}, other),
		"group":         s.update("AWS::CodeDeploy::DeploymentGroup", group, groupProperties, map[string]any{"AutoRollbackConfiguration": map[string]any{"Enabled": true}}),
	} {
		if problem != nil {
			t.Errorf("%s: %v", name, problem)
		}
	}
	tags = must[*ecs.ListTagsForResourceOutput](t)(a.ecs.ListTagsForResource(t.Context(), &ecs.ListTagsForResourceInput{ResourceArn: &service.PhysicalID}))
	if len(tags.Tags) != 2 {
		t.Errorf("the service has %d tags", len(tags.Tags))
	}
	for name, problem := range map[string]error{
		"task":   s.update("AWS::ECS::TaskDefinition", task, taskProperties, map[string]any{"Cpu": "4096"}),
		"config": s.update("AWS::CodeDeploy::DeploymentConfig", config, configProperties, map[string]any{"TrafficRoutingConfig": nil}),
	} {
		if !errors.Is(problem, resource.ErrReplace) {
			t.Errorf("%s: %v, want a replacement", name, problem)
		}
	}
	refused(t, s.update("AWS::ECS::Service", service, serviceProperties, map[string]any{"TaskDefinition": "app:1"}), "InvalidParameterException", "Use AWS CodeDeploy")
	refused(t, s.update("AWS::CodeDeploy::DeploymentGroup", group, groupProperties, map[string]any{"DeploymentConfigName": "none"}), "DeploymentConfigDoesNotExistException", "none")
	refused(t, s.update("AWS::CodeDeploy::DeploymentGroup", group, groupProperties, map[string]any{"LoadBalancerInfo": map[string]any{}}), "InvalidTargetGroupPairException", "pair")
	refused(t, s.remove("AWS::CodeDeploy::DeploymentConfig", config.PhysicalID, configProperties), "DeploymentConfigInUseException", "")
	got := must[*codedeploy.GetDeploymentGroupOutput](t)(a.deploy.GetDeploymentGroup(t.Context(), &codedeploy.GetDeploymentGroupInput{ApplicationName: &application.PhysicalID, DeploymentGroupName: &group.PhysicalID}))
	if !got.DeploymentGroupInfo.AutoRollbackConfiguration.Enabled || *got.DeploymentGroupInfo.DeploymentConfigName != config.PhysicalID {
		t.Errorf("group %+v", got.DeploymentGroupInfo)
	}

	for range 2 { // a second time there is nothing to do
		for _, r := range []struct {
			kind, physical string
			properties     map[string]any
		}{
			{"AWS::CodeDeploy::DeploymentGroup", group.PhysicalID, groupProperties}, {"AWS::CodeDeploy::DeploymentConfig", config.PhysicalID, nil},
			{"AWS::CodeDeploy::Application", application.PhysicalID, nil}, {"AWS::ECS::Service", service.PhysicalID, nil},
			{"AWS::ECS::TaskDefinition", task.PhysicalID, nil}, {"AWS::ECS::ClusterCapacityProviderAssociations", cluster.PhysicalID, nil},
			{"AWS::ECS::Cluster", cluster.PhysicalID, nil}, {"AWS::ECS::Service", "never-made", nil},
		} {
			if err := s.remove(r.kind, r.physical, r.properties); err != nil {
				t.Errorf("delete %s: %v", r.kind, err)
			}
		}
	}
	if clusters := must[*ecs.ListClustersOutput](t)(a.ecs.ListClusters(t.Context(), &ecs.ListClustersInput{})); len(clusters.ClusterArns) != 0 {
		t.Errorf("left %v", clusters.ClusterArns)
	}
}

// What cannot be read, or AWS refuses, has to fail the resource.
func TestResourcesThatCannotBe(t *testing.T) {
	a := newAccount(t, hasty)
	s := stack{a, a.Providers()}
	for kind, properties := range map[string]map[string]any{
		"AWS::ECS::Cluster": {"CapacityProviders": "FARGATE", "Configuration": "none"}, "AWS::ECS::ClusterCapacityProviderAssociations": {"CapacityProviders": "FARGATE"},
		"AWS::ECS::TaskDefinition": {"ContainerDefinitions": "none"}, "AWS::ECS::Service": {"DesiredCount": "many"},
		"AWS::CodeDeploy::Application": {"Tags": []any{"none"}}, "AWS::CodeDeploy::DeploymentConfig": {"TrafficRoutingConfig": "none"},
		"AWS::CodeDeploy::DeploymentGroup": {"ECSServices": "none"},
	} {
		if _, err := s.registry[kind].Create(t.Context(), s.request(kind, properties)); err == nil {
			t.Errorf("made %s of %v", kind, properties)
		}
		r := s.request(kind, properties)
		r.PhysicalID = "arn:x/none/none"
		if _, err := s.registry[kind].Update(t.Context(), r); err == nil && kind != "AWS::CodeDeploy::Application" { // only its tags change
			t.Errorf("changed %s to %v", kind, properties)
		}
	}
	for kind, properties := range map[string]map[string]any{
		"AWS::ECS::Cluster": {"CapacityProviders": []any{"MOON"}}, "AWS::ECS::TaskDefinition": {}, "AWS::ECS::Service": {"Cluster": "none"},
	} {
		if _, err := s.registry[kind].Create(t.Context(), s.request(kind, properties)); err == nil {
			t.Errorf("made %s of %v", kind, properties)
		}
	}
	r := s.request("AWS::ECS::Cluster", nil)
	r.Properties, r.PhysicalID = map[string]any{}, "none"
	if _, err := s.registry["AWS::ECS::Cluster"].Update(t.Context(), r); err == nil {
		t.Error("changed a cluster that is not there")
	}
}

// Tasks that never become healthy must fail the service, and a cancelled creation must end.
func TestAServiceThatDoesNotStabilize(t *testing.T) {
	a := newAccount(t, hasty)
	s := stack{a, a.Providers()}
	s.create("AWS::ECS::Cluster", clusterProperties)
	s.create("AWS::ECS::TaskDefinition", taskProperties)
	a.faulty("PUT", `{"unhealthy":true}`)
	if _, err := s.registry["AWS::ECS::Service"].Create(t.Context(), s.request("AWS::ECS::Service", serviceProperties)); err == nil || !strings.Contains(err.Error(), "did not stabilize") {
		t.Errorf("got %v", err)
	}
	a.beside.fail["Announce"] = errors.New("out of reach")
	if err := s.remove("AWS::ECS::Service", a.services[0].arn, nil); err == nil {
		t.Error("deleted, though that failed")
	}
}
