package deployment

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"payment-processor/lambda/internal/awstest"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func at(minutes int) Receipt {
	return Receipt{IssuedAt: noon.Add(time.Duration(minutes) * time.Minute), StackStatus: "UPDATE_IN_PROGRESS"}
}

func newClaims() (Claims, *awstest.Cloud) {
	cloud := &awstest.Cloud{}
	return Claims{Parameters: cloud, Name: "/release"}, cloud
}

func claim(t *testing.T, c Claims, request string, receipt Receipt) Receipt {
	t.Helper()
	got, err := c.Claim(t.Context(), request, receipt)
	if err != nil {
		t.Fatalf("claim %s: %v", request, err)
	}
	return got
}

// Without this the poller of a cancelled update would start the cancelled version again.
func TestALaterRequestSupersedes(t *testing.T) {
	claims, _ := newClaims()
	first := claim(t, claims, "first", at(0))
	second := claim(t, claims, "second", at(5))
	if first.Interrupts || !second.Interrupts {
		t.Errorf("interrupts: first %v, second %v; want only the second, the first had not ended", first.Interrupts, second.Interrupts)
	}
	if _, _, err := claims.Check(t.Context(), "first", first); !errors.Is(err, ErrSuperseded) {
		t.Errorf("poll of the first: %v, want it superseded", err)
	}
	if _, _, err := claims.Check(t.Context(), "second", second); err != nil {
		t.Errorf("poll of the second: %v", err)
	}
	if _, err := claims.Claim(t.Context(), "first", at(10)); !errors.Is(err, ErrSuperseded) {
		t.Errorf("late replay of the first's onEvent: %v, want it superseded", err)
	}
	if _, err := claims.Claim(t.Context(), "lost", at(1)); !errors.Is(err, ErrSuperseded) {
		t.Errorf("a request from before the current one: %v, want it superseded", err)
	}
}

// A slow onEvent of the cancelled request writes over the record what it had read before the rollback's request came:
// without this the rollback would wait for its whole hour, and the cancelled request would count as current.
func TestALaterRequestTakesTheRecordBack(t *testing.T) {
	claims, _ := newClaims()
	second := claim(t, claims, "second", at(5))
	if err := claims.save(t.Context(), record{Current: "first", Receipt: at(0)}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := claims.Check(t.Context(), "second", second); err != nil {
		t.Errorf("poll of the second: %v", err)
	}
	if _, _, err := claims.Check(t.Context(), "first", at(0)); !errors.Is(err, ErrSuperseded) {
		t.Errorf("poll of the first: %v, want it superseded", err)
	}
}

// A replay must not renew the hour, nor take an update for a rollback because the stack rolls back by now.
func TestAReplayKeepsTheFirstReceipt(t *testing.T) {
	claims, _ := newClaims()
	first := claim(t, claims, "first", at(0))
	replay := at(30)
	replay.StackStatus = "UPDATE_ROLLBACK_IN_PROGRESS"
	if got := claim(t, claims, "first", replay); got != first {
		t.Errorf("replay got %+v, want %+v", got, first)
	}
}

func TestAnEndedRequestIsNotInterrupted(t *testing.T) {
	claims, cloud := newClaims()
	first := claim(t, claims, "first", at(0))
	failure := Failure(strings.Repeat("x", longest))
	for range 2 {
		if err := claims.End(t.Context(), "first", Outcome{Failure: failure}); err != nil {
			t.Fatal(err)
		}
	}
	if len(cloud.Parameters["/release"]) > 4096 {
		t.Errorf("the record has %d bytes, a standard parameter holds 4096", len(cloud.Parameters["/release"]))
	}
	if _, outcome, err := claims.Check(t.Context(), "first", first); err != nil || outcome == nil || !strings.HasPrefix(string(failure), string(outcome.Failure)) {
		t.Errorf("a poll after the end got %v, %v; want the outcome", outcome, err)
	}
	if second := claim(t, claims, "second", at(5)); second.Interrupts {
		t.Error("the second interrupts a request that had ended")
	}
	if err := claims.End(t.Context(), "first", Outcome{}); err != nil {
		t.Fatal(err)
	}
	if third := claim(t, claims, "third", at(6)); !third.Interrupts {
		t.Error("the end of a superseded request was taken for the end of the current one")
	}
}

func TestOldReplaysAreRememberedForLong(t *testing.T) {
	claims, cloud := newClaims()
	for i := range 40 {
		claim(t, claims, fmt.Sprintf("9f0d1f2e-1111-4222-8333-%012d", i), at(i))
	}
	if size := len(cloud.Parameters["/release"]); size > 2000 {
		t.Errorf("the record has grown to %d bytes", size)
	}
	if _, err := claims.Claim(t.Context(), "9f0d1f2e-1111-4222-8333-000000000025", at(99)); !errors.Is(err, ErrSuperseded) {
		t.Errorf("replay of an old request: %v", err)
	}
}

func TestPollsOfAnUnclaimedRequestClaimIt(t *testing.T) {
	claims, cloud := newClaims()
	cloud.Fail = map[string]error{"PutParameter": awstest.Refusal("ThrottlingException")}
	receipt, err := claims.Claim(t.Context(), "first", at(0))
	if err == nil || receipt.Claimed {
		t.Fatalf("got %+v, %v", receipt, err)
	}
	cloud.Fail = nil
	if receipt, _, err = claims.Check(t.Context(), "first", receipt); err != nil || !receipt.Claimed {
		t.Errorf("got %+v, %v", receipt, err)
	}
}

// Parameter Store is eventually consistent: a poll must neither act nor fail on an old version.
func TestAClaimedRequestThatIsNotShown(t *testing.T) {
	claims, cloud := newClaims()
	receipt := at(0)
	receipt.Claimed = true
	if _, _, err := claims.Check(t.Context(), "first", receipt); !errors.Is(err, ErrUnknown) || !errors.Is(err, errGone) {
		t.Errorf("no record: %v", err)
	}
	cloud.Parameters = map[string]string{"/release": "not JSON"}
	if _, _, err := claims.Check(t.Context(), "first", receipt); !errors.Is(err, ErrUnknown) {
		t.Errorf("a broken record: %v", err)
	}
	claim(t, claims, "other", at(1))
	if _, _, err := claims.Check(t.Context(), "first", receipt); !errors.Is(err, ErrUnknown) || errors.Is(err, errGone) {
		t.Errorf("another's record: %v", err)
	}
}

func TestClaimErrors(t *testing.T) {
	claims, cloud := newClaims()
	claim(t, claims, "first", at(0))
	cloud.Fail = map[string]error{"GetParameter": awstest.Refusal("InternalServerError"), "DeleteParameter": errors.New("lost")}
	receipt := at(0)
	receipt.Claimed = true
	if _, _, err := claims.Check(t.Context(), "first", receipt); err == nil {
		t.Error("check: want an error")
	}
	if _, err := claims.Claim(t.Context(), "first", receipt); err == nil {
		t.Error("claim: want an error")
	}
	if err := claims.Remove(t.Context()); err == nil {
		t.Error("remove: want an error")
	}
	cloud.Fail = nil
	for range 2 {
		if err := claims.Remove(t.Context()); err != nil {
			t.Errorf("remove: %v", err)
		}
	}
}
