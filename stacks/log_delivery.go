package stacks

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// newDeliveryPolicy lets AWS's log delivery write to a group, for sources of this account only. AWS would write the
// policy itself, and leave it behind.
//
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-CWL.html
func newDeliveryPolicy(scope constructs.Construct, id, name string, group awslogs.ILogGroup) awslogs.ResourcePolicy {
	stack := awscdk.Stack_Of(scope)
	return awslogs.NewResourcePolicy(scope, &id, &awslogs.ResourcePolicyProps{
		ResourcePolicyName: &name,
		PolicyStatements: &[]awsiam.PolicyStatement{awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
			Principals: &[]awsiam.IPrincipal{servicePrincipal("delivery.logs")},
			Actions:    jsii.Strings("logs:CreateLogStream", "logs:PutLogEvents"),
			Resources:  &[]*string{group.LogGroupArn()},
			Conditions: ofThisAccount(stack, arnOf(stack, "logs", "*")),
		})},
	})
}
