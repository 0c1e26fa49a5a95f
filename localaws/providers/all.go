package providers

import (
	"github.com/aws/aws-sdk-go-v2/aws"

	"payment-processor/localaws/resource"
)

// services make the providers of a service each.
var services = []func(aws.Config) resource.Registry{
	EC2, Logs, IAM, KMS, S3, SSM,
	Nothing,
	ELBv2, CloudWatch, SNS, SQS, SecretsManager, Events, StepFunctions, ECR, ApplicationAutoScaling,
	RDS, WAFv2, Firehose, CloudTrail, Route53, ACM,
}

// All joins the providers of every service. Their clients take their endpoint from the configuration.
func All(config aws.Config) resource.Registry {
	all := resource.Registry{}
	for _, service := range services {
		all.Add(service(config))
	}
	return all
}
