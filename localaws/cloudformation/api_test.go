package cloudformation_test

import (
	"fmt"
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
	for i, e := range events[1:] {
		if !e.Timestamp.Before(*events[i].Timestamp) { // the CDK CLI sorts by it
			t.Fatalf("%s and %s are of the same millisecond", *e.EventId, *events[i].EventId)
		}
	}
	if len(events) != 362 || events[0].ResourceStatus != "CREATE_COMPLETE" || *events[0].LogicalResourceId != "app" {
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
