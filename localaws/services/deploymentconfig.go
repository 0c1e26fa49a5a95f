package services

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"payment-processor/simulation/cloud"

	"github.com/aws/aws-sdk-go-v2/service/codedeploy"
	"github.com/aws/aws-sdk-go-v2/service/codedeploy/types"
)

type deploymentConfig struct{ types.DeploymentConfigInfo }

// predefined are CodeDeploy's own for ECS.
//
// https://docs.aws.amazon.com/codedeploy/latest/userguide/deployment-configurations.html#deployment-configurations-predefined-ecs
func predefined() map[string]*deploymentConfig {
	all := map[string]*deploymentConfig{}
	add := func(name string, routing types.TrafficRoutingConfig) {
		name = "CodeDeployDefault.ECS" + name
		all[name] = &deploymentConfig{types.DeploymentConfigInfo{
			DeploymentConfigName: &name, DeploymentConfigId: &name, ComputePlatform: types.ComputePlatformEcs, TrafficRoutingConfig: &routing,
		}}
	}
	canary := func(minutes int32) types.TrafficRoutingConfig {
		return types.TrafficRoutingConfig{Type: types.TrafficRoutingTypeTimeBasedCanary, TimeBasedCanary: &types.TimeBasedCanary{CanaryInterval: minutes, CanaryPercentage: 10}}
	}
	linear := func(minutes int32) types.TrafficRoutingConfig {
		return types.TrafficRoutingConfig{Type: types.TrafficRoutingTypeTimeBasedLinear, TimeBasedLinear: &types.TimeBasedLinear{LinearInterval: minutes, LinearPercentage: 10}}
	}
	add("AllAtOnce", types.TrafficRoutingConfig{Type: types.TrafficRoutingTypeAllAtOnce})
	add("Canary10Percent5Minutes", canary(5))
	add("Canary10Percent15Minutes", canary(15))
	add("Linear10PercentEvery1Minutes", linear(1))
	add("Linear10PercentEvery3Minutes", linear(3))
	return all
}

func (d *deploymentConfig) shift() cloud.Shift {
	switch routing := d.TrafficRoutingConfig; routing.Type {
	case types.TrafficRoutingTypeTimeBasedCanary:
		return cloud.Shift{CanaryPercent: routing.TimeBasedCanary.CanaryPercentage, CanaryWait: time.Duration(routing.TimeBasedCanary.CanaryInterval) * time.Minute}
	case types.TrafficRoutingTypeTimeBasedLinear:
		return cloud.Shift{CanaryPercent: routing.TimeBasedLinear.LinearPercentage, CanaryWait: time.Duration(routing.TimeBasedLinear.LinearInterval) * time.Minute, Linear: true}
	case types.TrafficRoutingTypeAllAtOnce:
	}
	return cloud.Shift{}
}

func (m *Model) config(name string) (*deploymentConfig, error) {
	if found := m.configs[name]; found != nil {
		return found, nil
	}
	return nil, &types.DeploymentConfigDoesNotExistException{Message: new("No Deployment Configuration found for name: " + name)}
}

// CreateDeploymentConfig makes one that shifts ECS traffic.
func (c CodeDeploy) CreateDeploymentConfig(_ context.Context, in *codedeploy.CreateDeploymentConfigInput) (*codedeploy.CreateDeploymentConfigOutput, error) {
	defer c.model.enter()()
	name := deref(in.DeploymentConfigName)
	switch {
	case name == "":
		return nil, &types.DeploymentConfigNameRequiredException{Message: new("Must specify deploymentConfigName")}
	case strings.HasPrefix(name, "CodeDeployDefault."):
		return nil, &types.InvalidDeploymentConfigNameException{Message: new("The prefix CodeDeployDefault. is reserved")}
	case c.model.configs[name] != nil:
		return nil, &types.DeploymentConfigAlreadyExistsException{Message: new("Deployment Configuration already exists: " + name)}
	case !routable(in.TrafficRoutingConfig):
		return nil, refuse("InvalidTrafficRoutingConfigurationException", "The traffic routing configuration is not valid: percentages are 1 to 99, intervals at least a minute and at most 2880")
	}
	made := &deploymentConfig{types.DeploymentConfigInfo{
		DeploymentConfigName: &name, DeploymentConfigId: new(identify("")), ComputePlatform: types.ComputePlatformEcs,
		TrafficRoutingConfig: in.TrafficRoutingConfig, CreateTime: new(time.Now()),
	}}
	c.model.configs[name] = made
	return &codedeploy.CreateDeploymentConfigOutput{DeploymentConfigId: made.DeploymentConfigId}, nil
}

func routable(routing *types.TrafficRoutingConfig) bool {
	fits := func(percent, minutes int32) bool {
		return percent >= 1 && percent <= 99 && minutes >= 1 && minutes <= 2880
	}
	switch {
	case routing == nil:
		return false
	case routing.Type == types.TrafficRoutingTypeTimeBasedCanary:
		return routing.TimeBasedCanary != nil && fits(routing.TimeBasedCanary.CanaryPercentage, routing.TimeBasedCanary.CanaryInterval)
	case routing.Type == types.TrafficRoutingTypeTimeBasedLinear:
		return routing.TimeBasedLinear != nil && fits(routing.TimeBasedLinear.LinearPercentage, routing.TimeBasedLinear.LinearInterval)
	}
	return routing.Type == types.TrafficRoutingTypeAllAtOnce
}

// GetDeploymentConfig describes one.
func (c CodeDeploy) GetDeploymentConfig(_ context.Context, in *codedeploy.GetDeploymentConfigInput) (*codedeploy.GetDeploymentConfigOutput, error) {
	defer c.model.enter()()
	found, err := c.model.config(deref(in.DeploymentConfigName))
	if err != nil {
		return nil, err
	}
	return &codedeploy.GetDeploymentConfigOutput{DeploymentConfigInfo: &found.DeploymentConfigInfo}, nil
}

// ListDeploymentConfigs lists their names.
func (c CodeDeploy) ListDeploymentConfigs(context.Context, *codedeploy.ListDeploymentConfigsInput) (*codedeploy.ListDeploymentConfigsOutput, error) {
	defer c.model.enter()()
	return &codedeploy.ListDeploymentConfigsOutput{DeploymentConfigsList: slices.Sorted(maps.Keys(c.model.configs))}, nil
}

// DeleteDeploymentConfig refuses one that is in use.
func (c CodeDeploy) DeleteDeploymentConfig(_ context.Context, in *codedeploy.DeleteDeploymentConfigInput) (*codedeploy.DeleteDeploymentConfigOutput, error) {
	defer c.model.enter()()
	name := deref(in.DeploymentConfigName)
	for _, a := range c.model.applications {
		for _, group := range a.groups {
			if deref(group.info.DeploymentConfigName) == name {
				return nil, &types.DeploymentConfigInUseException{Message: new("The deployment configuration " + name + " is in use by " + deref(group.info.DeploymentGroupName))}
			}
		}
	}
	delete(c.model.configs, name)
	return &codedeploy.DeleteDeploymentConfigOutput{}, nil
}
