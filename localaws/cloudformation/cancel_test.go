package cloudformation_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"payment-processor/localaws/cloudformation"
	"payment-processor/localaws/resource"
)

// Without rollback a stack stays where it failed. It goes on from there, or back.
func TestNoRollback(t *testing.T) {
	b := newBench(t)
	b.refuse("Create Queue")
	in := &sdk.CreateStackInput{StackName: aws.String("app"), TemplateBody: aws.String(template()), OnFailure: types.OnFailureDoNothing}
	if _, err := b.CreateStack(ctx, in); err != nil {
		t.Fatal(err)
	}
	if got := b.status("app"); got != "CREATE_FAILED: The following resource(s) failed to create: [Queue]. " || b.names() != "Topic" {
		t.Fatal(got, b.names())
	}
	update := func(body string) string {
		t.Helper()
		_, err := b.UpdateStack(ctx, &sdk.UpdateStackInput{StackName: aws.String("app"), TemplateBody: &body, DisableRollback: aws.Bool(true)})
		if err != nil {
			t.Fatal(err)
		}
		return b.status("app")
	}
	b.late = true // it is made, but not well
	if got := update(template()); got != "UPDATE_FAILED: The following resource(s) failed to create: [Queue]. " {
		t.Error(got)
	}
	b.refuse()
	if got := update(template()); got != "UPDATE_COMPLETE" || b.names() != "Queue Topic" {
		t.Error(got, b.names())
	}
	b.refuse("Update Queue")
	if got := update(template("DelaySeconds: 5", "DelaySeconds: 6")); got != "UPDATE_FAILED: The following resource(s) failed to update: [Queue]. " {
		t.Error(got)
	}
	// Nobody knows what holds: the old value is sent again.
	b.refuse()
	if got := update(template()); got != "UPDATE_COMPLETE" || b.one(t, "Queue")["DelaySeconds"] != 5.0 {
		t.Error(got, b.live)
	}
	b.refuse("Update Queue")
	update(template("DelaySeconds: 5", "DelaySeconds: 7", "DisplayName: one", "DisplayName: two"))
	b.refuse()
	for range 2 {
		if _, err := b.RollbackStack(ctx, &sdk.RollbackStackInput{StackName: aws.String("app"), ClientRequestToken: aws.String("back")}); err != nil {
			t.Fatal(err)
		}
	}
	if got := b.status("app"); got != "UPDATE_ROLLBACK_COMPLETE" || b.one(t, "Queue")["DelaySeconds"] != 5.0 || b.one(t, "Topic")["DisplayName"] != "one" {
		t.Error(got, b.live)
	}
	if _, err := b.RollbackStack(ctx, &sdk.RollbackStackInput{StackName: aws.String("app")}); err == nil || !strings.Contains(err.Error(), "can not be rolled back") {
		t.Error(err)
	}
	if _, err := b.RollbackStack(ctx, &sdk.RollbackStackInput{StackName: aws.String("gone")}); err == nil {
		t.Error("no stack is rolled back")
	}
}

func TestAFailedCreationWithoutRollbackCanBeRolledBackLater(t *testing.T) {
	b := newBench(t)
	b.refuse("Create Queue")
	_, _ = b.CreateStack(ctx, &sdk.CreateStackInput{StackName: aws.String("app"), TemplateBody: aws.String(template()), DisableRollback: aws.Bool(true)})
	b.server.Wait()
	if _, err := b.RollbackStack(ctx, &sdk.RollbackStackInput{StackName: aws.String("app")}); err != nil {
		t.Fatal(err)
	}
	if got := b.status("app"); got != "ROLLBACK_COMPLETE" || b.names() != "" {
		t.Error(got, b.names())
	}
}

// stubborn works until its context ends.
type stubborn struct{ *world }

func (s stubborn) Create(ctx context.Context, r resource.Request) (resource.Result, error) {
	result, _ := s.world.Create(ctx, r)
	if r.Properties["DelaySeconds"] == 9.0 {
		<-ctx.Done()
		return result, ctx.Err()
	}
	return result, nil
}

