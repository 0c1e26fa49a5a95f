package stacks

import (
	"payment-processor/lambda/bundle"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscodedeploy"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsecr"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsecs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awselasticloadbalancingv2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/constructs-go/constructs/v10"
)

// PlatformStackProps configures the platform.
type PlatformStackProps struct {
	awscdk.StackProps
	Config          Config
	Vpc             awsec2.IVpc
	SecretsEndpoint awsec2.ISecurityGroup // of the endpoint to Secrets Manager
	Database        *DatabaseStack        // nil where others run the database
	Functions       bundle.Functions      // the release machinery's, built
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
	LogGroup         awslogs.ILogGroup   // the application's own log
	FunctionLogs     []awslogs.ILogGroup // what the release machinery decides and does
	FirewallLog      awslogs.ILogGroup   // the requests that the firewall refused
	Rotation         awslambda.IFunction // changes the database's password; nil where others run the database
	RotationRelease  awslambda.IFunction // gives tasks the changed credentials, and watches that they change
	RotationSchedule awsevents.IRule     // that asks it
}

// NewPlatformStack defines the cluster, load balancer and blue/green payment service.
func NewPlatformStack(scope constructs.Construct, id string, props PlatformStackProps) PlatformStack {
	stack, config := awscdk.NewStack(scope, &id, &props.StackProps), props.Config

	logKey := newLogKey(stack, "LogKey", config, config.names().logGroup(), config.names().insightsLogGroup(),
		config.names().firewallLog(), config.names().waiterLog("*"))
	logs := newLogGroup(stack, "Logs", logGroupProps{Config: config, Key: logKey, Name: config.names().logGroup(), Kept: true})
	record := newRecord(stack, config, logs, logKey)
	machinery := newMachinery(stack, props, logKey)

	cluster := newCluster(stack, props.Vpc, config, logKey)
	images := newImageRepository(stack, config)
	gate := newImageGate(machinery, images)
	credentials := newCredentials(machinery, props)
	task := newPaymentTask(stack, paymentTaskProps{
		Config: config, Cluster: cluster, Image: gate.image(), LogGroup: logs, Secret: credentials.Secret,
		Labels: credentials.labels(),
	})
	images.GrantPull(task.ExecutionRole())
	credentials.readable(machinery, task.ExecutionRole())

	entrance := newEntrance(stack, props.Vpc, config, record.Requests)
	blocked := newFirewall(stack, entrance.LoadBalancer, config, logKey)
	fingerprint := keepLive(machinery, entrance, task)
	placement := newPlacement(stack, props.Vpc, config)
	credentials.Database.admit("Tasks", placement.SecurityGroup)
	providers := newCapacityProviders(stack, cluster, entrance.LoadBalancer, config.Capacity)
	service := newService(stack, serviceProps{
		Config: config, Cluster: cluster, CapacityProviders: providers, Task: task, Placement: placement, Entrance: entrance,
	})
	gate.watch(task, credentials.asked)
	newScaling(service, config.Scaling)

	gates := newGateAlarms(stack, entrance, config)
	probe := newProbe(machinery, props.Vpc, placement)
	hook := newHook(machinery, probe)
	group := newDeploymentGroup(stack, deploymentGroupProps{
		Config: config, Service: service, Task: task, Entrance: entrance, Gates: gates, Hook: hook,
	})
	newListenerGuard(machinery, entrance)
	release := releaseProps{
		Vpc: props.Vpc, Service: service, Task: task, Placement: placement, Entrance: entrance,
		DeploymentGroup: group, Gates: gates, Hook: hook, Probe: probe, ListenerFingerprint: fingerprint,
	}
	newRelease(machinery, release)
	rotationRelease, rotationSchedule := newRotationRelease(machinery, credentials.Secret, release)
	rotation := newRotation(machinery, credentials, props, rotationRelease)
	newPlatformOutputs(stack, config, platformOutputs{
		Cluster: cluster, Service: service, TaskDefinition: task, Repository: images,
		LoadBalancer: entrance.LoadBalancer, LoadBalancerSecurityGroup: entrance.SecurityGroup,
		AppSecurityGroup: placement.SecurityGroup, Listener: entrance.Production, TargetGroup: entrance.Blue,
		LogGroup: logs, DatabaseSecret: credentials.Secret,
	})

	return PlatformStack{
		Stack: stack, Cluster: cluster, Service: service, LoadBalancer: entrance.LoadBalancer,
		BlueTargetGroup: entrance.Blue, GreenTargetGroup: entrance.Green, DeploymentGroup: group,
		Repository: images, LogGroup: logs, FunctionLogs: machinery.Logs, FirewallLog: blocked,
		Rotation: rotation, RotationRelease: rotationRelease, RotationSchedule: rotationSchedule,
	}
}
