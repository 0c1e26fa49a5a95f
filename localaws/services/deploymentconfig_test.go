package services

import (
	"testing"

	"payment-processor/simulation/cloud"

	"github.com/aws/aws-sdk-go-v2/service/codedeploy"
	cdtypes "github.com/aws/aws-sdk-go-v2/service/codedeploy/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

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
