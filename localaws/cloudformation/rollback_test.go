package cloudformation_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"payment-processor/localaws/cloudformation"
	"payment-processor/localaws/resource"
)

// refuse makes requests fail, by operation and logical id.
func (b *bench) refuse(all ...string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.deny = func(operation string, r resource.Request) error {
		if slices.Contains(all, operation+" "+r.LogicalID) {
			return errors.New("Internal failure")
		}
		return nil
	}
}

// fault lets one be run into.
func (b *bench) fault(f cloudformation.Fault) {
	b.t.Helper()
	if _, err := b.server.Faults().Add(f); err != nil {
		b.t.Fatal(err)
	}
}

// want checks that a history has lines, in this order.
func (b *bench) want(name string, lines ...string) {
	b.t.Helper()
	history := b.history(name)
	rest := history
	for _, line := range lines {
		i := slices.Index(rest, line)
		if i < 0 {
			b.t.Errorf("no %q in\n%s", line, strings.Join(history, "\n"))
			return
		}
		rest = rest[i+1:]
	}
}

func TestAFailedCreationIsRolledBackAndCanOnlyBeDeleted(t *testing.T) {
	b := newBench(t)
	b.refuse("Create Queue")
	if got := b.create("app", template("Type: AWS::SNS::Topic", "Type: AWS::SNS::Topic\n    DeletionPolicy: RetainExceptOnCreate")); got != "ROLLBACK_COMPLETE" {
		t.Fatal(got)
	}
	b.want("app", "Queue CREATE_FAILED: Internal failure",
		"app ROLLBACK_IN_PROGRESS: The following resource(s) failed to create: [Queue]. Rollback requested by user.",
		"Topic DELETE_COMPLETE", "app ROLLBACK_COMPLETE")
	if b.names() != "" {
		t.Errorf("%s is left", b.names())
	}
	_, err := b.UpdateStack(ctx, &sdk.UpdateStackInput{StackName: aws.String("app"), TemplateBody: aws.String(template())})
	if err == nil || !strings.Contains(err.Error(), "is in ROLLBACK_COMPLETE state and can not be updated.") {
		t.Error(err)
	}
	b.remove("app")
}

func TestWhatIsRetained(t *testing.T) {
	for policy, want := range map[string]string{"Delete": " | ", "Snapshot": " | ", "Retain": "Topic | Topic Topic", "RetainExceptOnCreate": " | Topic"} {
		b := newBench(t)
		body := template("Type: AWS::SNS::Topic", "Type: AWS::SNS::Topic\n    DeletionPolicy: "+policy)
		b.refuse("Create Queue")
		b.create("app", body)
		got := b.names() + " | "
		b.remove("app")
		b.refuse()
		b.create("app", body)
		b.remove("app")
		if got += b.names(); got != want {
			t.Errorf("%s leaves %q after a rollback and a deletion, want %q", policy, got, want)
		}
	}
}

// The same goes for what an update has made before it failed.
func TestWhatAFailedUpdateRetains(t *testing.T) {
	for policy, want := range map[string]string{"Delete": "Topic", "Retain": "Made Topic", "RetainExceptOnCreate": "Topic"} {
		b := newBench(t)
		b.create("app", "Resources: {Topic: {Type: AWS::SNS::Topic, Properties: {DisplayName: a}}}")
		b.fault(cloudformation.Fault{LogicalID: "Topic", Fail: "no"})
		got := b.update("app", "Resources: {Topic: {Type: AWS::SNS::Topic, DependsOn: Made, Properties: {DisplayName: b}}, Made: {Type: AWS::SQS::Queue, DeletionPolicy: "+policy+"}}")
		if got != "UPDATE_ROLLBACK_COMPLETE" || b.names() != want {
			t.Errorf("%s leaves %q, want %q (%s)", policy, b.names(), want, got)
		}
	}
}

