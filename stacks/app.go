package stacks

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
)

// Stacks are the environment's stacks, in the order in which they deploy.
type Stacks struct {
	Network       NetworkStack
	Platform      PlatformStack
	Observability ObservabilityStack
}

// New wires the stacks of one environment into app and tags them.
func New(app awscdk.App, config Config) Stacks {
	names := config.names()
	props := awscdk.StackProps{
		Env:                   &awscdk.Environment{Region: &config.Region, Account: account(config)},
		TerminationProtection: new(config.Production()),
	}
	network := NewNetworkStack(app, names.stack("network"), NetworkStackProps{StackProps: props, Config: config})
	platform := NewPlatformStack(app, names.stack("platform"), PlatformStackProps{
		StackProps: props, Config: config, Vpc: network.Vpc,
	})
	observability := NewObservabilityStack(app, names.stack("observability"), ObservabilityStackProps{
		StackProps: props, Config: config, Network: network, Platform: platform,
	})
	addTags(app, config)
	return Stacks{Network: network, Platform: platform, Observability: observability}
}

func account(config Config) *string {
	if config.Account == "" {
		return nil
	}
	return &config.Account
}
