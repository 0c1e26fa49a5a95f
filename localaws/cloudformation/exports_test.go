package cloudformation_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"payment-processor/localaws/cloudformation"
)

const exporter = "Resources: {Topic: {Type: AWS::SNS::Topic, Properties: {DisplayName: x}}}\nOutputs:\n  T: {Value: !Ref Topic, Export: {Name: topic}}\n"

func TestExportsInUseCannotGo(t *testing.T) {
	b := newBench(t)
	b.create("first", exporter)
	importer := "Resources: {Queue: {Type: AWS::SQS::Queue, Properties: {QueueName: !ImportValue topic, KmsMasterKeyId: !GetStackOutput {StackName: first, OutputName: T, Region: us-east-2}}}}"
	if got := b.create("second", importer); got != "CREATE_COMPLETE" || b.one(t, "Queue")["QueueName"] != "Topic-1" || b.one(t, "Queue")["KmsMasterKeyId"] != "Topic-1" {
		t.Fatal(got, b.live)
	}
	b.create("third", importer)
	imports, err := b.ListImports(ctx, &sdk.ListImportsInput{ExportName: aws.String("topic")})
	if err != nil || !slices.Equal(imports.Imports, []string{"second", "third"}) {
		t.Error(imports, err)
	}
	for want, changed := range map[string]string{
		"Export topic cannot be deleted as it is in use by second and third. ": strings.Replace(exporter, ", Export: {Name: topic}", "", 1),
		"Export topic cannot be updated as it is in use by second and third. ": strings.Replace(exporter, "!Ref Topic", "other", 1),
	} {
		if got := b.update("first", changed); got != "UPDATE_ROLLBACK_COMPLETE" {
			t.Error(got)
		}
		b.want("first", "first UPDATE_ROLLBACK_IN_PROGRESS: "+want)
	}
	b.remove("first")
	if got := b.status("first"); got != "UPDATE_ROLLBACK_COMPLETE: Export topic cannot be deleted as it is in use by second and third" {
		t.Error(got)
	}
	if got := b.create("fourth", exporter); got != "ROLLBACK_COMPLETE" {
		t.Error(got)
	}
	b.want("fourth", "fourth ROLLBACK_IN_PROGRESS: Export with name topic is already exported by stack first. Rollback requested by user.")
	b.remove("second")
	b.remove("third")
	if _, err := b.ListImports(ctx, &sdk.ListImportsInput{ExportName: aws.String("topic")}); err == nil || !strings.Contains(err.Error(), "not imported by any stack") {
		t.Error(err)
	}
	exports, _ := b.ListExports(ctx, &sdk.ListExportsInput{})
	if len(exports.Exports) != 1 || *exports.Exports[0].Value != "Topic-1" {
		t.Error(exports)
	}
	b.remove("first")
	if len(b.live) != 0 {
		t.Errorf("left: %v", b.live)
	}
}

// Each region has stacks of its own.
func TestRegions(t *testing.T) {
	b := newBench(t)
	b.create("first", exporter)
	west := b.client("us-west-2")
	if _, err := west.DescribeStacks(ctx, &sdk.DescribeStacksInput{StackName: aws.String("first")}); err == nil {
		t.Error("the stack is in another region, too")
	}
	body := "Resources: {Queue: {Type: AWS::SQS::Queue, Properties: {QueueName: !Join ['', !GetAZs ''], KmsMasterKeyId: !GetStackOutput {StackName: first, OutputName: T, Region: us-east-2}}}}"
	if _, err := west.CreateStack(ctx, &sdk.CreateStackInput{StackName: aws.String("first"), TemplateBody: &body}); err != nil {
		t.Fatal(err)
	}
	b.server.Wait()
	if got := b.one(t, "Queue"); got["QueueName"] != "us-west-2aus-west-2bus-west-2c" || got["KmsMasterKeyId"] != "Topic-1" {
		t.Error(got)
	}
}

