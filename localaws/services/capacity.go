package services

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

var fargate = []string{"FARGATE", "FARGATE_SPOT"}

func providersKnown(names []string) error {
	for _, name := range names {
		if !slices.Contains(fargate, name) {
			return &types.InvalidParameterException{Message: new("The specified capacity provider " + name + " was not found. Specify a valid capacity provider and try again.")}
		}
	}
	return nil
}

// strategyValid refuses what ECS refuses in a strategy.
//
// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CapacityProviderStrategyItem.html
func strategyValid(strategy []types.CapacityProviderStrategyItem, associated []string) error {
	based, weighty := 0, false
	for _, item := range strategy {
		name := deref(item.CapacityProvider)
		switch {
		case !slices.Contains(associated, name):
			return &types.InvalidParameterException{Message: new("The specified capacity provider strategy contains a capacity provider that is not associated with the cluster or does not exist: " +
				name + ". Associate the capacity provider with the cluster and try again.")}
		case item.Base < 0 || item.Base > 100_000 || item.Weight < 0 || item.Weight > 1000:
			return refuse("InvalidParameterException", "base %d or weight %d of capacity provider %s is out of range", item.Base, item.Weight, name)
		case item.Base > 0:
			based++
		}
		weighty = weighty || item.Weight > 0
	}
	if based > 1 {
		return refuse("InvalidParameterException", "Only one capacity provider in a capacity provider strategy can have a base value defined.")
	}
	if len(strategy) > 0 && !weighty {
		return refuse("InvalidParameterException", "At least one capacity provider in the strategy must have a weight greater than 0.")
	}
	return nil
}

// placed tells on which capacity provider each of count tasks runs: the base first, and the others by weight.
func placed(strategy []types.CapacityProviderStrategyItem, count int) []string {
	names := make([]string, 0, count)
	had := map[string]int32{}
	for _, item := range strategy {
		for i := int32(0); i < item.Base && len(names) < count; i++ {
			names = append(names, *item.CapacityProvider)
		}
	}
	for len(strategy) > 0 && len(names) < count {
		least := slices.MinFunc(strategy, func(a, b types.CapacityProviderStrategyItem) int {
			return int(share(had, a)*1000) - int(share(had, b)*1000)
		})
		had[*least.CapacityProvider]++
		names = append(names, *least.CapacityProvider)
	}
	return names
}

// share is how full a provider's part would be with one task more.
func share(had map[string]int32, item types.CapacityProviderStrategyItem) float64 {
	if item.Weight == 0 {
		return 1e6
	}
	return float64(had[*item.CapacityProvider]+1) / float64(item.Weight)
}
