package stacks

import (
	"maps"
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
)

// tags are on everything AWS can tag; the configuration's own win over these.
func tags(config Config) map[string]string {
	all := map[string]string{
		"environment": config.EnvironmentSuffix,
		"team":        "platform",
		"cost-center": "engineering",
		"project":     "payment-processor-migration",
		"managed-by":  "cdk",
		"application": "payment-processor",
		"compliance":  "pci-dss",
		"backup":      "required",
	}
	maps.Copy(all, config.Tags)
	return all
}

// addTags tags everything below a stack. What has no name of its own, in the code or in nameTag, is called what its
// stack is called, so that nobody in the console takes one environment's resource for another's.
func addTags(stack awscdk.Stack, config Config) {
	all := tags(config)
	for _, key := range slices.Sorted(maps.Keys(all)) {
		awscdk.Tags_Of(stack).Add(&key, new(all[key]), nil)
	}
	awscdk.Tags_Of(stack).Add(new("Name"), stack.StackName(), nil)
}

// stackTags are the tags of a stack itself.
func stackTags(config Config) *map[string]*string {
	spelled := map[string]*string{}
	for key, value := range tags(config) {
		spelled[key] = &value
	}
	return &spelled
}

// cfnTags are the tags as CloudFormation spells them, for what the CDK does not tag: its untyped resources.
func cfnTags(stack awscdk.Stack, config Config) []map[string]string {
	all := tags(config)
	spelled := []map[string]string{{"Key": "Name", "Value": *stack.StackName()}}
	for _, key := range slices.Sorted(maps.Keys(all)) {
		spelled = append(spelled, map[string]string{"Key": key, "Value": all[key]})
	}
	return spelled
}

// nameTag calls a resource in the console what it is called in the code; the path starts with the stack's name.
func nameTag(construct constructs.IConstruct) {
	awscdk.Tags_Of(construct).Add(new("Name"), construct.Node().Path(), nil)
}
