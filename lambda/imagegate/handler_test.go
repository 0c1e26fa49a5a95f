package imagegate

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/cfn"
	ssmtypes "github.com/aws/aws-sdk-go-v2/service/ssm/types"
	"github.com/aws/smithy-go"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
)

var (
	throttled = &smithy.GenericAPIError{Code: "ThrottlingException"}
	broken    = &smithy.GenericAPIError{Code: "ServerException", Fault: smithy.FaultServer}
	denial    = &smithy.GenericAPIError{Code: "AccessDeniedException", Fault: smithy.FaultClient}
	invalid   = &smithy.GenericAPIError{Code: "InvalidParameterException", Fault: smithy.FaultClient}
)

// A rollback must bring the old image back, also when it was "what is live", and when its tag has been deleted since.
func TestRollbackGetsTheOldAnswer(t *testing.T) {
	for _, tag := range []string{"", "v1"} {
		a := newAccount()
		one := a.push("one", "v1")
		a.run(repository + "@" + one)
		old, next := properties(tag, "one"), properties("v2", "two")
		a.answers(t, request(cfn.RequestCreate, old, nil))
		two := a.push("two", "v2")
		if got := a.answers(t, update(next, old)); got != two {
			t.Fatalf("the update gets %s, want %s", got, two)
		}
		a.run(repository + "@" + two)
		a.images = slices.DeleteFunc(a.images, func(image image) bool { return *image.ImageDigest == one })
		a.stack = "UPDATE_ROLLBACK_IN_PROGRESS"
		if got := a.answers(t, update(old, next)); got != one {
			t.Errorf("with tag %q the rollback gets %s, want the old %s", tag, got, one)
		}
		a.faults["PutParameter"] = []error{invalid}
		if got := a.answers(t, update(old, next)); got != one {
			t.Errorf("a rollback that cannot write gets %s, want the old %s", got, one)
		}
	}
}

// A creation that is delivered again minutes later would resolve "what is live" anew, and the next rollback get that.
func TestALateReplayChangesNothing(t *testing.T) {
	a := newAccount()
	one := a.push("one", "v1")
	a.run(repository + "@" + one)
	old, next := properties("", "same"), properties("v2", "same")
	create := request(cfn.RequestCreate, old, nil)
	create.ResponseURL = "https://bucket.s3.amazonaws.com/answer?X-Amz-Date=20200101T000000Z"
	a.answers(t, create)
	a.stack = "UPDATE_ROLLBACK_IN_PROGRESS"
	a.answers(t, update(old, next))
	a.run(repository + "@" + a.push("two", "v2"))
	if got := a.answers(t, create); got != one {
		t.Errorf("the replay gets %s, want %s", got, one)
	}
	if got := a.answers(t, update(old, next)); got != one {
		t.Errorf("the rollback after it gets %s, want %s", got, one)
	}
}

// A later update that leaves the tag away looks like the rollback above, and must keep what is live.
func TestUpdateToNoTagKeepsWhatIsLive(t *testing.T) {
	a := newAccount()
	a.run(repository + "@" + a.push("one", "v1"))
	old, next := properties("", "same"), properties("v2", "same")
	a.answers(t, request(cfn.RequestCreate, old, nil))
	two := a.push("two", "v2")
	a.answers(t, update(next, old))
	a.run(repository + "@" + two)
	if got := a.answers(t, update(old, next)); got != two {
		t.Errorf("got %s, want what is live, %s", got, two)
	}
}

// Nothing remembered is no reason for a rollback to fail.
func TestRollbackWithoutMemory(t *testing.T) {
	a := newAccount()
	one := a.push("one", "v1")
	a.stack = "UPDATE_ROLLBACK_IN_PROGRESS"
	for _, written := range []string{"", "{", `{"image":`} {
		if written != "" {
			name := "/payment-processor-dev/image/" + fingerprint(properties("v1", ""))
			a.parameters[name] = ssmtypes.Parameter{Name: &name, Value: &written}
		}
		if got := a.answers(t, update(properties("v1", ""), properties("v2", ""))); got != one {
			t.Errorf("got %s, want %s", got, one)
		}
	}
}

// Lambda may deliver an event twice; both times CloudFormation must hear the same.
func TestReplayGetsTheSameAnswer(t *testing.T) {
	a := newAccount()
	one := a.push("one", "v1")
	a.run(repository + "@" + one)
	event := create("")
	a.answers(t, event)
	a.run(repository + "@" + a.push("two", "v2"))
	if got := a.answers(t, event); got != one {
		t.Errorf("the replay gets %s, want %s", got, one)
	}
}