// The flag of the request wins over Retain.
func TestRetainExceptOnCreateOfTheRequest(t *testing.T) {
	b := newBench(t)
	b.refuse("Create Queue")
	body := template("Type: AWS::SNS::Topic", "Type: AWS::SNS::Topic\n    DeletionPolicy: Retain")
	_, err := b.CreateStack(ctx, &sdk.CreateStackInput{StackName: aws.String("app"), TemplateBody: &body, RetainExceptOnCreate: aws.Bool(true)})
	if got := b.status("app"); err != nil || got != "ROLLBACK_COMPLETE" || b.names() != "" {
		t.Errorf("%v, %s, %q is left", err, got, b.names())
	}
}

func TestOnFailureDelete(t *testing.T) {
	b := newBench(t)
	b.refuse("Create Queue")
	out, err := b.CreateStack(ctx, &sdk.CreateStackInput{StackName: aws.String("app"), TemplateBody: aws.String(template()), OnFailure: types.OnFailureDelete})
	if err != nil {
		t.Fatal(err)
	}
	if got := b.status(*out.StackId); got != "DELETE_COMPLETE" || b.names() != "" {
		t.Errorf("%s, %q is left", got, b.names())
	}
}

func (b *bench) continueRollback(name string, skip ...string) {
	b.t.Helper()
	in := &sdk.ContinueUpdateRollbackInput{StackName: &name, ResourcesToSkip: skip, ClientRequestToken: aws.String("continue")}
	for range 2 { // the second is a repetition
		if _, err := b.ContinueUpdateRollback(ctx, in); err != nil {
			b.t.Fatal(err)
		}
	}
	b.server.Wait()
}

func TestContinueUpdateRollback(t *testing.T) {
	b := newBench(t)
	b.create("app", template())
	b.refuse("Update Queue")
	changed := template("DelaySeconds: 5", "DelaySeconds: 6", "DisplayName: one", "DisplayName: two")
	if got := b.update("app", changed); got != "UPDATE_ROLLBACK_FAILED: The following resource(s) failed to update: [Queue]. " {
		t.Fatal(got)
	}
	_, err := b.ContinueUpdateRollback(ctx, &sdk.ContinueUpdateRollbackInput{StackName: aws.String("app"), ResourcesToSkip: []string{"Topic"}})
	if err == nil || !strings.Contains(err.Error(), "not in UPDATE_FAILED state: [Topic]") {
		t.Error(err)
	}
	b.continueRollback("app", "Queue")
	if got := b.status("app"); got != "UPDATE_ROLLBACK_COMPLETE" || b.one(t, "Topic")["DisplayName"] != "one" {
		t.Errorf("%s with %v", got, b.live)
	}
	b.want("app", "Queue UPDATE_COMPLETE: Resource skipped during UpdateRollback")
	if _, err := b.ContinueUpdateRollback(ctx, &sdk.ContinueUpdateRollbackInput{StackName: aws.String("app")}); err == nil || !strings.Contains(err.Error(), "can not continue update rollback") {
		t.Error(err)
	}
	if _, err := b.ContinueUpdateRollback(ctx, &sdk.ContinueUpdateRollbackInput{StackName: aws.String("gone")}); err == nil {
		t.Error("the rollback of no stack continues")
	}
}

func TestADeletionThatFailsIsTriedAgain(t *testing.T) {
	b := newBench(t)
	b.create("app", template())
	b.refuse("Delete Topic")
	b.remove("app")
	if got := b.status("app"); got != "DELETE_FAILED: The following resource(s) failed to delete: [Topic]. " {
		t.Error(got)
	}
	if _, err := b.DeleteStack(ctx, &sdk.DeleteStackInput{StackName: aws.String("app"), RetainResources: []string{"Topic"}}); err != nil {
		t.Fatal(err)
	}
	b.server.Wait()
	if b.names() != "Topic" {
		t.Errorf("left: %s", b.names())
	}
	b.want("app", "Topic DELETE_FAILED: Internal failure", "Topic DELETE_SKIPPED", "app DELETE_COMPLETE")
}
