package cloudformation_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/smithy-go"
)

// change makes a change set and describes it, with property values.
func (b *bench) change(stack string, kind types.ChangeSetType, body string) *sdk.DescribeChangeSetOutput {
	b.t.Helper()
	made, err := b.CreateChangeSet(ctx, &sdk.CreateChangeSetInput{
		StackName: &stack, ChangeSetName: aws.String("set"), ChangeSetType: kind, TemplateBody: &body, Description: aws.String("why"),
	})
	if err != nil {
		b.t.Fatal(err)
	}
	out, err := b.DescribeChangeSet(ctx, &sdk.DescribeChangeSetInput{ChangeSetName: made.Id, IncludePropertyValues: aws.Bool(true)})
	if err != nil {
		b.t.Fatal(err)
	}
	return out
}

func (b *bench) dropChangeSet(stack string) {
	b.t.Helper()
	if _, err := b.DeleteChangeSet(ctx, &sdk.DeleteChangeSetInput{StackName: &stack, ChangeSetName: aws.String("set")}); err != nil {
		b.t.Fatal(err)
	}
}

// summary of a change: what the CDK CLI decides on.
func summary(changes []types.Change) string {
	var lines []string
	for _, change := range changes {
		r := change.ResourceChange
		line := fmt.Sprintf("%s %s %s%s %v", r.Action, *r.LogicalResourceId, r.Replacement, r.PolicyAction, r.Scope)
		for _, detail := range r.Details {
			line += fmt.Sprintf(" %s:%s:%s:%s%s", aws.ToString(detail.Target.Name), detail.Target.RequiresRecreation, detail.Evaluation, detail.ChangeSource, aws.ToString(detail.CausingEntity))
		}
		lines = append(lines, strings.TrimSpace(line))
	}
	return strings.Join(lines, "\n")
}

func TestChangeSets(t *testing.T) {
	b := newBench(t)
	out := b.change("app", types.ChangeSetTypeCreate, template())
	if out.Status != "CREATE_COMPLETE" || out.ExecutionStatus != "AVAILABLE" || *out.StackName != "app" || *out.Description != "why" {
		t.Fatalf("%+v", out)
	}
	if got := summary(out.Changes); got != "Add Queue  []\nAdd Topic  []" {
		t.Error(got)
	}
	if got := b.status("app"); got != "REVIEW_IN_PROGRESS: User Initiated" {
		t.Error(got)
	}
	_, err := b.CreateChangeSet(ctx, &sdk.CreateChangeSetInput{StackName: aws.String("app"), ChangeSetName: aws.String("set"), ChangeSetType: "CREATE", TemplateBody: aws.String(template())})
	if code(err) != "AlreadyExistsException" {
		t.Error(err)
	}
	list, err := b.ListChangeSets(ctx, &sdk.ListChangeSetsInput{StackName: aws.String("app")})
	if err != nil || len(list.Summaries) != 1 || *list.Summaries[0].ChangeSetName != "set" {
		t.Error(list, err)
	}
	got, err := b.GetTemplate(ctx, &sdk.GetTemplateInput{StackName: aws.String("app"), ChangeSetName: aws.String("set")})
	if err != nil || *got.TemplateBody != template() {
		t.Error(got, err)
	}
	if got, err := b.GetTemplate(ctx, &sdk.GetTemplateInput{StackName: aws.String("app")}); err != nil || got.TemplateBody != nil {
		t.Error(got, err)
	}
	execute := &sdk.ExecuteChangeSetInput{StackName: aws.String("app"), ChangeSetName: aws.String("set"), ClientRequestToken: aws.String("exec")}
	if _, err := b.ExecuteChangeSet(ctx, execute); err != nil {
		t.Fatal(err)
	}
	if got := b.status("app"); got != "CREATE_COMPLETE" {
		t.Error(got)
	}
	described, _ := b.DescribeStacks(ctx, &sdk.DescribeStacksInput{StackName: aws.String("app")})
	if stack := described.Stacks[0]; *stack.ChangeSetId != *out.ChangeSetId || len(stack.Outputs) != 1 || *stack.Outputs[0].ExportName != "app-queue" {
		t.Errorf("%+v", stack)
	}
	if _, err := b.ExecuteChangeSet(ctx, execute); err != nil {
		t.Error("the repetition of a request:", err)
	}
	execute.ClientRequestToken = aws.String("another")
	if _, err := b.ExecuteChangeSet(ctx, execute); code(err) != "InvalidChangeSetStatus" {
		t.Error(err)
	}
	if _, err := b.CreateChangeSet(ctx, &sdk.CreateChangeSetInput{StackName: aws.String("app"), ChangeSetName: aws.String("set"), ChangeSetType: "CREATE", TemplateBody: aws.String(template())}); code(err) != "AlreadyExistsException" {
		t.Error(err)
	}
}

func code(err error) string {
	var known smithy.APIError
	if !errors.As(err, &known) {
		return ""
	}
	return known.ErrorCode()
}

