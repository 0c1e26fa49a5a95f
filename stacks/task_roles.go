package stacks

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsecs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/constructs-go/constructs/v10"
)

// newTaskExecutionRole is for ECS itself, which pulls the image, reads the secret and writes the log before there is a
// task. The task definition adds exactly that.
func newTaskExecutionRole(scope constructs.Construct) awsiam.Role {
	role := awsiam.NewRole(scope, new("TaskExecutionRole"), &awsiam.RoleProps{
		Description: new("ECS starts the payment processor's tasks"),
		AssumedBy:   tasksOfThisAccount(scope),
	})
	suppress(role, ownPolicy, starred)
	allow(role, []*string{guardDutyAgent(scope)}, "ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")
	return role
}

// guardDutyAgent is what GuardDuty's runtime monitoring, where the account has it, puts beside each task. The repository is
// AWS's, in an account of its own for each region.
//
// https://docs.aws.amazon.com/guardduty/latest/ug/prereq-runtime-monitoring-ecs-support.html
func guardDutyAgent(scope constructs.Construct) *string {
	return awscdk.Stack_Of(scope).FormatArn(&awscdk.ArnComponents{
		Service: new("ecr"), Account: new("*"), Resource: new("repository"), ResourceName: new("aws-guardduty-agent-fargate"),
	})
}

// newTaskRole is what the payment processor itself may do: nothing, but for the sessions of ECS Exec. The service would
// let it see the log groups of every region, so it takes no more rights than these.
//
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html
func newTaskRole(scope constructs.Construct, exec *awsecs.ExecuteCommandConfiguration) awsiam.IRole {
	role := awsiam.NewRole(scope, new("TaskRole"), &awsiam.RoleProps{
		Description: new("The payment processor"),
		AssumedBy:   tasksOfThisAccount(scope),
	})
	suppress(role, ownPolicy, starred)
	allow(role, nil, "ssmmessages:CreateControlChannel", "ssmmessages:CreateDataChannel",
		"ssmmessages:OpenControlChannel", "ssmmessages:OpenDataChannel")
	allow(role, []*string{exec.KmsKey.KeyArn()}, "kms:Decrypt", "kms:GenerateDataKey")
	allow(role, []*string{arns{stack: awscdk.Stack_Of(scope)}.colon("logs", "log-group", "*")}, "logs:DescribeLogGroups")
	allow(role, []*string{exec.LogConfiguration.CloudWatchLogGroup.LogGroupRef().LogGroupArn},
		"logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents")
	return role.WithoutPolicyUpdates(nil)
}

// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
func tasksOfThisAccount(scope constructs.Construct) awsiam.ServicePrincipal {
	stack := awscdk.Stack_Of(scope)
	return awsiam.NewServicePrincipal(new("ecs-tasks.amazonaws.com"), &awsiam.ServicePrincipalOpts{
		Conditions: ofThisAccount(stack, stack.FormatArn(&awscdk.ArnComponents{Service: new("ecs"), Resource: new("*")})),
	})
}

// ofThisAccount keeps a service from taking a role on behalf of another account (the confused deputy).
//
// https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
func ofThisAccount(stack awscdk.Stack, source *string) *map[string]any {
	return &map[string]any{
		"StringEquals": map[string]any{"aws:SourceAccount": stack.Account()},
		"ArnLike":      map[string]any{"aws:SourceArn": source},
	}
}