// Another version of the function, or another timeout, must find what this one remembered.
func TestFingerprint(t *testing.T) {
	same, other := properties("v1", ""), properties("v1", "changed")
	same["ServiceToken"], same["ServiceTimeout"] = "arn:new", "600"
	want := fingerprint(properties("v1", ""))
	if fingerprint(same) != want || fingerprint(other) == want {
		t.Error("the fingerprint follows the function, or does not follow the properties")
	}
}

// CloudFormation replaces, and so deletes, what changes its physical id.
func TestPhysicalIDIsStable(t *testing.T) {
	a := newAccount()
	first, _, err := a.handler().Handle(t.Context(), create(""))
	if err != nil || first != "image-gate/Image" {
		t.Fatalf("got %q, %v", first, err)
	}
	event := update(properties("gone", ""), properties("", ""))
	event.PhysicalResourceID = "as before"
	if id, _, err := a.handler().Handle(t.Context(), event); err == nil || id != "as before" {
		t.Errorf("a failed update gets %q, %v", id, err)
	}
}

// Throttling, a broken service and a policy that is not in force yet pass; a wrong request does not.
func TestPassingErrorsAreTriedAgain(t *testing.T) {
	registry := func(code int) error { return &transport.Error{StatusCode: code} }
	a := newAccount()
	a.faults["GetParameter"] = []error{throttled, broken, denial}
	a.answers(t, create(""))
	a = newAccount()
	a.faults["Push"] = []error{registry(403), registry(503), registry(507), context.DeadlineExceeded}
	a.answers(t, create(""))
	a = newAccount()
	a.faults["GetParameter"] = slices.Repeat([]error{denial}, 100)
	a.refuses(t, create(""), "recall the last answer", "AccessDenied")
	if waited := a.clock.Sub(newAccount().clock); waited > time.Minute {
		t.Errorf("a missing permission fails after %v, want within a minute", waited)
	}
	a = newAccount()
	a.stack = "UPDATE_ROLLBACK_IN_PROGRESS"
	a.faults["DescribeStacks"] = slices.Repeat([]error{throttled}, 1000)
	a.refuses(t, update(properties("", ""), nil), "whether the stack is rolling back", "Throttling")
	a = newAccount()
	a.stack = ""
	a.refuses(t, update(properties("", ""), nil), "found 0 stacks")
}

// The answer must reach CloudFormation before Lambda ends the function.
func TestDeadlineIsKept(t *testing.T) {
	a := newAccount()
	ctx, cancel := context.WithTimeout(t.Context(), margin+time.Hour)
	defer cancel()
	handler := a.handler()
	handler.Sleep = func(ctx context.Context, _ time.Duration) error {
		deadline, _ := ctx.Deadline()
		if left := time.Until(deadline); left > time.Hour {
			t.Errorf("gives up in %v, and leaves no time to say so", left)
		}
		return context.DeadlineExceeded
	}
	a.faults["GetParameter"] = []error{throttled}
	if _, _, err := handler.Handle(ctx, create("")); err == nil || !strings.Contains(err.Error(), "Throttling") {
		t.Errorf("got %v, want the error that was left", err)
	}
}

// Properties that cannot be read fail the request, but never the deletion of the stack.
func TestMalformedProperties(t *testing.T) {
	for _, wrong := range []map[string]any{{"ImageTag": []any{}}, {"ImageTag": func() {}}} {
		newAccount().refuses(t, request(cfn.RequestCreate, wrong, nil), "the resource's properties")
		if _, _, err := newAccount().handler().Handle(t.Context(), request(cfn.RequestDelete, wrong, nil)); err != nil {
			t.Errorf("the deletion fails: %v", err)
		}
	}
}

// Deleting the stack leaves no parameters behind, and fails for nothing.
func TestDelete(t *testing.T) {
	a := newAccount()
	for n := range 12 {
		a.answers(t, update(properties("", fmt.Sprint(n)), nil))
	}
	for n := range 3 * forgetting {
		p := parameter(fmt.Sprint(n), "")
		a.parameters[*p.Name] = p
	}
	remove := request(cfn.RequestDelete, properties("", ""), nil)
	a.faults["GetParametersByPath"] = []error{throttled, invalid}
	log := warnings(t)
	for range 2 {
		if _, _, err := a.handler().Handle(t.Context(), remove); err != nil {
			t.Fatal(err)
		}
	}
	if n := strings.Count(log.String(), "parameters are left behind"); n != 1 {
		t.Errorf("warned %d times, want once:\n%s", n, log)
	}
	if len(a.parameters) > 0 {
		t.Errorf("left %d parameters behind", len(a.parameters))
	}
}
