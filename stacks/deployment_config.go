package stacks

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscodedeploy"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// newDeploymentConfig takes the configured one of CodeDeploy's own, or, with bakeMinutes, makes one that moves the same
// shares of the traffic at that interval.
func newDeploymentConfig(scope constructs.Construct, config DeploymentConfig) awscodedeploy.IBaseDeploymentConfig {
	if config.BakeMinutes == 0 {
		return awscodedeploy.EcsDeploymentConfig_FromEcsDeploymentConfigName(scope, new("DeploymentConfig"), &config.DeploymentConfigName)
	}
	return awscodedeploy.NewEcsDeploymentConfig(scope, new("DeploymentConfig"), &awscodedeploy.EcsDeploymentConfigProps{
		TrafficRouting: trafficRouting(config.Shift()),
	})
}

func trafficRouting(shift TrafficShift) awscodedeploy.TrafficRouting {
	interval, percentage := awscdk.Duration_Minutes(jsii.Number(shift.Interval.Minutes())), jsii.Number(shift.Percentage)
	if shift.Kind == Linear {
		return awscodedeploy.TrafficRouting_TimeBasedLinear(&awscodedeploy.TimeBasedLinearTrafficRoutingProps{
			Interval: interval, Percentage: percentage,
		})
	}
	return awscodedeploy.TrafficRouting_TimeBasedCanary(&awscodedeploy.TimeBasedCanaryTrafficRoutingProps{
		Interval: interval, Percentage: percentage,
	})
}
