package stacks

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awselasticloadbalancingv2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// deregistrationDelay is how long requests in flight may take to end, in seconds: shorter than the task lives after
// it is told to stop.
const deregistrationDelay = 60

// newTargetGroup defines one of the two groups between which CodeDeploy moves the traffic. With
// HTTPS the load balancer encrypts and verifies no certificate; see docs/decisions/9-encryption-to-tasks.md.
func newTargetGroup(scope constructs.Construct, id, name string, vpc awsec2.IVpc, task TaskConfig) awselasticloadbalancingv2.ApplicationTargetGroup {
	props := &awselasticloadbalancingv2.ApplicationTargetGroupProps{
		TargetGroupName:     &name,
		Vpc:                 vpc,
		TargetType:          awselasticloadbalancingv2.TargetType_IP,
		Protocol:            awselasticloadbalancingv2.ApplicationProtocol_HTTP,
		Port:                jsii.Number(task.ContainerPort),
		DeregistrationDelay: awscdk.Duration_Seconds(jsii.Number(deregistrationDelay)),
		HealthCheck: &awselasticloadbalancingv2.HealthCheck{
			Path:                    &task.HealthCheckPath,
			HealthyHttpCodes:        new("200"),
			Interval:                awscdk.Duration_Seconds(jsii.Number(15)),
			Timeout:                 awscdk.Duration_Seconds(jsii.Number(5)),
			HealthyThresholdCount:   jsii.Number(2),
			UnhealthyThresholdCount: jsii.Number(3),
		},
	}
	if task.TargetProtocol == targetHTTPS {
		props.Protocol = awselasticloadbalancingv2.ApplicationProtocol_HTTPS
		props.HealthCheck.Protocol = awselasticloadbalancingv2.Protocol_HTTPS
	}
	return awselasticloadbalancingv2.NewApplicationTargetGroup(scope, &id, props)
}
