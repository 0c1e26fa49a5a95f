package stacks

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
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
	role := awsiam.NewRole(stack, new("FlowLogRole"), &awsiam.RoleProps{
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
	suppress(role, ownPolicy)
	return role
}
