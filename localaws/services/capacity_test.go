package services

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// A strategy may name a provider that gets nothing beyond its base.
func TestPlacement(t *testing.T) {
	names := placed([]types.CapacityProviderStrategyItem{{CapacityProvider: new("FARGATE"), Base: 1}, {CapacityProvider: new("FARGATE_SPOT"), Weight: 1}}, 4)
	if strings.Join(names, " ") != "FARGATE FARGATE_SPOT FARGATE_SPOT FARGATE_SPOT" {
		t.Errorf("tasks are on %v", names)
	}
}
