package providers

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"

	"payment-processor/localaws/resource"
)

// Nothing makes the types that stand in templates and make nothing.
func Nothing(aws.Config) resource.Registry {
	return resource.Registry{
		"AWS::CDK::Metadata":                       nothing{},
		"AWS::CloudFormation::WaitConditionHandle": nothing{},
	}
}

type nothing struct{}

func (nothing) Create(_ context.Context, request resource.Request) (resource.Result, error) {
	return resource.Result{PhysicalID: named(request, "", 128)}, nil
}

func (nothing) Update(_ context.Context, request resource.Request) (resource.Result, error) {
	return resource.Result{PhysicalID: request.PhysicalID}, nil
}

func (nothing) Delete(context.Context, resource.Request) error { return nil }
