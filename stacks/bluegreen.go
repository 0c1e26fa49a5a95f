package stacks

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscodedeploy"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsecs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/interfaces/interfacesawscloudwatch"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

type deploymentGroupProps struct {
	Config   Config
	Service  awsecs.FargateService
	Task     awsecs.FargateTaskDefinition
	Entrance entrance
	Gates    []awscloudwatch.Alarm
	Hook     awslambda.Function
}

// newDeploymentGroup defines how CodeDeploy moves traffic to a new revision, and that it moves it back when the
// deployment fails, is stopped, or a gate alarm fires.
func newDeploymentGroup(scope constructs.Construct, props deploymentGroupProps) awscodedeploy.EcsDeploymentGroup {
	role := newCodeDeployRole(scope, props)
	var gates []interfacesawscloudwatch.IAlarmRef
	for _, gate := range props.Gates {
		gates = append(gates, gate)
	}
	group := awscodedeploy.NewEcsDeploymentGroup(scope, new("DeploymentGroup"), &awscodedeploy.EcsDeploymentGroupProps{
		Application: awscodedeploy.NewEcsApplication(scope, new("Application"), &awscodedeploy.EcsApplicationProps{
			ApplicationName: new(props.Config.names().application()),
		}),
		DeploymentGroupName: new(props.Config.names().application()),
		Role:                role.WithoutPolicyUpdates(nil), // the L2 would add AWSCodeDeployRoleForECS
		Service:             props.Service,
		DeploymentConfig:    newDeploymentConfig(scope, props.Config.Deployment),
		Alarms:              &gates,
		BlueGreenDeploymentConfig: &awscodedeploy.EcsBlueGreenDeploymentConfig{
			BlueTargetGroup:     props.Entrance.Blue,
			GreenTargetGroup:    props.Entrance.Green,
			Listener:            props.Entrance.Production,
			TestListener:        props.Entrance.Test,
			TerminationWaitTime: awscdk.Duration_Minutes(jsii.Number(props.Config.Deployment.TerminationWaitMinutes)),
		},
		AutoRollback: &awscodedeploy.AutoRollbackConfig{
			FailedDeployment: new(true), StoppedDeployment: new(true), DeploymentInAlarm: new(true),
		},
	})
	group.Node().AddDependency(role)
	return group
}

// newCodeDeployRole lets CodeDeploy deploy this service and no other, where AWSCodeDeployRoleForECS is for any. There
// are no notifications, no revisions in S3 and no listener rules, which that policy covers too.
//
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/codedeploy_IAM_role.html
func newCodeDeployRole(scope constructs.Construct, props deploymentGroupProps) awsiam.Role {
	arns := arns{awscdk.Stack_Of(scope), props.Config.names()}
	role := awsiam.NewRole(scope, new("CodeDeployRole"), &awsiam.RoleProps{
		Description: new("CodeDeploy releases the payment processor"),
		AssumedBy: awsiam.NewServicePrincipal(new("codedeploy.amazonaws.com"), &awsiam.ServicePrincipalOpts{
			Conditions: ofThisAccount(arns.stack, arns.deploymentGroup()),
		}),
	})
	suppress(role, ownPolicy, starred)
	allow(role, []*string{arns.colon("cloudwatch", "alarm", "*")}, "cloudwatch:DescribeAlarms") // it reads a list
	allow(role, []*string{arns.service(), arns.taskSets()},
		"ecs:CreateTaskSet", "ecs:DeleteTaskSet", "ecs:DescribeServices", "ecs:UpdateServicePrimaryTaskSet")
	allow(role, []*string{props.Entrance.Production.ListenerArn(), props.Entrance.Test.ListenerArn()},
		"elasticloadbalancing:ModifyListener")
	allow(role, nil, "elasticloadbalancing:DescribeListeners", "elasticloadbalancing:DescribeRules",
		"elasticloadbalancing:DescribeTargetGroups")
	allow(role, hookArns(props.Config.Deployment, props.Hook), "lambda:InvokeFunction")
	allow(role, []*string{props.Task.ExecutionRole().RoleArn(), props.Task.TaskRole().RoleArn()}, "iam:PassRole").
		AddCondition(new("StringEquals"), map[string]any{"iam:PassedToService": "ecs-tasks.amazonaws.com"})
	return role
}
