package stacks

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsecs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// The subnet groups of the network.
const (
	publicSubnets  = "Public"
	privateSubnets = "Private"
)

// placement is how tasks run. The service is created with it, and every release repeats it: CodeDeploy takes away what
// an AppSpec does not name (https://github.com/aws/containers-roadmap/issues/1752).
type placement struct {
	Container       string
	Port            int
	Capacity        *[]*awsecs.CapacityProviderStrategy
	Subnets         awsec2.SubnetSelection
	SecurityGroup   awsec2.SecurityGroup
	PlatformVersion awsecs.FargatePlatformVersion
	PlatformNumber  string // PlatformVersion as ECS spells it
}

// newPlacement puts tasks into the private subnets, by name: without NAT they would not count as private by type.
func newPlacement(scope constructs.Construct, vpc awsec2.IVpc, config Config) placement {
	return placement{
		Container:       containerName,
		Port:            config.Task.ContainerPort,
		Capacity:        capacityStrategy(config.Capacity),
		Subnets:         awsec2.SubnetSelection{SubnetGroupName: new(privateSubnets)},
		SecurityGroup:   newTaskSecurityGroup(scope, vpc),
		PlatformVersion: awsecs.FargatePlatformVersion_VERSION1_4,
		PlatformNumber:  "1.4.0",
	}
}

// newTaskSecurityGroup lets tasks speak HTTPS to anybody, because S3, where ECR keeps layers, and card networks have
// public addresses; whether there is a way to the internet is the network's matter.
func newTaskSecurityGroup(scope constructs.Construct, vpc awsec2.IVpc) awsec2.SecurityGroup {
	group := awsec2.NewSecurityGroup(scope, new("TaskSecurityGroup"), &awsec2.SecurityGroupProps{
		Vpc:              vpc,
		Description:      new("Payment processor: the load balancer in, HTTPS out"),
		AllowAllOutbound: new(false),
	})
	group.AddEgressRule(awsec2.Peer_AnyIpv4(), awsec2.Port_HTTPS(), new("HTTPS to AWS and card networks"), nil)
	nameTag(group)
	return group
}

type serviceProps struct {
	Config            Config
	Cluster           awsecs.ICluster
	CapacityProviders constructs.IConstruct // the cluster's
	Task              awsecs.FargateTaskDefinition
	Placement         placement
	Entrance          entrance
}

// newService defines the service, whose tasks CodeDeploy replaces.
//
// It is frozen once it exists: ECS refuses to change most of a service that CodeDeploy deploys, and CloudFormation
// may resend all of it when one property changes (https://github.com/aws/aws-cdk/issues/23564). Zone rebalancing is
// left to ECS, which turns it on for services that it can rebalance; CodeDeploy has its own instead of a circuit
// breaker.
func newService(scope constructs.Construct, props serviceProps) awsecs.FargateService {
	service := awsecs.NewFargateService(scope, new("Service"), &awsecs.FargateServiceProps{
		ServiceName:                new(props.Config.names().application()),
		Cluster:                    props.Cluster,
		TaskDefinition:             props.Task,
		DeploymentController:       &awsecs.DeploymentController{Type: awsecs.DeploymentControllerType_CODE_DEPLOY},
		DesiredCount:               jsii.Number(props.Config.Scaling.DesiredCount),
		MinHealthyPercent:          jsii.Number(100),
		CapacityProviderStrategies: props.Placement.Capacity,
		PlatformVersion:            props.Placement.PlatformVersion,
		VpcSubnets:                 &props.Placement.Subnets,
		SecurityGroups:             &[]awsec2.ISecurityGroup{props.Placement.SecurityGroup},
		AssignPublicIp:             new(false),
		EnableExecuteCommand:       new(true),
		HealthCheckGracePeriod:     awscdk.Duration_Minutes(jsii.Number(1)),
		PropagateTags:              awsecs.PropagatedTagSource_SERVICE,
		EnableECSManagedTags:       new(true),
	})
	props.Entrance.Blue.AddTarget(service.LoadBalancerTarget(&awsecs.LoadBalancerTargetOptions{
		ContainerName: &props.Placement.Container, ContainerPort: jsii.Number(props.Placement.Port),
	}))
	// The capacity providers belong to the cluster by a resource of their own, which must come first and go last. So
	// must the policy and the rules with which the first tasks start and are found healthy.
	service.Node().AddDependency(props.Cluster, props.CapacityProviders, props.Task.ExecutionRole(), props.Placement.SecurityGroup, props.Entrance.SecurityGroup)
	return service
}
