package stacks

import (
	"payment-processor/lambda/bundle"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"
)

// Stacks are the environment's stacks, in the order in which they deploy.
type Stacks struct {
	Network       NetworkStack
	Database      *DatabaseStack // nil where others run the database
	Platform      PlatformStack
	Observability ObservabilityStack
}

// New wires the stacks of one environment into app and tags them. The functions are built already: an asset is a
// directory that exists.
func New(app awscdk.App, config Config, functions bundle.Functions) Stacks {
	names := config.names()
	network := NewNetworkStack(app, names.stack("network"), NetworkStackProps{
		StackProps: stackProps(config, "Network of the payment processor"), Config: config,
	})
	database := newDatabase(app, config, network)
	platform := NewPlatformStack(app, names.stack("platform"), PlatformStackProps{
		StackProps: stackProps(config, "Payment processor: cluster, load balancer, blue/green service and its releases"),
		Config:     config, Vpc: network.Vpc, SecretsEndpoint: network.SecretsEndpoint, Database: database, Functions: functions,
	})
	observability := NewObservabilityStack(app, names.stack("observability"), ObservabilityStackProps{
		StackProps: stackProps(config, "Alarms, dashboard and saved queries of the payment processor"),
		Config:     config, Network: network, Database: database, Platform: platform,
	})
	all := Stacks{Network: network, Database: database, Platform: platform, Observability: observability}
	for _, stack := range all.List() {
		addTags(stack, config)
		guardAccount(stack, config)
	}
	return all
}

// List returns the stacks in the order in which they deploy.
func (s Stacks) List() []awscdk.Stack {
	list := []awscdk.Stack{s.Network.Stack}
	if s.Database != nil {
		list = append(list, s.Database.Stack)
	}
	return append(list, s.Platform.Stack, s.Observability.Stack)
}

func newDatabase(app awscdk.App, config Config, network NetworkStack) *DatabaseStack {
	if !config.Database.Created() {
		return nil
	}
	return new(NewDatabaseStack(app, config.names().stack("database"), DatabaseStackProps{
		StackProps: stackProps(config, "Database of the payment processor"), Config: config, Vpc: network.Vpc,
	}))
}

func stackProps(config Config, description string) awscdk.StackProps {
	return awscdk.StackProps{
		Description:           jsii.Sprintf("%s (%s)", description, config.EnvironmentSuffix),
		Env:                   &awscdk.Environment{Region: &config.Region, Account: account(config)},
		Tags:                  stackTags(config),
		TerminationProtection: new(config.Production()),
		// Templates take no parameters; the CLI checks the version of the bootstrap stack by itself.
		Synthesizer: awscdk.NewDefaultStackSynthesizer(&awscdk.DefaultStackSynthesizerProps{
			GenerateBootstrapVersionRule: new(false),
		}),
		// The usage statistics name this machine's Go version and system: a template must not depend on them.
		AnalyticsReporting: new(false),
	}
}

// account is nil where whichever account the CLI deploys to will do.
func account(config Config) *string {
	if config.Account == "" {
		return nil
	}
	return &config.Account
}
