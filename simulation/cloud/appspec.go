package cloud

import (
	"encoding/json"
	"maps"

	"github.com/aws/aws-sdk-go-v2/service/codedeploy/types"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// appSpec is what the model reads in an AppSpec.
type appSpec struct {
	taskDefinition string
	strategy       []ecstypes.CapacityProviderStrategyItem
	hooks          map[string]string // functions by lifecycle event
}

type appSpecFile struct {
	Hooks     []map[string]string
	Resources []map[string]struct {
		Type       string
		Properties struct {
			TaskDefinition           string
			CapacityProviderStrategy []struct {
				CapacityProvider string
				Base, Weight     int32
			}
		}
	}
}

func parseAppSpec(revision *types.RevisionLocation) (appSpec, error) {
	var content *string
	switch {
	case revision == nil:
		return appSpec{}, &types.RevisionRequiredException{}
	case revision.AppSpecContent != nil:
		content = revision.AppSpecContent.Content
	case revision.String_ != nil:
		content = revision.String_.Content
	}
	var file appSpecFile
	if content == nil || json.Unmarshal([]byte(*content), &file) != nil || len(file.Resources) != 1 {
		return appSpec{}, &types.InvalidRevisionException{}
	}
	spec := appSpec{hooks: map[string]string{}}
	for _, hook := range file.Hooks {
		maps.Copy(spec.hooks, hook)
	}
	for _, target := range file.Resources[0] {
		spec.taskDefinition = target.Properties.TaskDefinition
		for _, item := range target.Properties.CapacityProviderStrategy {
			spec.strategy = append(spec.strategy, ecstypes.CapacityProviderStrategyItem{
				CapacityProvider: &item.CapacityProvider, Base: item.Base, Weight: item.Weight,
			})
		}
	}
	if spec.taskDefinition == "" {
		return appSpec{}, &types.InvalidRevisionException{}
	}
	return spec, nil
}
