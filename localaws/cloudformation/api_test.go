package cloudformation_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"payment-processor/localaws/cloudformation"
)

func TestDescribe(t *testing.T) {
	b := newBench(t)
	body := template("Resources:", "Description: two things\r\nResources:", "Type: AWS::SNS::Topic", "Type: AWS::SNS::Topic\n    Metadata: {a: 'b < c'}")
	_, err := b.CreateStack(ctx, &sdk.CreateStackInput{
		StackName: aws.String("app"), TemplateBody: &body, RoleARN: aws.String("arn:role"), NotificationARNs: []string{"arn:topic"},
		RollbackConfiguration: &types.RollbackConfiguration{MonitoringTimeInMinutes: aws.Int32(3)}, Capabilities: []types.Capability{"CAPABILITY_IAM"},
		Tags: []types.Tag{{Key: aws.String("a"), Value: aws.String("b & c")}}, EnableTerminationProtection: aws.Bool(true),
	})
	if err != nil || b.status("app") != "CREATE_COMPLETE" {
		t.Fatal(err, b.history("app"))
	}
	out, _ := b.DescribeStacks(ctx, &sdk.DescribeStacksInput{})
	stack := out.Stacks[0]
	if len(out.Stacks) != 1 || *stack.Description != "two things" || *stack.RoleARN != "arn:role" || stack.NotificationARNs[0] != "arn:topic" ||
		*stack.RollbackConfiguration.MonitoringTimeInMinutes != 3 || *stack.Tags[0].Value != "b & c" || !*stack.EnableTerminationProtection ||
		time.Since(*stack.CreationTime) > time.Minute || stack.LastUpdatedTime != nil {
		t.Errorf("%+v", stack)
	}
	original, _ := b.GetTemplate(ctx, &sdk.GetTemplateInput{StackName: aws.String("app")})
	if *original.TemplateBody != body {
		t.Errorf("the template came back as %q", *original.TemplateBody)
	}
	list, _ := b.ListStackResources(ctx, &sdk.ListStackResourcesInput{StackName: aws.String("app")})
	if got := list.StackResourceSummaries; len(got) != 2 || *got[1].LogicalResourceId != "Topic" || *got[1].PhysicalResourceId != "Topic-1" {
		t.Errorf("%+v", got)
	}
	one, err := b.DescribeStackResource(ctx, &sdk.DescribeStackResourceInput{StackName: aws.String("app"), LogicalResourceId: aws.String("Topic")})
	if err != nil || *one.StackResourceDetail.Metadata != `{"a":"b \u003c c"}` {
		t.Error(*one.StackResourceDetail.Metadata, err)
	}
	for _, in := range []sdk.DescribeStackResourcesInput{
		{StackName: aws.String("app"), LogicalResourceId: aws.String("Queue")}, {StackName: stack.StackId, LogicalResourceId: aws.String("Queue")},
		{PhysicalResourceId: aws.String("Queue-2"), LogicalResourceId: aws.String("Queue")},
	} {
		some, err := b.DescribeStackResources(ctx, &in)
		if err != nil || len(some.StackResources) != 1 || *some.StackResources[0].PhysicalResourceId != "Queue-2" {
			t.Error(some, err)
		}
	}
	stacks, _ := b.ListStacks(ctx, &sdk.ListStacksInput{StackStatusFilter: []types.StackStatus{"CREATE_COMPLETE"}})
	none, _ := b.ListStacks(ctx, &sdk.ListStacksInput{StackStatusFilter: []types.StackStatus{"DELETE_COMPLETE"}})
	if len(stacks.StackSummaries) != 1 || *stacks.StackSummaries[0].TemplateDescription != "two things" || len(none.StackSummaries) != 0 {
		t.Error(stacks, none)
	}
}

