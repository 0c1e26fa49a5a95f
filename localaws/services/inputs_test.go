package services

import (
	"github.com/aws/aws-sdk-go-v2/service/codedeploy"
	cdtypes "github.com/aws/aws-sdk-go-v2/service/codedeploy/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

func taskInput() *ecs.RegisterTaskDefinitionInput {
	return &ecs.RegisterTaskDefinitionInput{
		Family: new("app"), Cpu: new("2048"), Memory: new("4096"), NetworkMode: types.NetworkModeAwsvpc,
		RequiresCompatibilities: []types.Compatibility{types.CompatibilityFargate}, ExecutionRoleArn: new("role"),
		Volumes: []types.Volume{{Name: new("tmp")}},
		ContainerDefinitions: []types.ContainerDefinition{{
			Name: new("web"), Image: new("image@sha256:1"), PortMappings: []types.PortMapping{{ContainerPort: new(int32(8080))}},
			MountPoints: []types.MountPoint{{SourceVolume: new("tmp")}},
			Secrets:     []types.Secret{{Name: new("KEY"), ValueFrom: new("arn")}},
			LogConfiguration: &types.LogConfiguration{LogDriver: types.LogDriverAwslogs, Options: map[string]string{
				"awslogs-group": "g", "awslogs-region": "us-east-2"}},
		}},
		Tags: []types.Tag{{Key: new("team"), Value: new("platform")}},
	}
}

func spot() []types.CapacityProviderStrategyItem {
	return []types.CapacityProviderStrategyItem{
		{CapacityProvider: new("FARGATE"), Base: 2, Weight: 1}, {CapacityProvider: new("FARGATE_SPOT"), Weight: 4},
	}
}

func serviceInput() *ecs.CreateServiceInput {
	return &ecs.CreateServiceInput{
		ServiceName: new("app"), Cluster: new("app"), TaskDefinition: new("app"), DesiredCount: new(int32(3)),
		CapacityProviderStrategy: spot(), PlatformVersion: new("1.4.0"),
		DeploymentController: &types.DeploymentController{Type: types.DeploymentControllerTypeCodeDeploy},
		LoadBalancers:        []types.LoadBalancer{{ContainerName: new("web"), ContainerPort: new(int32(8080)), TargetGroupArn: new("arn:blue")}},
		NetworkConfiguration: &types.NetworkConfiguration{AwsvpcConfiguration: &types.AwsVpcConfiguration{Subnets: []string{"subnet-1", "subnet-2"}}},
	}
}

func groupInput() *codedeploy.CreateDeploymentGroupInput {
	return &codedeploy.CreateDeploymentGroupInput{
		ApplicationName: new("app"), DeploymentGroupName: new("app"), ServiceRoleArn: new("role"),
		DeploymentConfigName:      new("CodeDeployDefault.ECSCanary10Percent5Minutes"),
		AlarmConfiguration:        &cdtypes.AlarmConfiguration{Enabled: true, Alarms: []cdtypes.Alarm{{Name: new("gate")}}},
		AutoRollbackConfiguration: &cdtypes.AutoRollbackConfiguration{Enabled: true},
		DeploymentStyle:           &cdtypes.DeploymentStyle{DeploymentType: cdtypes.DeploymentTypeBlueGreen, DeploymentOption: cdtypes.DeploymentOptionWithTrafficControl},
		EcsServices:               []cdtypes.ECSService{{ClusterName: new("app"), ServiceName: new("app")}},
		BlueGreenDeploymentConfiguration: &cdtypes.BlueGreenDeploymentConfiguration{
			TerminateBlueInstancesOnDeploymentSuccess: &cdtypes.BlueInstanceTerminationOption{TerminationWaitTimeInMinutes: 5},
		},
		LoadBalancerInfo: &cdtypes.LoadBalancerInfo{TargetGroupPairInfoList: []cdtypes.TargetGroupPairInfo{{
			TargetGroups:     []cdtypes.TargetGroupInfo{{Name: new("blue")}, {Name: new("green")}},
			ProdTrafficRoute: &cdtypes.TrafficRoute{ListenerArns: []string{"production"}},
			TestTrafficRoute: &cdtypes.TrafficRoute{ListenerArns: []string{"test"}},
		}}},
	}
}
