package services

import (
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// fargateMemory is how much memory, in MiB, goes with how much CPU: from, to, and in which steps.
//
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html#fargate-tasks-size
var fargateMemory = map[string][3]int{
	"512":  {1024, 4096, 1024},
	"1024": {2048, 8192, 1024}, "2048": {4096, 16384, 1024}, "4096": {8192, 30720, 1024},
	"8192": {16384, 61440, 4096}, "16384": {32768, 122880, 8192},
}

func sized(cpu, memory string) bool {
	if cpu == "256" {
		return slices.Contains([]string{"512", "1024", "2048"}, memory)
	}
	allowed, known := fargateMemory[cpu]
	size, err := strconv.Atoi(memory)
	return known && err == nil && size >= allowed[0] && size <= allowed[1] && (size-allowed[0])%allowed[2] == 0
}

func taskRefused(message string) error { return &types.ClientException{Message: &message} }

// taskValid refuses what ECS refuses in a task definition.
func taskValid(in *ecs.RegisterTaskDefinitionInput) error {
	if deref(in.Family) == "" {
		return taskRefused("Family can not be blank.")
	}
	if len(in.ContainerDefinitions) == 0 {
		return taskRefused("Task definition does not have any container definitions.")
	}
	if slices.Contains(in.RequiresCompatibilities, types.CompatibilityFargate) {
		if err := fargateValid(in); err != nil {
			return err
		}
	}
	names, essential := map[string]bool{}, false
	for _, container := range in.ContainerDefinitions {
		name := deref(container.Name)
		switch {
		case name == "":
			return taskRefused("Container.name should not be null or empty.")
		case deref(container.Image) == "":
			return taskRefused("Container.image should not be null or empty.")
		case names[name]:
			return taskRefused("Container name " + name + " is not unique.")
		case len(container.Secrets) > 0 && deref(in.ExecutionRoleArn) == "":
			return taskRefused("When you are specifying container secrets, you must also specify a value for 'executionRoleArn'.")
		}
		if err := mountsValid(in, container); err != nil {
			return err
		}
		names[name] = true
		essential = essential || container.Essential == nil || *container.Essential
	}
	if !essential {
		return taskRefused("At least one container in the task definition must be essential.")
	}
	return nil
}

func mountsValid(in *ecs.RegisterTaskDefinitionInput, container types.ContainerDefinition) error {
	for _, mount := range container.MountPoints {
		volume := deref(mount.SourceVolume)
		if !slices.ContainsFunc(in.Volumes, func(v types.Volume) bool { return deref(v.Name) == volume }) {
			return taskRefused("Unknown volume '" + volume + "'.")
		}
	}
	return nil
}

func fargateValid(in *ecs.RegisterTaskDefinitionInput) error {
	switch {
	case in.NetworkMode != types.NetworkModeAwsvpc:
		return taskRefused("Fargate only supports network mode ‘awsvpc’.")
	case deref(in.Cpu) == "" || deref(in.Memory) == "":
		return taskRefused("Fargate requires that 'cpu' and 'memory' be defined at the task level.")
	case !sized(*in.Cpu, *in.Memory):
		return taskRefused("No Fargate configuration exists for given values: " + *in.Cpu + " CPU, " + *in.Memory + " memory. See the Amazon ECS documentation for the valid values.")
	}
	for _, container := range in.ContainerDefinitions {
		if container.Privileged != nil && *container.Privileged {
			return taskRefused("Fargate does not support privileged containers.")
		}
		logs := container.LogConfiguration
		if logs == nil || logs.LogDriver != types.LogDriverAwslogs {
			continue
		}
		if deref(in.ExecutionRoleArn) == "" {
			return taskRefused("Fargate requires task definition to have execution role ARN to support log driver awslogs.")
		}
		if logs.Options["awslogs-group"] == "" || logs.Options["awslogs-region"] == "" {
			return taskRefused("Log driver awslogs requires options: awslogs-region, awslogs-group")
		}
	}
	return nil
}