// The CDK CLI recognizes this text, and answers "no changes".
func TestNoChanges(t *testing.T) {
	b := newBench(t)
	b.create("app", template())
	out := b.change("app", types.ChangeSetTypeUpdate, template())
	if out.Status != "FAILED" || out.ExecutionStatus != "UNAVAILABLE" || !strings.HasPrefix(*out.StatusReason, "The submitted information didn't contain changes.") {
		t.Errorf("%+v", out)
	}
	if _, err := b.ExecuteChangeSet(ctx, &sdk.ExecuteChangeSetInput{ChangeSetName: out.ChangeSetId}); code(err) != "InvalidChangeSetStatus" {
		t.Error(err)
	}
	b.dropChangeSet("app")
	b.dropChangeSet("app")
	if _, err := b.ExecuteChangeSet(ctx, &sdk.ExecuteChangeSetInput{ChangeSetName: out.ChangeSetId}); code(err) != "ChangeSetNotFound" {
		t.Error(err)
	}
	_, err := b.DescribeChangeSet(ctx, &sdk.DescribeChangeSetInput{StackName: aws.String("app"), ChangeSetName: aws.String("set")})
	if code(err) != "ChangeSetNotFound" {
		t.Error(err)
	}
	_, err = b.DescribeChangeSet(ctx, &sdk.DescribeChangeSetInput{StackName: aws.String("gone"), ChangeSetName: aws.String("set")})
	if code(err) != "ChangeSetNotFound" {
		t.Error(err)
	}
	if _, err = b.UpdateStack(ctx, &sdk.UpdateStackInput{StackName: aws.String("app"), TemplateBody: aws.String(template())}); err == nil || !strings.Contains(err.Error(), "No updates are to be performed.") {
		t.Error(err)
	}
}

// An output alone is a change, though no resource is.
func TestAnOutputIsAChange(t *testing.T) {
	b := newBench(t)
	b.create("app", template())
	for _, changed := range []string{template("Value: !GetAtt Queue.Arn", "Value: !Ref Queue"), template("-queue'", "-other'"), template("Outputs:", "Outputs:\n  More: {Value: 1}")} {
		if out := b.change("app", types.ChangeSetTypeUpdate, changed); out.Status != "CREATE_COMPLETE" || len(out.Changes) != 0 {
			t.Errorf("%s: %s", changed, *out.StatusReason)
		}
		b.dropChangeSet("app")
		if got := b.update("app", changed); got != "UPDATE_COMPLETE" {
			t.Error(got)
		}
	}
}

func TestWhatAChangeSetSays(t *testing.T) {
	b := newBench(t)
	const before = `
Resources:
  Source: {Type: AWS::SQS::Queue, Properties: {QueueName: a, DelaySeconds: 1}}
  User: {Type: AWS::SQS::Queue, Properties: {KmsMasterKeyId: !GetAtt Source.Arn}}
  Named: {Type: AWS::SQS::Queue, Properties: {QueueName: !Ref Source}}
  Plain: {Type: AWS::SNS::Topic, Metadata: {a: b}}
  Kept: {Type: AWS::SNS::Topic, DeletionPolicy: RetainExceptOnCreate}
`
	b.create("app", before)
	for _, c := range []struct{ replacements, want string }{
		{"DelaySeconds: 1|DelaySeconds: 2", `Modify Source False [Properties] DelaySeconds:Never:Static:DirectModification
Modify User False [Properties] KmsMasterKeyId:Never:Dynamic:ResourceAttributeSource.Arn`},
		{"QueueName: a|QueueName: b", `Modify Named Conditional [Properties] QueueName:Always:Dynamic:ResourceReferenceSource
Modify Source TrueReplaceAndDelete [Properties] QueueName:Always:Static:DirectModification
Modify User False [Properties] KmsMasterKeyId:Never:Dynamic:ResourceAttributeSource.Arn`},
		{"QueueName: a, DelaySeconds: 1|QueueName: a, DelaySeconds: 1, RedrivePolicy: [1, 2]", "Modify Source False [Properties] RedrivePolicy:Never:Static:DirectModification\nModify User False [Properties] KmsMasterKeyId:Never:Dynamic:ResourceAttributeSource.Arn"},
		{"a: b|a: [b]", "Modify Plain False [Metadata] :Never:Static:DirectModification"},
		{"a: b|a: c", "Modify Plain False [Metadata] :Never:Static:DirectModification"},
		{"DeletionPolicy: RetainExceptOnCreate|UpdateReplacePolicy: Retain", "Modify Kept False [DeletionPolicy UpdateReplacePolicy] :Never:Static:DirectModification :Never:Static:DirectModification"},
		{"  Kept: {Type: AWS::SNS::Topic, DeletionPolicy: RetainExceptOnCreate}\n|", "Remove Kept Retain []"},
		{"QueueName: a, DelaySeconds: 1|QueueName: a, DelaySeconds: '1', Tags: [{Key: a, Value: b}]", "Modify Source False [Tags] Tags:Never:Static:DirectModification"},
	} {
		old, changed, _ := strings.Cut(c.replacements, "|")
		out := b.change("app", types.ChangeSetTypeUpdate, strings.Replace(before, old, changed, 1))
		if got := summary(out.Changes); got != c.want {
			t.Errorf("%s\ngot\n%s\nwant\n%s", c.replacements, got, c.want)
		}
		if first := out.Changes[0].ResourceChange; !strings.HasPrefix(*first.BeforeContext, `{"Properties":{`) && !strings.HasPrefix(*first.BeforeContext, `{"Metadata":{`) {
			t.Errorf("before: %s", *first.BeforeContext)
		}
		without, err := b.DescribeChangeSet(ctx, &sdk.DescribeChangeSetInput{ChangeSetName: out.ChangeSetId})
		if err != nil || without.Changes[0].ResourceChange.BeforeContext != nil {
			t.Error("values are shown to who did not ask")
		}
		b.dropChangeSet("app")
	}
}

