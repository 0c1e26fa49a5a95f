package stacks

import (
	"payment-processor/lambda/release"
	"payment-processor/lambda/tasks"

	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscodedeploy"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsecs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/constructs-go/constructs/v10"
)

type releaseProps struct {
	Vpc                 awsec2.IVpc
	Service             awsecs.FargateService
	Task                awsecs.FargateTaskDefinition
	Placement           placement
	Entrance            entrance
	DeploymentGroup     awscodedeploy.EcsDeploymentGroup
	Gates               []awscloudwatch.Alarm
	Hook                awslambda.Function
	Probe               awslambda.Function
	ListenerFingerprint string
}

// newRelease makes a changed task definition a deployment, and a rollback of the stack one back. It comes after all
// that a deployment needs, and nothing comes after it.
func newRelease(m *machinery, props releaseProps) {
	names, as := m.Config.names(), m.identity("Release", "Release drives CodeDeploy")
	allowRelease(m, as, props)
	provider := m.newProvider("Release", m.Functions.Release, as)
	asked, provisional := firstAnswers(m.Config)
	resource := m.newResource("Release", *provider.ServiceToken(), customResourceHour, release.Properties{
		Cluster:             names.application(),
		Service:             names.application(),
		Application:         names.application(),
		DeploymentGroup:     names.application(),
		TaskDefinition:      *props.Task.TaskDefinitionArn(),
		AppSpec:             *m.Stack.ToJsonString(appSpec(m.Config, props, props.Task.TaskDefinitionArn()), nil),
		Listener:            *props.Entrance.Production.ListenerArn(),
		ListenerFingerprint: props.ListenerFingerprint,
		Parameter:           names.parameter("release"),
		Probe:               *props.Probe.FunctionName(),
		Paths:               asked,
		Provisional:         provisional,
	})
	needs := []constructs.IDependable{
		props.Service, props.Task, props.DeploymentGroup, props.Hook, props.Probe, props.Placement.SecurityGroup,
		props.Entrance.LoadBalancer, props.Entrance.Production, props.Entrance.Test, props.Entrance.Blue, props.Entrance.Green,
	}
	for _, gate := range props.Gates {
		needs = append(needs, gate)
	}
	resource.Node().AddDependency(needs...)
}

// firstAnswers are the paths at which the tasks of a first deployment have to answer with success, and those at which they
// need not yet. A database of others cannot know the password that was generated for a secret of ours.
func firstAnswers(config Config) (asked, provisional []string) {
	health, ready := config.Task.HealthCheckPath, tasks.ReadyPath
	if config.Database.Created() || config.Database.SecretArn != "" {
		return []string{health, ready}, nil
	}
	return []string{health}, []string{ready}
}

func allowRelease(m *machinery, as functionIdentity, props releaseProps) {
	// UpdateDeploymentGroup is what a deployment needs that looks at no alarm, as the one of a rollback does.
	allow(as.Role, []*string{m.Arns.deploymentGroup()}, "codedeploy:BatchGetDeployments", "codedeploy:CreateDeployment",
		"codedeploy:ListDeployments", "codedeploy:UpdateDeploymentGroup")
	allow(as.Role, []*string{m.Arns.codeDeployApplication()}, "codedeploy:GetApplicationRevision", "codedeploy:RegisterApplicationRevision")
	allow(as.Role, []*string{props.DeploymentGroup.DeploymentConfig().DeploymentConfigArn(), m.Arns.deploymentConfig(release.AllAtOnce)},
		"codedeploy:GetDeploymentConfig")
	allow(as.Role, nil, "codedeploy:GetDeploymentTarget", "codedeploy:StopDeployment",
		"ecs:DeregisterTaskDefinition", "ecs:DescribeTaskDefinition", "ecs:ListTaskDefinitions", "elasticloadbalancing:DescribeListeners",
		"elasticloadbalancing:DescribeTargetGroups", "elasticloadbalancing:DescribeTargetHealth")
	allow(as.Role, []*string{props.Probe.FunctionArn()}, "lambda:InvokeFunction")
	allow(as.Role, []*string{m.Arns.service()}, "ecs:DescribeServices")
	allow(as.Role, []*string{m.Arns.taskDefinitions()}, "ecs:DeleteTaskDefinitions")
	allow(as.Role, []*string{props.Entrance.Production.ListenerArn()}, "elasticloadbalancing:ModifyListener")
	allow(as.Role, []*string{m.Arns.parameter("release")}, "ssm:DeleteParameter", "ssm:GetParameter", "ssm:PutParameter")
	m.describedStack(as.Role)
}

// appSpec tells CodeDeploy to deploy the task definition. It repeats how the service was created, from the same placement.
//
// https://docs.aws.amazon.com/codedeploy/latest/userguide/reference-appspec-file-structure-resources.html
func appSpec(config Config, props releaseProps, task *string) map[string]any {
	where := props.Placement
	var strategy []map[string]any
	for _, share := range *where.Capacity {
		item := map[string]any{"CapacityProvider": share.CapacityProvider, "Weight": share.Weight}
		if share.Base != nil {
			item["Base"] = share.Base
		}
		strategy = append(strategy, item)
	}
	return map[string]any{
		"version": "0.0",
		"Resources": []map[string]any{{"TargetService": map[string]any{
			"Type": "AWS::ECS::Service",
			"Properties": map[string]any{
				"TaskDefinition":   task,
				"LoadBalancerInfo": map[string]any{"ContainerName": where.Container, "ContainerPort": where.Port},
				"PlatformVersion":  where.PlatformNumber,
				"NetworkConfiguration": map[string]any{"AwsvpcConfiguration": map[string]any{
					"Subnets":        props.Vpc.SelectSubnets(&where.Subnets).SubnetIds,
					"SecurityGroups": []*string{where.SecurityGroup.SecurityGroupId()},
					"AssignPublicIp": "DISABLED",
				}},
				"CapacityProviderStrategy": strategy,
			},
		}}},
		"Hooks": hooks(config.Deployment, props.Hook),
	}
}
