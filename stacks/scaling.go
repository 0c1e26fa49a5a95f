package stacks

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsapplicationautoscaling"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsecs"
	"github.com/aws/jsii-runtime-go"
)

// newScaling follows CPU and memory. It is quick to add tasks and slow to take them away. Requests per target cannot
// be followed: CodeDeploy moves the tasks between target groups.
//
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-bluegreen.html
func newScaling(service awsecs.FargateService, config ScalingConfig) awsecs.ScalableTaskCount {
	tasks := service.AutoScaleTaskCount(&awsapplicationautoscaling.EnableScalingProps{
		MinCapacity: jsii.Number(config.MinCapacity),
		MaxCapacity: jsii.Number(config.MaxCapacity),
	})
	out, in := awscdk.Duration_Seconds(jsii.Number(60)), awscdk.Duration_Seconds(jsii.Number(300))
	tasks.ScaleOnCpuUtilization(new("Cpu"), &awsecs.CpuUtilizationScalingProps{
		TargetUtilizationPercent: jsii.Number(config.CPUTargetPercent), ScaleOutCooldown: out, ScaleInCooldown: in,
	})
	tasks.ScaleOnMemoryUtilization(new("Memory"), &awsecs.MemoryUtilizationScalingProps{
		TargetUtilizationPercent: jsii.Number(config.MemoryTargetPercent), ScaleOutCooldown: out, ScaleInCooldown: in,
	})
	return tasks
}