// An update of tags alone reaches what can be tagged.
func TestTags(t *testing.T) {
	b := newBench(t)
	body := template()
	tag := func(value string) []types.Tag { return []types.Tag{{Key: aws.String("team"), Value: &value}} }
	if _, err := b.CreateStack(ctx, &sdk.CreateStackInput{StackName: aws.String("app"), TemplateBody: &body, Tags: tag("a")}); err != nil {
		t.Fatal(err)
	}
	b.server.Wait()
	made, err := b.CreateChangeSet(ctx, &sdk.CreateChangeSetInput{StackName: aws.String("app"), ChangeSetName: aws.String("set"), TemplateBody: &body, Tags: tag("b")})
	if err != nil {
		t.Fatal(err)
	}
	out, _ := b.DescribeChangeSet(ctx, &sdk.DescribeChangeSetInput{ChangeSetName: made.Id})
	if got := summary(out.Changes); got != "Modify Queue False [Tags] :Never:Static:DirectModification\nModify Topic False [Tags] :Never:Static:DirectModification" {
		t.Error(got)
	}
	b.log = nil
	if _, err := b.ExecuteChangeSet(ctx, &sdk.ExecuteChangeSetInput{ChangeSetName: made.Id}); err != nil {
		t.Fatal(err)
	}
	b.server.Wait()
	if got := strings.Join(b.log, " "); got != "Update Topic Update Queue" {
		t.Error(got)
	}
	// Who says nothing of tags keeps them; who says that there are none loses them.
	if _, err := b.UpdateStack(ctx, &sdk.UpdateStackInput{StackName: aws.String("app"), UsePreviousTemplate: aws.Bool(true)}); err == nil {
		t.Error("the tags are gone")
	}
	if _, err := b.UpdateStack(ctx, &sdk.UpdateStackInput{StackName: aws.String("app"), UsePreviousTemplate: aws.Bool(true), Tags: []types.Tag{}}); err != nil {
		t.Error("the tags are still there")
	}
}

// OnStackFailure of a change set is what OnFailure is to CreateStack.
func TestOnStackFailure(t *testing.T) {
	for failure, want := range map[types.OnStackFailure]string{"DELETE": "DELETE_COMPLETE", "DO_NOTHING": "CREATE_FAILED", "ROLLBACK": "ROLLBACK_COMPLETE"} {
		b := newBench(t)
		b.refuse("Create Queue")
		made, err := b.CreateChangeSet(ctx, &sdk.CreateChangeSetInput{
			StackName: aws.String("app"), ChangeSetName: aws.String("set"), ChangeSetType: "CREATE", TemplateBody: aws.String(template()), OnStackFailure: failure,
		})
		if err != nil {
			t.Fatal(err)
		}
		for range 2 { // the second is a repetition
			if _, err := b.ExecuteChangeSet(ctx, &sdk.ExecuteChangeSetInput{ChangeSetName: made.Id, ClientRequestToken: aws.String("x")}); err != nil {
				t.Fatal(err)
			}
		}
		if got := b.status(*made.StackId); !strings.HasPrefix(got, want) {
			t.Errorf("%s ends in %s", failure, got)
		}
	}
}

// A change set may be executed only while the stack can be updated.
func TestAChangeSetMayComeTooLate(t *testing.T) {
	b := newBench(t)
	b.create("app", template())
	set := b.change("app", types.ChangeSetTypeUpdate, template("DelaySeconds: 5", "DelaySeconds: 6"))
	b.refuse("Update Queue")
	b.update("app", template("DelaySeconds: 5", "DelaySeconds: 7"))
	if _, err := b.ExecuteChangeSet(ctx, &sdk.ExecuteChangeSetInput{ChangeSetName: set.ChangeSetId}); err == nil || !strings.Contains(err.Error(), "UPDATE_ROLLBACK_FAILED state and can not be updated") {
		t.Error(err)
	}
}
