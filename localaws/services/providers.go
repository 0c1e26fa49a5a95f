package services

import (
	"context"
	"fmt"
	"maps"
	"reflect"

	"payment-processor/localaws/resource"
	"payment-processor/localaws/wire"

	"github.com/aws/aws-sdk-go-v2/service/ecs"
)

// Providers make the resources of ECS and CodeDeploy.
func (m *Model) Providers() resource.Registry {
	return resource.Registry{
		"AWS::ECS::Cluster":                             resource.Of(m.createCluster, m.updateCluster, m.deleteCluster),
		"AWS::ECS::ClusterCapacityProviderAssociations": resource.Of(m.associate, m.associate, m.dissociate),
		"AWS::ECS::TaskDefinition":                      resource.Of(m.registerTask, m.replaceTask, m.deregisterTask),
		"AWS::ECS::Service":                             resource.Of(m.startService, m.changeService, m.endService),
		"AWS::CodeDeploy::Application":                  resource.Of(m.makeApplication, m.keepApplication, m.endApplication),
		"AWS::CodeDeploy::DeploymentConfig":             resource.Of(m.makeConfig, resource.Replaced, m.endConfig),
		"AWS::CodeDeploy::DeploymentGroup":              resource.Of(m.makeGroup, m.changeGroup, m.endGroup),
	}
}

// input reads a resource's properties as an operation's input, with another name for some.
func input[In any](r resource.Request, renamed map[string]string) (*In, error) {
	in, properties := new(In), maps.Clone(r.Properties)
	for from, to := range renamed {
		if value, there := properties[from]; there {
			properties[to] = value
		}
	}
	properties["Tags"] = tags(r)
	return in, wire.Decode(properties, in)
}

// tags are the resource's own over the stack's.
func tags(r resource.Request) []any {
	own, _ := r.Properties["Tags"].([]any)
	all := []any{}
	mine := map[any]bool{}
	for _, tag := range own {
		if members, ok := tag.(map[string]any); ok {
			mine[members["Key"]] = true
		}
	}
	for key, value := range r.Tags {
		if !mine[key] {
			all = append(all, map[string]any{"Key": key, "Value": value})
		}
	}
	return append(all, own...)
}

func text(r resource.Request, property string) string {
	if value, there := r.Properties[property]; there {
		return fmt.Sprint(value)
	}
	return ""
}

// named gives a resource a name of CloudFormation's making where the template has none.
func named(r resource.Request, property string) string {
	if name := text(r, property); name != "" {
		return name
	}
	return fmt.Sprintf("%s-%s-%.12s", r.StackName, r.LogicalID, r.Token)
}

func same(r resource.Request, properties ...string) bool {
	for _, property := range properties {
		if !reflect.DeepEqual(r.Properties[property], r.Old[property]) {
			return false
		}
	}
	return true
}

func (m *Model) createCluster(ctx context.Context, r resource.Request) (resource.Result, error) {
	in, err := input[ecs.CreateClusterInput](r, map[string]string{"ClusterSettings": "Settings"})
	if err != nil {
		return resource.Result{}, err
	}
	in.ClusterName = new(named(r, "ClusterName"))
	if in.CapacityProviders == nil {
		in.CapacityProviders = []string{}
	}
	out, err := m.ECS().CreateCluster(ctx, in)
	if err != nil {
		return resource.Result{}, err
	}
	return resource.Result{PhysicalID: *out.Cluster.ClusterName, Attributes: map[string]any{"Arn": *out.Cluster.ClusterArn}}, nil
}

func (m *Model) updateCluster(ctx context.Context, r resource.Request) (resource.Result, error) {
	in, err := input[ecs.UpdateClusterInput](r, map[string]string{"ClusterSettings": "Settings"})
	if err != nil {
		return resource.Result{}, err
	}
	in.Cluster = &r.PhysicalID
	out, err := m.ECS().UpdateCluster(ctx, in)
	if err != nil {
		return resource.Result{}, err
	}
	m.retag(*out.Cluster.ClusterArn, r)
	return resource.Result{PhysicalID: r.PhysicalID, Attributes: map[string]any{"Arn": *out.Cluster.ClusterArn}}, nil
}

func (m *Model) deleteCluster(ctx context.Context, r resource.Request) error {
	_, err := m.ECS().DeleteCluster(ctx, &ecs.DeleteClusterInput{Cluster: &r.PhysicalID})
	return unless(err, "ClusterNotFoundException")
}

func (m *Model) associate(ctx context.Context, r resource.Request) (resource.Result, error) {
	in, err := input[ecs.PutClusterCapacityProvidersInput](r, nil)
	if err == nil {
		_, err = m.ECS().PutClusterCapacityProviders(ctx, in)
	}
	return resource.Result{PhysicalID: text(r, "Cluster")}, err
}

func (m *Model) dissociate(ctx context.Context, r resource.Request) error {
	_, err := m.ECS().PutClusterCapacityProviders(ctx, &ecs.PutClusterCapacityProvidersInput{Cluster: &r.PhysicalID, CapacityProviders: []string{}})
	return unless(err, "ClusterNotFoundException")
}

func (m *Model) registerTask(ctx context.Context, r resource.Request) (resource.Result, error) {
	in, err := input[ecs.RegisterTaskDefinitionInput](r, nil)
	if err != nil {
		return resource.Result{}, err
	}
	in.Family = new(named(r, "Family"))
	out, err := m.ECS().RegisterTaskDefinition(ctx, in)
	if err != nil {
		return resource.Result{}, err
	}
	arn := *out.TaskDefinition.TaskDefinitionArn
	return resource.Result{PhysicalID: arn, Attributes: map[string]any{"TaskDefinitionArn": arn}}, nil
}

// replaceTask is asked for changed tags, which need no new revision.
func (m *Model) replaceTask(_ context.Context, r resource.Request) (resource.Result, error) {
	for name := range r.Properties {
		if name != "Tags" && !same(r, name) {
			return resource.Result{}, resource.ErrReplace
		}
	}
	m.retag(r.PhysicalID, r)
	return resource.Result{PhysicalID: r.PhysicalID, Attributes: map[string]any{"TaskDefinitionArn": r.PhysicalID}}, nil
}

func (m *Model) deregisterTask(ctx context.Context, r resource.Request) error {
	_, err := m.ECS().DeregisterTaskDefinition(ctx, &ecs.DeregisterTaskDefinitionInput{TaskDefinition: &r.PhysicalID})
	return unless(err, "ClientException") // it is INACTIVE already
}