func (s stubborn) Update(ctx context.Context, r resource.Request) (resource.Result, error) {
	if r.Properties["DelaySeconds"] == 9.0 {
		<-ctx.Done()
		return resource.Result{}, ctx.Err()
	}
	return s.world.Update(ctx, r)
}

func newStubborn(t *testing.T) *bench {
	return newBench(t, func(o *cloudformation.Options) {
		o.Registry["AWS::SQS::Queue"] = stubborn{o.Registry["AWS::SQS::Queue"].(*world)}
	})
}

func TestCancelUpdate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newStubborn(t)
		b.create("app", template())
		cancel := func() error {
			_, err := b.CancelUpdateStack(ctx, &sdk.CancelUpdateStackInput{StackName: aws.String("app")})
			return err
		}
		if err := cancel(); err == nil || !strings.Contains(err.Error(), "CancelUpdateStack cannot be called from current stack status") {
			t.Error(err)
		}
		_, _ = b.UpdateStack(ctx, &sdk.UpdateStackInput{StackName: aws.String("app"), TemplateBody: aws.String(template("DelaySeconds: 5", "DelaySeconds: 9"))})
		time.Sleep(time.Hour)
		start := time.Now()
		if err := cancel(); err != nil {
			t.Fatal(err)
		}
		if got := b.status("app"); got != "UPDATE_ROLLBACK_COMPLETE" || b.one(t, "Queue")["DelaySeconds"] != 5.0 {
			t.Error(got, b.live)
		}
		if waited := time.Since(start); waited != 5*time.Second {
			t.Errorf("resources in progress had %s", waited)
		}
		b.want("app", "Queue UPDATE_FAILED: Resource update cancelled", "app UPDATE_ROLLBACK_IN_PROGRESS: User Initiated", "Queue UPDATE_COMPLETE")
		if _, err := b.CancelUpdateStack(ctx, &sdk.CancelUpdateStackInput{StackName: aws.String("gone")}); err == nil {
			t.Error("the update of no stack is cancelled")
		}
	})
}

// A failure ends what is in progress elsewhere; what was made halfway is deleted.
func TestAFailureCancelsTheRest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newStubborn(t)
		b.refuse("Create Topic")
		got := b.create("app", "Resources: {Topic: {Type: AWS::SNS::Topic}, Queue: {Type: AWS::SQS::Queue, Properties: {DelaySeconds: 9}}}")
		if got != "ROLLBACK_COMPLETE" || b.names() != "" {
			t.Error(got, b.names())
		}
		b.want("app", "Topic CREATE_FAILED: Internal failure", "Queue CREATE_FAILED: Resource creation cancelled",
			"app ROLLBACK_IN_PROGRESS: The following resource(s) failed to create: [Queue, Topic]. Rollback requested by user.", "Queue DELETE_COMPLETE")
	})
}

func TestADeletionEndsACreation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newStubborn(t)
		_, _ = b.CreateStack(ctx, &sdk.CreateStackInput{StackName: aws.String("app"), TemplateBody: aws.String(template("DelaySeconds: 5", "DelaySeconds: 9"))})
		time.Sleep(time.Second)
		b.remove("app")
		if b.names() != "" {
			t.Errorf("left: %s", b.names())
		}
		b.want("app", "Queue CREATE_FAILED: Resource creation cancelled", "app DELETE_IN_PROGRESS: User Initiated", "app DELETE_COMPLETE")
	})
}

func TestCloseEndsWhatIsInProgress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newStubborn(t)
		_, _ = b.CreateStack(ctx, &sdk.CreateStackInput{StackName: aws.String("app"), TemplateBody: aws.String(template("DelaySeconds: 5", "DelaySeconds: 9"))})
		time.Sleep(time.Second)
		b.server.Close()
		b.want("app", "Queue CREATE_FAILED: Resource creation cancelled", "app ROLLBACK_COMPLETE")
	})
}
