package services

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

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