func TestParametersOfAStack(t *testing.T) {
	b := newBench(t, func(o *cloudformation.Options) {
		o.Parameter = func(_ context.Context, region, name string) (string, error) { return region + " has " + name, nil }
	})
	body := `
Parameters:
  Name: {Type: String, Default: a, Description: what, AllowedValues: [a, b]}
  Secret: {Type: String, NoEcho: true}
  Stored: {Type: 'AWS::SSM::Parameter::Value<String>', Default: /p}
Metadata: {made: by hand}
Resources:
  Queue: {Type: AWS::SQS::Queue, Properties: {QueueName: !Ref Name, KmsMasterKeyId: !Ref Secret, DeduplicationScope: !Ref Stored}}
  Role: {Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: {}}}
`
	given := func(pairs ...string) []types.Parameter {
		var all []types.Parameter
		for _, pair := range pairs {
			key, value, set := strings.Cut(pair, "=")
			p := types.Parameter{ParameterKey: &key, ParameterValue: &value}
			if !set {
				p = types.Parameter{ParameterKey: &key, UsePreviousValue: aws.Bool(true)}
			}
			all = append(all, p)
		}
		return all
	}
	capabilities := []types.Capability{"CAPABILITY_NAMED_IAM"}
	in := &sdk.CreateStackInput{StackName: aws.String("app"), TemplateBody: &body, Parameters: given("Name", "Secret=s"), Capabilities: capabilities}
	if _, err := b.CreateStack(ctx, in); err != nil || b.status("app") != "CREATE_COMPLETE" {
		t.Fatal(err)
	}
	if got := b.one(t, "Queue"); got["QueueName"] != "a" || got["KmsMasterKeyId"] != "s" || got["DeduplicationScope"] != "us-east-2 has /p" {
		t.Error(got)
	}
	out, _ := b.DescribeStacks(ctx, &sdk.DescribeStacksInput{StackName: aws.String("app")})
	if p := out.Stacks[0].Parameters; *p[1].ParameterValue != "****" || *p[2].ResolvedValue != "us-east-2 has /p" {
		t.Errorf("%+v", p)
	}
	_, err := b.UpdateStack(ctx, &sdk.UpdateStackInput{StackName: aws.String("app"), UsePreviousTemplate: aws.Bool(true), Parameters: given("Name=b", "Secret"), Capabilities: capabilities})
	if err != nil || b.status("app") != "UPDATE_COMPLETE" || b.one(t, "Queue")["QueueName"] != "b" {
		t.Error(err, b.live)
	}
	summary, err := b.GetTemplateSummary(ctx, &sdk.GetTemplateSummaryInput{StackName: aws.String("app")})
	if err != nil || !slices.Equal(summary.ResourceTypes, []string{"AWS::IAM::Role", "AWS::SQS::Queue"}) || *summary.Metadata != `{"made":"by hand"}` ||
		*summary.CapabilitiesReason != `The following resource(s) require capabilities: ["AWS::IAM::Role"]` || summary.Parameters[0].ParameterConstraints.AllowedValues[1] != "b" {
		t.Errorf("%+v %v", summary, err)
	}
	valid, err := b.ValidateTemplate(ctx, &sdk.ValidateTemplateInput{TemplateBody: &body})
	if err != nil || len(valid.Parameters) != 3 || valid.Capabilities[0] != "CAPABILITY_IAM" {
		t.Errorf("%+v %v", valid, err)
	}
	for _, wrong := range []string{"Foo: 1", "Resources: {A: {Type: AWS::Foo::Bar}}"} {
		if _, err := b.ValidateTemplate(ctx, &sdk.ValidateTemplateInput{TemplateBody: &wrong}); code(err) != "ValidationError" {
			t.Error(err)
		}
	}
	plain, err := b.GetTemplateSummary(ctx, &sdk.GetTemplateSummaryInput{TemplateBody: aws.String("Resources: {A: {Type: AWS::SQS::Queue}}")})
	if err != nil || plain.Capabilities != nil {
		t.Error(plain, err)
	}
	b.change("new", types.ChangeSetTypeCreate, template())
	if _, err := b.GetTemplateSummary(ctx, &sdk.GetTemplateSummaryInput{StackName: aws.String("new")}); err == nil {
		t.Error("a stack without a template is summarized")
	}
}

func TestConditionsOfAStack(t *testing.T) {
	b := newBench(t)
	body := func(yes string) string {
		return `
Conditions: {Yes: !Equals [` + yes + `, 1]}
Resources:
  Topic: {Type: AWS::SNS::Topic}
  Queue: {Type: AWS::SQS::Queue, Condition: Yes}
Outputs: {Queue: {Value: !Ref Queue, Condition: Yes, Description: maybe}}
`
	}
	b.create("app", body("1"))
	if b.names() != "Queue Topic" {
		t.Error(b.names())
	}
	b.update("app", body("2"))
	out, _ := b.DescribeStacks(ctx, &sdk.DescribeStacksInput{StackName: aws.String("app")})
	if b.names() != "Topic" || len(out.Stacks[0].Outputs) != 0 {
		t.Error(b.names(), out.Stacks[0].Outputs)
	}
	b.update("app", body("1"))
	out, _ = b.DescribeStacks(ctx, &sdk.DescribeStacksInput{StackName: aws.String("app")})
	if b.names() != "Queue Topic" || *out.Stacks[0].Outputs[0].Description != "maybe" {
		t.Error(b.names(), out.Stacks[0].Outputs)
	}
}

