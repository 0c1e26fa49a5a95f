package cloudformation_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"payment-processor/localaws/cloudformation"
	"payment-processor/localaws/resource"
)

func TestReplacementIsCleanedUpOnlyAfterSuccess(t *testing.T) {
	b := newBench(t)
	b.create("app", template())
	b.log = nil
	if got := b.update("app", template("DelaySeconds: 5", "FifoQueue: true")); got != "UPDATE_COMPLETE" {
		t.Fatal(got)
	}
	b.want("app", "Queue UPDATE_IN_PROGRESS: Requested update requires the creation of a new physical resource; hence creating one.",
		"Queue UPDATE_COMPLETE", "app UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "Queue DELETE_COMPLETE", "app UPDATE_COMPLETE")
	if got := strings.Join(b.log, ", "); got != "Create Queue, Delete Queue" {
		t.Error(got)
	}
	// What cannot be deleted is reported and left.
	b.refuse("Delete Queue")
	if got := b.update("app", template("DelaySeconds: 5", "FifoQueue: false")); got != "UPDATE_COMPLETE" || b.names() != "Queue Queue Topic" {
		t.Errorf("%s with %s", got, b.names())
	}
	// One that is retained on replacement stays, too.
	b.refuse()
	b.update("app", template("DelaySeconds: 5", "FifoQueue: true", "Type: AWS::SQS::Queue", "Type: AWS::SQS::Queue\n    UpdateReplacePolicy: Retain"))
	b.want("app", "Queue DELETE_SKIPPED")
	// And one that the template no longer has is deleted at the end.
	b.update("app", "Resources: {Topic: {Type: AWS::SNS::Topic}}")
	if b.names() != "Queue Queue Topic" {
		t.Errorf("left: %s", b.names())
	}
}

func TestACustomNamedResourceCannotBeReplaced(t *testing.T) {
	b := newBench(t)
	body := func(lock string) string {
		return "Resources: {Bucket: {Type: AWS::S3::Bucket, Properties: {BucketName: mine, BucketNamePrefix: " + lock + "}}}"
	}
	b.create("app", body("a"))
	if got := b.update("app", body("b")); got != "UPDATE_ROLLBACK_COMPLETE" {
		t.Error(got)
	}
	b.want("app", "Bucket UPDATE_FAILED: CloudFormation cannot update a stack when a custom-named resource requires replacing. Rename Bucket-1 and update the stack again.")
}

// replacing is a provider that asks for another resource where the schema does not.
type replacing struct{ *world }

func (replacing) Update(context.Context, resource.Request) (resource.Result, error) {
	return resource.Result{}, resource.ErrReplace
}

func TestAProviderMayAskForAReplacement(t *testing.T) {
	b := newBench(t, func(o *cloudformation.Options) {
		o.Registry["AWS::SQS::Queue"] = replacing{o.Registry["AWS::SQS::Queue"].(*world)}
	})
	b.create("app", template())
	if got := b.update("app", template("DelaySeconds: 5", "DelaySeconds: 6")); got != "UPDATE_COMPLETE" || b.names() != "Queue Topic" {
		t.Errorf("%s with %s", got, b.names())
	}
	if !slices.Equal(b.log[2:], []string{"Create Queue", "Delete Queue"}) {
		t.Error(b.log)
	}
}

// renaming is a custom resource whose answer to an update is another physical id.
type renaming struct{ *world }

func (r renaming) Update(ctx context.Context, request resource.Request) (resource.Result, error) {
	return r.Create(ctx, request)
}

func TestACustomResourceWithAnotherPhysicalIDIsReplaced(t *testing.T) {
	b := newBench(t, func(o *cloudformation.Options) { o.Registry["Custom::"] = renaming{o.Registry["Custom::"].(*world)} })
	body := func(value string) string {
		return "Resources: {Mine: {Type: Custom::Mine, Properties: {ServiceToken: x, Value: " + value + "}}, Topic: {Type: AWS::SNS::Topic, DependsOn: Mine, Properties: {DisplayName: " + value + "}}}"
	}
	b.create("app", body("a"))
	b.update("app", body("b"))
	if b.names() != "Mine Topic" || b.one(t, "Mine")["Value"] != "b" {
		t.Errorf("after an update: %v", b.live)
	}
	// A rollback comes back to the old one without asking it, and deletes the new one.
	b.fault(cloudformation.Fault{LogicalID: "Topic", Phase: "forward", Fail: "no"})
	b.log = nil
	b.update("app", body("c"))
	if b.names() != "Mine Topic" || b.one(t, "Mine")["Value"] != "b" || !slices.Contains(b.log, "Delete Mine") {
		t.Errorf("after a rollback: %v, %v", b.live, b.log)
	}
}

// fickle answers an in-place rollback with yet another physical id.
func TestARollbackThatAnswersAnotherPhysicalID(t *testing.T) {
	b := newBench(t, func(o *cloudformation.Options) {
		w := o.Registry["Custom::"].(*world)
		o.Registry["Custom::"] = fickle{w}
	})
	body := func(value string) string {
		return "Resources: {Mine: {Type: Custom::Mine, Properties: {Value: " + value + "}}, Topic: {Type: AWS::SNS::Topic, DependsOn: Mine, Properties: {DisplayName: " + value + "}}}"
	}
	b.create("app", body("a"))
	b.refuse("Update Topic")
	if got := b.update("app", body("b")); got != "UPDATE_ROLLBACK_FAILED: The following resource(s) failed to update: [Topic]. " {
		t.Fatal(got)
	}
	b.refuse()
	b.continueRollback("app")
	if got := b.status("app"); got != "UPDATE_ROLLBACK_COMPLETE" || b.names() != "Mine Topic" || b.one(t, "Mine")["Value"] != "a" {
		t.Errorf("%s with %v", got, b.live)
	}
}

type fickle struct{ *world }

func (f fickle) Update(ctx context.Context, r resource.Request) (resource.Result, error) {
	if r.Properties["Value"] == "a" {
		return f.Create(ctx, r)
	}
	return f.world.Update(ctx, r)
}
