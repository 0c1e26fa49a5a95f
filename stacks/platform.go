package stacks

import (
	"payment-processor/lambda/bundle"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscodedeploy"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsecr"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsecs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awselasticloadbalancingv2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/constructs-go/constructs/v10"
)

// PlatformStackProps configures the platform.
type PlatformStackProps struct {
	awscdk.StackProps
	Config    Config
	Vpc       awsec2.IVpc
	Functions bundle.Functions // the release machinery's, built
}

// PlatformStack is what other stacks may use of the platform.
type PlatformStack struct {
	Stack            awscdk.Stack
	Cluster          awsecs.ICluster
	Service          awsecs.FargateService
	LoadBalancer     awselasticloadbalancingv2.ApplicationLoadBalancer
	BlueTargetGroup  awselasticloadbalancingv2.ApplicationTargetGroup
	GreenTargetGroup awselasticloadbalancingv2.ApplicationTargetGroup
	DeploymentGroup  awscodedeploy.IEcsDeploymentGroup
	Repository       awsecr.IRepository
	LogGroup         awslogs.ILogGroup // the application's own log
}

// NewPlatformStack defines the cluster, load balancer and blue/green payment service.
func NewPlatformStack(scope constructs.Construct, id string, props PlatformStackProps) PlatformStack {
	return PlatformStack{Stack: awscdk.NewStack(scope, &id, &props.StackProps)}
}