func TestNobodyIsDescribed(t *testing.T) {
	b := newBench(t)
	b.create("app", template())
	gone := aws.String("gone")
	for name, call := range map[string]func() error{
		"DescribeStacks": func() error { _, err := b.DescribeStacks(ctx, &sdk.DescribeStacksInput{StackName: gone}); return err },
		"DescribeStackEvents": func() error {
			_, err := b.DescribeStackEvents(ctx, &sdk.DescribeStackEventsInput{StackName: gone})
			return err
		},
		"DescribeEvents":         func() error { _, err := b.DescribeEvents(ctx, &sdk.DescribeEventsInput{StackName: gone}); return err },
		"DescribeEvents of none": func() error { _, err := b.DescribeEvents(ctx, &sdk.DescribeEventsInput{}); return err },
		"DescribeStackResources": func() error {
			_, err := b.DescribeStackResources(ctx, &sdk.DescribeStackResourcesInput{StackName: gone})
			return err
		},
		"DescribeStackResources of none": func() error {
			_, err := b.DescribeStackResources(ctx, &sdk.DescribeStackResourcesInput{PhysicalResourceId: gone})
			return err
		},
		"ListStackResources": func() error {
			_, err := b.ListStackResources(ctx, &sdk.ListStackResourcesInput{StackName: gone})
			return err
		},
		"DescribeStackResource": func() error {
			_, err := b.DescribeStackResource(ctx, &sdk.DescribeStackResourceInput{StackName: gone, LogicalResourceId: gone})
			return err
		},
		"DescribeStackResource of app": func() error {
			_, err := b.DescribeStackResource(ctx, &sdk.DescribeStackResourceInput{StackName: aws.String("app"), LogicalResourceId: gone})
			return err
		},
		"GetTemplate": func() error { _, err := b.GetTemplate(ctx, &sdk.GetTemplateInput{StackName: gone}); return err },
		"GetTemplateSummary": func() error {
			_, err := b.GetTemplateSummary(ctx, &sdk.GetTemplateSummaryInput{StackName: gone})
			return err
		},
		"ListImports": func() error { _, err := b.ListImports(ctx, &sdk.ListImportsInput{ExportName: gone}); return err },
		"UpdateTerminationProtection": func() error {
			_, err := b.UpdateTerminationProtection(ctx, &sdk.UpdateTerminationProtectionInput{StackName: gone, EnableTerminationProtection: aws.Bool(true)})
			return err
		},
	} {
		if err := call(); code(err) != "ValidationError" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Long lists come in pages of 100, events with the newest first.
func TestPages(t *testing.T) {
	b := newBench(t)
	var body, outputs strings.Builder
	body.WriteString("Resources:\n")
	outputs.WriteString("Outputs:\n")
	for i := range 120 {
		fmt.Fprintf(&body, "  R%03d: {Type: AWS::SNS::Topic}\n", i)
		fmt.Fprintf(&outputs, "  O%03d: {Value: %d, Export: {Name: e%03d}}\n", i, i, i)
	}
	if got := b.create("app", body.String()+outputs.String()); got != "CREATE_COMPLETE" {
		t.Fatal(got)
	}
	var events []types.StackEvent
	pages := sdk.NewDescribeStackEventsPaginator(b, &sdk.DescribeStackEventsInput{StackName: aws.String("app")})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil || len(page.StackEvents) > 100 {
			t.Fatal(len(page.StackEvents), err)
		}
		events = append(events, page.StackEvents...)
	}
	newer := func(a, b types.StackEvent) int { return b.Timestamp.Compare(*a.Timestamp) }
	if len(events) != 362 || events[0].ResourceStatus != "CREATE_COMPLETE" || *events[0].LogicalResourceId != "app" || !slices.IsSortedFunc(events, newer) {
		t.Errorf("%d events, first %+v", len(events), *events[0].LogicalResourceId)
	}
	resources, _ := b.ListStackResources(ctx, &sdk.ListStackResourcesInput{StackName: aws.String("app"), NextToken: aws.String("100")})
	exports, _ := b.ListExports(ctx, &sdk.ListExportsInput{})
	if len(resources.StackResourceSummaries) != 20 || len(exports.Exports) != 100 || *exports.NextToken != "100" {
		t.Error(len(resources.StackResourceSummaries), len(exports.Exports))
	}
}

func TestEventsOfOneOperation(t *testing.T) {
	b := newBench(t)
	b.refuse("Create Queue")
	b.create("app", template())
	failed, err := b.DescribeEvents(ctx, &sdk.DescribeEventsInput{StackName: aws.String("app"), Filters: &types.EventFilter{FailedEvents: aws.Bool(true)}})
	if err != nil || len(failed.OperationEvents) != 1 || *failed.OperationEvents[0].ResourceStatusReason != "Internal failure" {
		t.Fatal(failed, err)
	}
	// The rollback is an operation of its own.
	first, _ := b.DescribeEvents(ctx, &sdk.DescribeEventsInput{StackName: aws.String("app"), OperationId: failed.OperationEvents[0].OperationId})
	for _, e := range first.OperationEvents {
		if strings.Contains(string(e.ResourceStatus), "DELETE") {
			t.Errorf("%+v", e)
		}
	}
	out, _ := b.DescribeStacks(ctx, &sdk.DescribeStacksInput{StackName: aws.String("app")})
	if got := out.Stacks[0].LastOperations; len(got) != 2 || got[0].OperationType != "ROLLBACK" || got[1].OperationType != "CREATE_STACK" {
		t.Errorf("%+v", got)
	}
}

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

func TestProtectionAndRepetition(t *testing.T) {
	b := newBench(t)
	in := &sdk.CreateStackInput{StackName: aws.String("app"), TemplateBody: aws.String(template()), ClientRequestToken: aws.String("a")}
	first, err := b.CreateStack(ctx, in)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := b.CreateStack(ctx, in); err != nil || *again.StackId != *first.StackId {
		t.Error(again, err)
	}
	in.ClientRequestToken = nil
	if _, err := b.CreateStack(ctx, in); code(err) != "AlreadyExistsException" {
		t.Error(err)
	}
	b.server.Wait()
	protect := func(on *bool) error {
		_, err := b.UpdateTerminationProtection(ctx, &sdk.UpdateTerminationProtectionInput{StackName: aws.String("app"), EnableTerminationProtection: on})
		return err
	}
	if err := protect(aws.Bool(true)); err != nil {
		t.Fatal(err)
	}
	if _, err := b.DeleteStack(ctx, &sdk.DeleteStackInput{StackName: aws.String("app")}); err == nil || !strings.Contains(err.Error(), "cannot be deleted while TerminationProtection is enabled") {
		t.Error(err)
	}
	if err := protect(aws.Bool(false)); err != nil {
		t.Fatal(err)
	}
	if _, err := b.DeleteStack(ctx, &sdk.DeleteStackInput{StackName: aws.String("app"), RetainResources: []string{"Topic"}}); err == nil || !strings.Contains(err.Error(), "RetainResources can only be specified") {
		t.Error(err)
	}
	update := &sdk.UpdateStackInput{StackName: aws.String("app"), TemplateBody: aws.String(template("DelaySeconds: 5", "DelaySeconds: 6")), ClientRequestToken: aws.String("b")}
	for range 2 {
		if _, err := b.UpdateStack(ctx, update); err != nil {
			t.Fatal(err)
		}
	}
	b.server.Wait()
	for _, token := range []*string{nil, aws.String("c"), aws.String("c")} {
		if _, err := b.DeleteStack(ctx, &sdk.DeleteStackInput{StackName: aws.String("app"), ClientRequestToken: token}); err != nil {
			t.Fatal(err)
		}
		b.server.Wait()
	}
	for _, e := range b.events {
		if e.OfStack() && e.Status == "UPDATE_COMPLETE" && e.Token != "b" {
			t.Errorf("%+v", e)
		}
	}
}

func TestNothingBeginsDuringAnUpdate(t *testing.T) {
	b := newBench(t)
	b.create("app", template())
	b.fault(cloudformation.Fault{Delay: "1h"})
	changed := aws.String(template("DelaySeconds: 5", "DelaySeconds: 6"))
	if _, err := b.UpdateStack(ctx, &sdk.UpdateStackInput{StackName: aws.String("app"), TemplateBody: changed}); err != nil {
		t.Fatal(err)
	}
	if _, err := b.UpdateStack(ctx, &sdk.UpdateStackInput{StackName: aws.String("app"), TemplateBody: aws.String(template())}); err == nil || !strings.Contains(err.Error(), "is in UPDATE_IN_PROGRESS state and can not be updated") {
		t.Error(err)
	}
	if _, err := b.DeleteStack(ctx, &sdk.DeleteStackInput{StackName: aws.String("app")}); err == nil || !strings.Contains(err.Error(), "cannot be deleted while in status UPDATE_IN_PROGRESS") {
		t.Error(err)
	}
	b.server.Close()
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

// Without a signature the region is the server's; what is not supported is named; what is no form is refused.
func TestRequestsByHand(t *testing.T) {
	server := cloudformation.New(cloudformation.Options{Registry: newWorld().registry()})
	defer server.Close()
	ask := func(body string) string {
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		server.ServeHTTP(w, r)
		return fmt.Sprint(w.Code, w.Body.String())
	}
	for body, want := range map[string]string{
		"Action=DescribeStacks":                            "200<DescribeStacksResponse",
		"Action=SetStackPolicy&StackName=x":                "400<ErrorResponse xmlns=\"http://cloudformation.amazonaws.com/doc/2010-05-15/\"><Error><Type>Sender</Type><Code>UnsupportedOperation</Code><Message>SetStackPolicy is not supported here</Message>",
		"Action=DescribeStacks&x=%zz":                      "400<ErrorResponse",
		"Action=DescribeStacks&StackName=%3Ca%3E":          "Stack with id &lt;a&gt; does not exist",
		"Action=CancelUpdateStack":                         "Member must not be null",
		"Action=UpdateTerminationProtection&StackName=app": "EnableTerminationProtection must not be null",
		"Action=CreateStack&StackName=app&TemplateBody=Resources:%20%7BA:%20%7BType:%20AWS::SQS::Queue%7D%7D&TimeoutInMinutes=5": "arn:aws:cloudformation:us-east-2:123456789012:stack/app/",
		strings.Repeat("x", 5<<20): "request body too large",
	} {
		if strings.HasPrefix(body, "Action=UpdateTermination") {
			ask("Action=CreateStack&StackName=app&TemplateBody=Resources:%20%7BA:%20%7BType:%20AWS::SQS::Queue%7D%7D")
		}
		if strings.HasPrefix(body, "Action=CreateStack") {
			server = cloudformation.New(cloudformation.Options{Registry: newWorld().registry()})
		}
		if got := ask(body); !strings.Contains(got, want) {
			t.Errorf("%.60s\ngot  %s\nwant %s", body, got, want)
		}
	}
}

func TestFaultsOverHTTP(t *testing.T) {
	b := newBench(t)
	ask := func(method, path, body string) string {
		w := httptest.NewRecorder()
		b.server.Faults().ServeHTTP(w, httptest.NewRequest(method, path, bytes.NewBufferString(body)))
		return strings.TrimSpace(fmt.Sprint(w.Code, " ", w.Body.String()))
	}
	if got := ask("POST", "/", `{"stack": "app", "logicalId": "Queue", "operation": "Create", "fail": "by hand", "after": true, "delay": "1ms"}`); got != `200 [{"id":1,"stack":"app","logicalId":"Queue","operation":"Create","fail":"by hand","after":true,"delay":"1ms","hits":0}]` {
		t.Error(got)
	}
	ask("POST", "/", `{"logicalId": "Nobody", "always": true}`)
	if got := b.create("app", template()); got != "ROLLBACK_COMPLETE" || b.names() != "" {
		t.Error(got, b.names())
	}
	b.want("app", "Queue CREATE_FAILED: by hand", "Queue DELETE_COMPLETE")
	b.remove("app")
	if got := b.create("app", template()); got != "CREATE_COMPLETE" {
		t.Error("a fault fired twice:", got)
	}
	if got := ask("GET", "/", ""); !strings.Contains(got, `"hits":1`) {
		t.Error(got)
	}
	if got := ask("DELETE", "/?id=1", ""); got != `200 [{"id":2,"logicalId":"Nobody","always":true,"hits":0}]` {
		t.Error(got)
	}
	for body, want := range map[string]string{`{"delay": "long"}`: "400 time: invalid duration", `{"foo": 1}`: `400 json: unknown field "foo"`, "": "400 EOF"} {
		if got := ask("POST", "/", body); !strings.HasPrefix(got, want) {
			t.Error(got)
		}
	}
	if got := ask("PUT", "/", ""); got != "405 GET, POST or DELETE" {
		t.Error(got)
	}
	if got := ask("DELETE", "/", ""); got != "200 []" {
		t.Error(got)
	}
	// Before, the provider is not asked.
	b.log = nil
	b.fault(cloudformation.Fault{LogicalID: "Queue", Operation: "Update", Fail: "early", Always: true, Phase: "forward"})
	if got := b.update("app", template("DelaySeconds: 5", "DelaySeconds: 6")); got != "UPDATE_ROLLBACK_COMPLETE" || strings.Join(b.log, " ") != "Update Queue" {
		t.Error(got, b.log)
	}
}
