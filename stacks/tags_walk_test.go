package stacks

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/constructs-go/constructs/v10"
)

// required are the tags of the design, by which bills and audits are split.
var required = []string{
	"environment", "team", "cost-center", "project", "managed-by", "application", "compliance", "backup",
}

// TestTags asks the CDK, which has it from AWS's resource schemas, which types can be tagged: looking only at the
// resources that have tags would prove nothing.
func TestTags(t *testing.T) {
	typedElsewhere := taggableTypes(scratch())
	for title, w := range walked {
		e := synthesized(t, w.suffix, w.context)
		taggable := taggableTypes(e.Stacks.Network.Stack.Node().Root())
		maps.Copy(taggable, typedElsewhere)
		if !taggable["AWS::EC2::VPC"] {
			t.Fatal("the CDK says that not even a VPC can be tagged")
		}
		for _, finding := range untagged(e, taggable) {
			t.Errorf("%s: %s", title, finding)
		}
	}
}

// scratch holds a typed resource of each type that the CDK may use without its type only.
func scratch() awscdk.Stack {
	stack := awscdk.NewStack(awscdk.NewApp(nil), new("Scratch"), nil)
	awslambda.NewCfnFunction(stack, new("Function"), &awslambda.CfnFunctionProps{
		Code: &awslambda.CfnFunction_CodeProperty{}, Role: new("role"),
	})
	return stack
}

// taggableTypes says of each type in the tree whether it can be tagged. The CDK's own untyped CfnResource cannot tell; a
// typed resource of the same type can, else the type is missing from the answer.
func taggableTypes(root constructs.IConstruct) map[string]bool {
	types := map[string]bool{}
	for _, construct := range *root.Node().FindAll(constructs.ConstructOrder_PREORDER) {
		if !*awscdk.CfnResource_IsCfnResource(construct) {
			continue
		}
		kind := *construct.(awscdk.CfnResource).CfnResourceType()
		taggable := *awscdk.TagManager_IsTaggable(construct) || *awscdk.TagManager_IsTaggableV2(construct)
		if untyped := fmt.Sprintf("%T", construct) == "*awscdk.jsiiProxy_CfnResource"; taggable || !untyped {
			types[kind] = taggable
		}
	}
	return types
}

// untagged finds resources that lack one of the required tags, or have it with another value than their environment's.
func untagged(e *environment, taggable map[string]bool) []string {
	var findings []string
	for _, r := range e.resources() {
		can, known := taggable[r.Type]
		if !known && !strings.HasPrefix(r.Type, "Custom::") && r.Type != "AWS::CloudFormation::CustomResource" {
			findings = append(findings, fmt.Sprintf("nobody knows whether %v can be tagged", r))
		}
		if !can {
			continue
		}
		got := tagsOf(r)
		missing := slices.DeleteFunc(slices.Clone(required), func(key string) bool { return got[key] != "" })
		if len(missing) > 0 {
			findings = append(findings, fmt.Sprintf("%v lacks the tags %s", r, strings.Join(missing, ", ")))
		} else if !carries(got["Name"], e.Config.EnvironmentSuffix) {
			findings = append(findings, fmt.Sprintf("%v is called %q in the console", r, got["Name"]))
		} else if got["environment"] != e.Config.EnvironmentSuffix {
			findings = append(findings, fmt.Sprintf("%v has the tag environment=%s", r, got["environment"]))
		}
	}
	return findings
}

// tagsOf reads both spellings: a list of keys and values, and, in some types, a map.
func tagsOf(r resource) map[string]string {
	found := map[string]string{}
	for key, value := range asObject(r.Properties["Tags"]) {
		found[key] = literal(value)
	}
	if tags, ok := r.Properties["Tags"].([]any); ok {
		for _, tag := range tags {
			found[literal(asObject(tag)["Key"])] = literal(asObject(tag)["Value"])
		}
	}
	return found
}

func TestUntaggedFires(t *testing.T) {
	check := func(e *environment) []string {
		return untagged(e, map[string]bool{"AWS::SNS::Topic": true, "AWS::SSM::Parameter": true, "AWS::EC2::Route": false})
	}
	tags := `{"environment": "dev", "team": "a", "cost-center": "b", "project": "c", "managed-by": "d", "application": "e", "compliance": "f", "Name": "a-dev"`
	for _, s := range []sabotage{
		{`{"T": {"Type": "AWS::SNS::Topic"}}`, "lacks the tags"},
		{`{"T": {"Type": "AWS::SNS::Topic", "Properties": {"Tags": [{"Key": "backup", "Value": "required"}]}}}`, "lacks the tags environment, team, cost-center"},
		{`{"P": {"Type": "AWS::SSM::Parameter", "Properties": {"Tags": ` + tags + `}}}}`, "lacks the tags backup"},
		{`{"P": {"Type": "AWS::SSM::Parameter", "Properties": {"Tags": ` + strings.Replace(tags, `"dev"`, `"prod"`, 1) + `, "backup": "g"}}}}`, "environment=prod"},
		{`{"P": {"Type": "AWS::SSM::Parameter", "Properties": {"Tags": ` + strings.Replace(tags, "a-dev", "a", 1) + `, "backup": "g"}}}}`, "is called \"a\" in the console"},
		{`{"N": {"Type": "AWS::New::Thing"}}`, "nobody knows"},
	} {
		s.try(t, check)
	}
	harmless(t, check, `{"P": {"Type": "AWS::SSM::Parameter", "Properties": {"Tags": `+tags+`, "backup": "g"}}},
		"R": {"Type": "AWS::EC2::Route"}, "C": {"Type": "Custom::Anything"}}`)
}
