package stacks

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/jsii-runtime-go"
)

// newFlowLog records every accepted and rejected connection (PCI DSS 10.2).
func newFlowLog(stack awscdk.Stack, vpc awsec2.Vpc, config Config, key awskms.IKey) {
	logs := newLogGroup(stack, "FlowLogs", logGroupProps{Config: config, Key: key, Audit: true})
	vpc.AddFlowLog(new("FlowLog"), &awsec2.FlowLogOptions{
		TrafficType: awsec2.FlowLogTrafficType_ALL,
		Destination: awsec2.FlowLogDestination_ToCloudWatchLogs(logs, newFlowLogRole(stack)),
	})
}

// newFlowLogRole is for flow logs of this account only; the destination adds what they may do.
//
// https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html
func newFlowLogRole(stack awscdk.Stack) awsiam.Role {
	return awsiam.NewRole(stack, new("FlowLogRole"), &awsiam.RoleProps{
		Description: new("VPC flow logs write to their log group"),
		AssumedBy: awsiam.NewServicePrincipal(new("vpc-flow-logs.amazonaws.com"), &awsiam.ServicePrincipalOpts{
			Conditions: &map[string]any{
				"StringEquals": map[string]any{"aws:SourceAccount": stack.Account()},
				"ArnLike": map[string]any{"aws:SourceArn": stack.FormatArn(&awscdk.ArnComponents{
					Service: new("ec2"), Resource: new("vpc-flow-log"), ResourceName: new("*"),
				})},
			},
		}),
	})
}

// finishDefaultSecurityGroupHandler gives the CDK's function that closes the default security group a log group of its
// own, and the tags.
func finishDefaultSecurityGroupHandler(stack awscdk.Stack, config Config, key awskms.IKey) {
	provider := stack.Node().FindChild(new("Custom::VpcRestrictDefaultSGCustomResourceProvider")).(awscdk.CustomResourceProviderBase)
	logs := newLogGroup(stack, "DefaultSecurityGroupHandlerLogs", logGroupProps{Config: config, Key: key})
	provider.AddToRolePolicy(&map[string]any{
		"Effect":   "Allow",
		"Action":   jsii.Strings("logs:CreateLogStream", "logs:PutLogEvents"),
		"Resource": logs.LogGroupArn(),
	})
	role := provider.Node().FindChild(new("Role")).(awscdk.CfnResource)
	handler := provider.Node().FindChild(new("Handler")).(awscdk.CfnResource)

	const logging = "the CDK's own right and log group would be for any log group, unencrypted, and kept for ever"
	override(role, "ManagedPolicyArns", nil, logging)
	override(handler, "LoggingConfig", map[string]any{"LogGroup": logs.LogGroupName(), "LogFormat": "JSON"}, logging)

	const untagged = "the CDK does not tag what it defines without a type"
	override(role, "Tags", cfnTags(config), untagged)
	override(handler, "Tags", cfnTags(config), untagged)
}