// What only shows when a resource is asked: an attribute that is not there, a value that is of the wrong shape by now.
func TestWhatFailsWhenItIsKnown(t *testing.T) {
	for body, want := range map[string]string{
		"Resources: {A: {Type: Custom::A}, B: {Type: AWS::SQS::Queue, Properties: {QueueName: !GetAtt A.Foo}}}":              "B CREATE_FAILED: CustomResource attribute error: Vendor response doesn't contain Foo key in object",
		"Resources: {A: {Type: AWS::SQS::Queue}, B: {Type: AWS::SQS::Queue, Properties: {QueueName: !GetAtt A.QueueUrl}}}":   "B CREATE_FAILED: Attribute QueueUrl of resource A does not exist",
		"Resources: {A: {Type: AWS::SQS::Queue}, B: {Type: AWS::SQS::Queue, Properties: {QueueName: !Split ['-', !Ref A]}}}": "B CREATE_FAILED: Properties validation failed for resource B with message:\n#/QueueName: expected type: String, found: JSONArray",
		"Resources: {A: {Type: AWS::SQS::Queue}}\nOutputs: {O: {Value: !Select [7, !Split ['-', !Ref A]]}}":                  "app ROLLBACK_IN_PROGRESS: Template error: Fn::Select cannot select nonexistent value at index 7. Rollback requested by user.",
		"Resources: {A: {Type: AWS::SQS::Queue, Properties: {QueueName: '{{resolve:ssm:/p}}'}}}":                             "A CREATE_FAILED: dynamic references to ssm are not supported here",
		"Resources: {A: {Type: AWS::SQS::Queue, Properties: {Tags: [{Key: '{{resolve:ssm:/p}}', Value: 1}]}}}":               "A CREATE_FAILED: dynamic references to ssm are not supported here",
	} {
		b := newBench(t)
		if got := b.create("app", body); got != "ROLLBACK_COMPLETE" {
			t.Error(got)
		}
		if history := b.history("app"); !slices.ContainsFunc(history, func(line string) bool { return strings.HasPrefix(line, want) }) {
			t.Errorf("no %s in\n%s", want, strings.Join(history, "\n"))
		}
	}
}

func TestDynamicReferences(t *testing.T) {
	b := newBench(t, func(o *cloudformation.Options) {
		o.Dynamic = func(_ context.Context, region, service, reference string) (string, error) {
			return service + " " + reference, nil
		}
	})
	b.create("app", "Resources: {A: {Type: AWS::SQS::Queue, Properties: {DelaySeconds: 1, QueueName: 'x{{resolve:ssm:/p:1}}y', Tags: [{Key: '{{resolve:ssm:/p}}', Value: 1}]}}}")
	if got := fmt.Sprint(b.one(t, "A")); got != "map[DelaySeconds:1 QueueName:xssm /p:1y Tags:[map[Key:ssm /p Value:1]]]" {
		t.Error(got)
	}
}

// What is nothing but an entry in a stack needs no provider.
func TestInertResources(t *testing.T) {
	b := newBench(t)
	body := "Resources: {Meta: {Type: AWS::CDK::Metadata, Properties: {Analytics: a}}, Handle: {Type: AWS::CloudFormation::WaitConditionHandle}}"
	if got := b.create("app", body); got != "CREATE_COMPLETE" {
		t.Error(got)
	}
	if got := b.update("app", strings.Replace(body, "Analytics: a", "Analytics: b", 1)); got != "UPDATE_COMPLETE" {
		t.Error(got)
	}
	b.remove("app")
}

func TestTemplatesByURL(t *testing.T) {
	b := newBench(t, func(o *cloudformation.Options) {
		o.FetchTemplate = func(_ context.Context, url string) (string, error) {
			if url != "https://bucket/key" {
				return "", errors.New("Access Denied")
			}
			return template(), nil
		}
	})
	if _, err := b.CreateStack(ctx, &sdk.CreateStackInput{StackName: aws.String("app"), TemplateURL: aws.String("https://bucket/key")}); err != nil || b.status("app") != "CREATE_COMPLETE" {
		t.Error(err)
	}
	if _, err := b.ValidateTemplate(ctx, &sdk.ValidateTemplateInput{TemplateURL: aws.String("https://bucket/no")}); err == nil || !strings.Contains(err.Error(), "S3 error: Access Denied") {
		t.Error(err)
	}
}
