package services

import (
	"context"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// ECS answers Amazon ECS's API. Its methods are those of the SDK's client.
type ECS struct{ model *Model }

// ECS is the model's ECS.
func (m *Model) ECS() ECS { return ECS{m} }

type cluster struct{ types.Cluster }

// CreateCluster answers with the cluster that there is already, if there is one.
func (e ECS) CreateCluster(_ context.Context, in *ecs.CreateClusterInput) (*ecs.CreateClusterOutput, error) {
	defer e.model.enter()()
	name := deref(in.ClusterName)
	if name == "" {
		name = "default"
	}
	if there := e.model.clusters[name]; there != nil {
		return &ecs.CreateClusterOutput{Cluster: e.model.describeCluster(there, true)}, nil
	}
	if err := providersKnown(in.CapacityProviders); err != nil {
		return nil, err
	}
	if err := strategyValid(in.DefaultCapacityProviderStrategy, in.CapacityProviders); err != nil {
		return nil, err
	}
	made := &cluster{types.Cluster{
		ClusterArn: new(e.model.arn("ecs", "cluster/"+name)), ClusterName: &name, Status: new("ACTIVE"),
		CapacityProviders: in.CapacityProviders, DefaultCapacityProviderStrategy: in.DefaultCapacityProviderStrategy,
		Settings: in.Settings, Configuration: in.Configuration, ServiceConnectDefaults: connectDefaults(in.ServiceConnectDefaults),
	}}
	e.model.clusters[name] = made
	e.model.tag(*made.ClusterArn, in.Tags)
	return &ecs.CreateClusterOutput{Cluster: e.model.describeCluster(made, true)}, nil
}

func connectDefaults(in *types.ClusterServiceConnectDefaultsRequest) *types.ClusterServiceConnectDefaults {
	if in == nil {
		return nil
	}
	return &types.ClusterServiceConnectDefaults{Namespace: in.Namespace}
}

func (m *Model) describeCluster(c *cluster, tagged bool) *types.Cluster {
	out := c.Cluster
	for _, s := range m.services {
		if s.cluster != c || s.gone() {
			continue
		}
		described := m.describeService(s)
		out.ActiveServicesCount++
		out.RunningTasksCount += described.RunningCount
		out.PendingTasksCount += described.PendingCount
	}
	if tagged {
		out.Tags = m.tagged(*c.ClusterArn)
	}
	return &out
}

// cluster is looked up by name or ARN; "" is the one called default.
func (m *Model) cluster(name *string) (*cluster, error) {
	key := last(deref(name))
	if key == "" {
		key = "default"
	}
	if found := m.clusters[key]; found != nil {
		return found, nil
	}
	return nil, &types.ClusterNotFoundException{Message: new("Cluster not found.")}
}

// DescribeClusters reports clusters that are not there as failures.
func (e ECS) DescribeClusters(_ context.Context, in *ecs.DescribeClustersInput) (*ecs.DescribeClustersOutput, error) {
	defer e.model.enter()()
	names := in.Clusters
	if len(names) == 0 {
		names = []string{"default"}
	}
	out := &ecs.DescribeClustersOutput{Clusters: []types.Cluster{}, Failures: []types.Failure{}}
	for _, name := range names {
		found, err := e.model.cluster(&name)
		if err != nil {
			out.Failures = append(out.Failures, types.Failure{Arn: new(e.model.arn("ecs", "cluster/"+last(name))), Reason: new("MISSING")})
			continue
		}
		out.Clusters = append(out.Clusters, *e.model.describeCluster(found, slices.Contains(in.Include, types.ClusterFieldTags)))
	}
	return out, nil
}

// ListClusters lists their ARNs.
func (e ECS) ListClusters(context.Context, *ecs.ListClustersInput) (*ecs.ListClustersOutput, error) {
	defer e.model.enter()()
	out := &ecs.ListClustersOutput{ClusterArns: []string{}}
	for _, name := range slices.Sorted(maps.Keys(e.model.clusters)) {
		out.ClusterArns = append(out.ClusterArns, *e.model.clusters[name].ClusterArn)
	}
	return out, nil
}

// UpdateCluster changes settings and configuration.
func (e ECS) UpdateCluster(_ context.Context, in *ecs.UpdateClusterInput) (*ecs.UpdateClusterOutput, error) {
	defer e.model.enter()()
	c, err := e.model.cluster(in.Cluster)
	if err != nil {
		return nil, err
	}
	if in.Settings != nil {
		c.Settings = in.Settings
	}
	if in.Configuration != nil {
		c.Configuration = in.Configuration
	}
	return &ecs.UpdateClusterOutput{Cluster: e.model.describeCluster(c, true)}, nil
}

// DeleteCluster refuses while there are services in it.
func (e ECS) DeleteCluster(_ context.Context, in *ecs.DeleteClusterInput) (*ecs.DeleteClusterOutput, error) {
	defer e.model.enter()()
	c, err := e.model.cluster(in.Cluster)
	if err != nil {
		return nil, err
	}
	described := e.model.describeCluster(c, true)
	if described.ActiveServicesCount > 0 {
		return nil, &types.ClusterContainsServicesException{Message: new("The Cluster cannot be deleted while Services are active.")}
	}
	delete(e.model.clusters, *c.ClusterName)
	delete(e.model.tags, *c.ClusterArn)
	described.Status = new("INACTIVE")
	return &ecs.DeleteClusterOutput{Cluster: described}, nil
}

// PutClusterCapacityProviders refuses to take away a provider that a service uses.
func (e ECS) PutClusterCapacityProviders(_ context.Context, in *ecs.PutClusterCapacityProvidersInput) (*ecs.PutClusterCapacityProvidersOutput, error) {
	defer e.model.enter()()
	c, err := e.model.cluster(in.Cluster)
	if err != nil {
		return nil, err
	}
	if err := providersKnown(in.CapacityProviders); err != nil {
		return nil, err
	}
	if err := strategyValid(in.DefaultCapacityProviderStrategy, in.CapacityProviders); err != nil {
		return nil, err
	}
	for _, s := range e.model.services {
		if s.cluster != c || s.gone() {
			continue
		}
		for _, provider := range s.providers() {
			if !slices.Contains(in.CapacityProviders, provider) {
				return nil, &types.ResourceInUseException{Message: new("The specified capacity provider is in use and cannot be removed.")}
			}
		}
	}
	c.CapacityProviders, c.DefaultCapacityProviderStrategy = in.CapacityProviders, in.DefaultCapacityProviderStrategy
	return &ecs.PutClusterCapacityProvidersOutput{Cluster: e.model.describeCluster(c, true)}, nil
}

// ListTagsForResource lists those of a cluster, a service or a task definition.
func (e ECS) ListTagsForResource(_ context.Context, in *ecs.ListTagsForResourceInput) (*ecs.ListTagsForResourceOutput, error) {
	defer e.model.enter()()
	return &ecs.ListTagsForResourceOutput{Tags: e.model.tagged(deref(in.ResourceArn))}, nil
}

// TagResource adds or changes tags.
func (e ECS) TagResource(_ context.Context, in *ecs.TagResourceInput) (*ecs.TagResourceOutput, error) {
	defer e.model.enter()()
	e.model.tag(deref(in.ResourceArn), in.Tags)
	return &ecs.TagResourceOutput{}, nil
}

// UntagResource removes tags.
func (e ECS) UntagResource(_ context.Context, in *ecs.UntagResourceInput) (*ecs.UntagResourceOutput, error) {
	defer e.model.enter()()
	for _, key := range in.TagKeys {
		delete(e.model.tags[deref(in.ResourceArn)], key)
	}
	return &ecs.UntagResourceOutput{}, nil
}

func (m *Model) tag(arn string, tags []types.Tag) {
	if m.tags[arn] == nil {
		m.tags[arn] = map[string]string{}
	}
	for _, tag := range tags {
		m.tags[arn][deref(tag.Key)] = deref(tag.Value)
	}
}

func (m *Model) tagged(arn string) []types.Tag {
	tags := []types.Tag{}
	for _, key := range slices.Sorted(maps.Keys(m.tags[arn])) {
		tags = append(tags, types.Tag{Key: &key, Value: new(m.tags[arn][key])})
	}
	return tags
}
