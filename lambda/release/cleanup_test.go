package release

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"

	"payment-processor/lambda/deployment"

	"github.com/aws/aws-sdk-go-v2/service/ecs"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// many returns an account with so many revisions of the family, the newest last, and one of another family.
func many(revisions int) *account {
	a := running(v1, "blue")
	a.Page = 3
	a.revisions = map[string]ecstypes.TaskDefinitionStatus{"arn:task-definition/other:1": ecstypes.TaskDefinitionStatusActive}
	for i := range revisions {
		a.revisions[numbered(i)] = ecstypes.TaskDefinitionStatusActive
	}
	return a
}

func numbered(i int) string { return fmt.Sprintf("arn:task-definition/payment:%03d", i) }

func TestCleanUpKeepsTheNewestAndTheNamed(t *testing.T) {
	a := many(40)
	a.revisions[numbered(3)] = ecstypes.TaskDefinitionStatusInactive
	if err := a.handler().cleanUp(t.Context(), "payment", kept, []string{numbered(2), numbered(3), numbered(39)}); err != nil {
		t.Fatal(err)
	}
	want := []string{"arn:task-definition/other:1", numbered(2), numbered(3)}
	for i := 30; i < 40; i++ {
		want = append(want, numbered(i))
	}
	if got := slices.Sorted(maps.Keys(a.revisions)); !slices.Equal(got, want) {
		t.Errorf("left %v\nwant %v", got, want)
	}
}

// The rollback of this update needs the old revision, the service the one that it runs.
func TestNamed(t *testing.T) {
	event := Event{Properties: wanting(v2), OldProperties: wanting(v1)}
	if got := named(event, deployment.Live{Named: []string{"live"}}); !slices.Equal(got, []string{v2, v1, "live"}) {
		t.Errorf("got %v", got)
	}
}

// Without a family the list would hold every family of the account.
func TestCleanUpWithoutAFamily(t *testing.T) {
	a := many(3)
	if err := a.handler().cleanUp(t.Context(), family(""), 0, nil); err != nil || len(a.Calls) != 0 {
		t.Errorf("got %v after %v", err, a.Calls)
	}
}

func TestCleanUpIsNoReasonToFail(t *testing.T) {
	for _, operation := range []string{"ListTaskDefinitions", "DeregisterTaskDefinition", "DeleteTaskDefinitions"} {
		a := many(40)
		a.revisions[v1] = ecstypes.TaskDefinitionStatusActive
		a.Fail[operation] = errors.New("lost")
		a.finishes(t, a.request(t, "r", deployment.Update, v1, v1))
		if err := a.handler().cleanUp(t.Context(), "payment", 0, nil); err == nil {
			t.Errorf("%s failed, and cleanUp did not", operation)
		}
	}
	a := many(3)
	h := a.handler()
	h.ECS = &failsInactive{account: a}
	if err := h.cleanUp(t.Context(), "payment", 0, nil); err == nil {
		t.Error("the second list failed, and cleanUp did not")
	}
}

type failsInactive struct{ *account }

func (f failsInactive) ListTaskDefinitions(ctx context.Context, in *ecs.ListTaskDefinitionsInput, o ...func(*ecs.Options)) (*ecs.ListTaskDefinitionsOutput, error) {
	if in.Status == ecstypes.TaskDefinitionStatusInactive {
		return nil, errors.New("lost")
	}
	return f.account.ListTaskDefinitions(ctx, in, o...)
}
