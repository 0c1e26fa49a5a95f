package stacks

import (
	"maps"
	"slices"
	"strconv"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsecs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssecretsmanager"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

const (
	containerName = "payment-processor"
	// taskUser is "nonroot" of distroless and similar images, and the bootstrap image's.
	taskUser = "65532"
	// stopTimeout uses all of the notice that Spot gives, and is the longest that Fargate allows.
	// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-capacity-providers.html
	stopTimeout = 120
)

// writablePaths are the volumes of the container, whose root file system is read-only. The agent of ECS Exec, which
// runs as root, needs the first three (https://github.com/aws/containers-roadmap/issues/1359). Fargate mounts
// volumes for root alone: an image that writes to /tmp as another user declares it with VOLUME, and its permissions
// are taken over (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/bind-mounts.html).
var writablePaths = map[string]string{
	"exec-agent": "/managed-agents",
	"exec-state": "/var/lib/amazon/ssm",
	"exec-logs":  "/var/log/amazon/ssm",
	"tmp":        "/tmp",
}

type paymentTaskProps struct {
	Config   Config
	Cluster  awsecs.ICluster
	Image    awsecs.ContainerImage
	LogGroup awslogs.ILogGroup
	Secret   awssecretsmanager.ISecret
	Labels   *map[string]*string // of the container; nil: none
}

// newPaymentTask defines the task. Its revisions stay when it changes, because a rollback deploys the one before;
// Release removes old ones.
//
// The container has no health check of its own: that would be a command inside the image, which needs neither a shell
// nor curl. The load balancer asks from outside.
func newPaymentTask(scope constructs.Construct, props paymentTaskProps) awsecs.FargateTaskDefinition {
	task := awsecs.NewFargateTaskDefinition(scope, new("Task"), &awsecs.FargateTaskDefinitionProps{
		Family:          new(props.Config.names().application()),
		Cpu:             jsii.Number(props.Config.Task.CPU),
		MemoryLimitMiB:  jsii.Number(props.Config.Task.MemoryMiB),
		RuntimePlatform: runtimePlatform(props.Config.Task.Architecture),
		ExecutionRole:   newTaskExecutionRole(scope),
		TaskRole:        newTaskRole(scope, props.Cluster.ExecuteCommandConfiguration()),
	})
	task.ApplyRemovalPolicy(awscdk.RemovalPolicy_RETAIN_ON_UPDATE_OR_DELETE)
	container := task.AddContainer(new("Container"), &awsecs.ContainerDefinitionOptions{
		ContainerName:          new(containerName),
		Image:                  props.Image,
		PortMappings:           &[]*awsecs.PortMapping{{ContainerPort: jsii.Number(props.Config.Task.ContainerPort)}},
		Environment:            listening(props.Config.Task),
		Secrets:                secrets(props.Secret),
		DockerLabels:           props.Labels,
		Logging:                logDriver(props.LogGroup),
		LinuxParameters:        linuxParameters(scope),
		ReadonlyRootFilesystem: new(true),
		Privileged:             new(false),
		User:                   new(taskUser),
		StopTimeout:            awscdk.Duration_Seconds(jsii.Number(stopTimeout)),
	})
	suppress(task, Suppression{
		Rules:    []string{"AwsSolutions-ECS2"},
		Severity: "LOW",
		Reason:   "what stands in the environment is the port; PAY-CONTAINER-05 refuses what sounds like a secret, and -06 wants those as secrets",
	})
	for _, name := range slices.Sorted(maps.Keys(writablePaths)) {
		task.AddVolume(&awsecs.Volume{Name: new(name)})
		container.AddMountPoints(&awsecs.MountPoint{
			SourceVolume: new(name), ContainerPath: new(writablePaths[name]), ReadOnly: new(false),
		})
	}
	return task
}

// listening tells the container where to listen, and that it must serve TLS where the load balancer speaks it.
func listening(task TaskConfig) *map[string]*string {
	variables := map[string]*string{"PORT": new(strconv.Itoa(task.ContainerPort))}
	if task.TargetProtocol == targetHTTPS {
		variables["PROTOCOL"] = new(targetHTTPS)
	}
	return &variables
}

func runtimePlatform(architecture string) *awsecs.RuntimePlatform {
	cpu := awsecs.CpuArchitecture_X86_64()
	if architecture == "ARM64" {
		cpu = awsecs.CpuArchitecture_ARM64()
	}
	return &awsecs.RuntimePlatform{CpuArchitecture: cpu, OperatingSystemFamily: awsecs.OperatingSystemFamily_LINUX()}
}

func secrets(secret awssecretsmanager.ISecret) *map[string]awsecs.Secret {
	all := map[string]awsecs.Secret{}
	for variable, key := range databaseVariables {
		all[variable] = awsecs.Secret_FromSecretsManager(secret, new(key))
	}
	return &all
}

// logDriver drops lines rather than stop the payment that writes them while CloudWatch Logs is out of reach: what must
// not be lost belongs into the database.
//
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_awslogs.html
func logDriver(group awslogs.ILogGroup) awsecs.LogDriver {
	return awsecs.LogDriver_AwsLogs(&awsecs.AwsLogDriverProps{
		LogGroup:      group,
		StreamPrefix:  new("ecs"),
		Mode:          awsecs.AwsLogDriverMode_NON_BLOCKING,
		MaxBufferSize: awscdk.Size_Mebibytes(jsii.Number(25)),
	})
}

// linuxParameters reap the processes that ECS Exec leaves behind, and leave the container no kernel capability.
func linuxParameters(scope constructs.Construct) awsecs.LinuxParameters {
	parameters := awsecs.NewLinuxParameters(scope, new("LinuxParameters"), &awsecs.LinuxParametersProps{
		InitProcessEnabled: new(true),
	})
	parameters.DropCapabilities(awsecs.Capability_ALL)
	return parameters
}
