package stacks

import "slices"

// key is one key of the configuration: the one place that says what it means, what it accepts and what it is when it is
// left away. The README's table is made from this.
type key struct {
	name     string
	standard string // the default, as it would be written after -c
	staging  string // the default of staging, where it is another one
	prod     string // the default of prod, where it is another one
	value    value
	meaning  string
}

func (k key) defaultOf(suffix string) string {
	switch {
	case suffix == "staging" && k.staging != "":
		return k.staging
	case suffix == "prod" && k.prod != "":
		return k.prod
	}
	return k.standard
}

func keyNamed(name string) key {
	return keys[slices.IndexFunc(keys, func(k key) bool { return k.name == name })]
}

// environmentKeys are the keys inside environments.<suffix>.
func environmentKeys() []key {
	return slices.DeleteFunc(slices.Clone(keys), func(k key) bool {
		return k.name == suffixKey || k.name == environmentsKey
	})
}

// keys are all the keys, in the order in which the README explains them.
var keys = slices.Concat(placeKeys, networkKeys, databaseKeys, taskKeys, scalingKeys, entranceKeys, releaseKeys, controlKeys, operationKeys)

var placeKeys = []key{
	{
		name: suffixKey, standard: "dev",
		value:   text{func(c *Config) *string { return &c.EnvironmentSuffix }, suffixRule},
		meaning: "The environment, in every name. `dev`, `staging` and `prod` have defaults of their own, any other has dev's. The variable `ENVIRONMENT_SUFFIX` sets it too; the context wins.",
	},
	{
		name: "region", standard: "us-east-2",
		value:   text{func(c *Config) *string { return &c.Region }, regionRule},
		meaning: "Where everything is.",
	},
	{
		name:    "account",
		value:   text{func(c *Config) *string { return &c.Account }, optional(matching("an account of 12 digits", `\d{12}`, "write all 12 digits, in quotes in cdk.json"))},
		meaning: "The account that may be deployed to. Empty: the one whose credentials deploy.",
	},
	{
		name:    environmentsKey,
		value:   perEnvironment{},
		meaning: "In cdk.json: what holds for one environment alone, so that `-c environmentSuffix=prod` says everything.",
	},
}

var networkKeys = []key{
	{
		name: "vpcCidr", standard: "10.0.0.0/16",
		value:   text{func(c *Config) *string { return &c.Network.VpcCidr }, vpcCidrRule},
		meaning: "The addresses of the VPC: room for nine subnets of a sixteenth each.",
	},
	{
		name: "availabilityZones", standard: "2", prod: "3",
		value:   number{func(c *Config) *int { return &c.Network.AvailabilityZones }, between(2, 3, "a whole number of zones")},
		meaning: "Zones with subnets. The account must have as many in the region; most have two in us-west-1, and the network's stack fails at once.",
	},
	{
		name: "natGateways", standard: "1", staging: "2", prod: "3",
		value:   number{func(c *Config) *int { return &c.Network.NatGateways }, between(0, 3, "a whole number of gateways")},
		meaning: "At most one a zone. 0: tasks reach AWS through endpoints, and the internet not at all.",
	},
}

var taskKeys = []key{
	{
		name:    "imageTag",
		value:   text{func(c *Config) *string { return &c.Task.ImageTag }, optional(imageTagRule)},
		meaning: "The image to release. Empty: what is live stays, and on the first deploy the bootstrap image starts.",
	},
	{
		name: "containerPort", standard: "8080",
		value:   number{func(c *Config) *int { return &c.Task.ContainerPort }, between(1024, 65535, "a TCP port")},
		meaning: "Where the container listens. It is not root, so ports below 1024 are out of its reach.",
	},
	{
		name: "healthCheckPath", standard: "/health",
		value:   text{func(c *Config) *string { return &c.Task.HealthCheckPath }, healthCheckPathRule},
		meaning: "What the load balancer asks the container.",
	},
	{
		name: "cpu", standard: "2048",
		value:   number{func(c *Config) *int { return &c.Task.CPU }, amongNumbers(fargateCPUs()...)},
		meaning: "CPU units of a task; 1024 are one vCPU.",
	},
	{
		name: "memoryMiB", standard: "4096",
		value:   number{func(c *Config) *int { return &c.Task.MemoryMiB }, between(512, 122880, "a whole number of MiB")},
		meaning: "Memory of a task, among what Fargate offers with its `cpu`.",
	},
	{
		name: "architecture", standard: "X86_64",
		value:   text{func(c *Config) *string { return &c.Task.Architecture }, architectureRule},
		meaning: "Processor that the image is built for.",
	},
}

var scalingKeys = []key{
	{
		name: "desiredCount", standard: "3",
		value:   number{func(c *Config) *int { return &c.Scaling.DesiredCount }, taskCount},
		meaning: "Tasks that the service starts with; scaling moves it.",
	},
	{
		name: "minCapacity", standard: "3",
		value:   number{func(c *Config) *int { return &c.Scaling.MinCapacity }, taskCount},
		meaning: "Fewest tasks.",
	},
	{
		name: "maxCapacity", standard: "10",
		value:   number{func(c *Config) *int { return &c.Scaling.MaxCapacity }, taskCount},
		meaning: "Most tasks; twice as many run during a release.",
	},
	{
		name: "cpuTargetPercent", standard: "70",
		value:   number{func(c *Config) *int { return &c.Scaling.CPUTargetPercent }, between(1, 100, "a whole number of percent")},
		meaning: "Mean CPU that scaling aims at.",
	},
	{
		name: "memoryTargetPercent", standard: "80",
		value:   number{func(c *Config) *int { return &c.Scaling.MemoryTargetPercent }, between(1, 100, "a whole number of percent")},
		meaning: "Mean memory that scaling aims at.",
	},
	{
		name: "fargateBase", standard: "2",
		value:   number{func(c *Config) *int { return &c.Capacity.FargateBase }, between(0, 100000, "a whole number of tasks")},
		meaning: "Tasks that are always on demand, at most `minCapacity`.",
	},
	{
		name: "fargateWeight", standard: "1",
		value:   number{func(c *Config) *int { return &c.Capacity.FargateWeight }, between(0, 1000, "a whole number of shares")},
		meaning: "Share of on-demand tasks beyond the base.",
	},
	{
		name: "fargateSpotWeight", standard: "4",
		value:   number{func(c *Config) *int { return &c.Capacity.FargateSpotWeight }, between(0, 1000, "a whole number of shares")},
		meaning: "Share of Spot tasks beyond the base.",
	},
}
