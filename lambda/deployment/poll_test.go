package deployment

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"payment-processor/lambda/internal/awstest"
)

type properties struct{ Name string }

func event(kind string, receipt Receipt) Event[properties] {
	return Event[properties]{RequestType: kind, RequestID: "id", StackID: "stack", Receipt: receipt}
}

func received(t *testing.T, claims Claims, kind string) Event[properties] {
	t.Helper()
	receipt, err := NewRequest(event(kind, Receipt{}), claims, noon, nil).Receive(t.Context(), "UPDATE_IN_PROGRESS")
	if err != nil {
		t.Fatal(err)
	}
	return event(kind, receipt)
}

func answering(done bool, err error) func(context.Context, Request) (CompleteResponse, error) {
	return func(context.Context, Request) (CompleteResponse, error) {
		return CompleteResponse{IsComplete: done, Data: map[string]string{"a": "b"}}, err
	}
}

func TestPollLooksAgain(t *testing.T) {
	for name, test := range map[string]struct {
		err   error
		after time.Duration
		fails bool
	}{
		"throttled":                  {awstest.Refusal("ThrottlingException"), 0, false},
		"lost":                       {errors.New("connection reset"), time.Minute, false},
		"late":                       {context.DeadlineExceeded, time.Minute, false},
		"not now":                    {ErrNotNow, time.Minute, false},
		"throttled to the end":       {awstest.Refusal("ThrottlingException"), Patience, true},
		"the policy is new":          {awstest.Refusal("AccessDeniedException"), 30 * time.Second, false},
		"the policy is wrong":        {awstest.Refusal("AccessDeniedException"), spreading, true},
		"refused":                    {awstest.Refusal("InvalidRevisionException"), 0, true},
		"our own verdict":            {Failure("no"), 0, true},
		"a later request has come":   {ErrSuperseded, 0, true},
		"nothing to do at this time": {nil, 0, false},
		"nobody knows since when":    {awstest.Refusal("ThrottlingException"), -1, false},
	} {
		claims, _ := newClaims()
		e := received(t, claims, Update)
		if test.after < 0 {
			e.IssuedAt = time.Time{}
		}
		done, err := NewRequest(e, claims, noon.Add(test.after), nil).Poll(t.Context(), answering(false, test.err))
		if (err != nil) != test.fails || done.IsComplete {
			t.Errorf("%s: got %+v, %v; want failure %v", name, done, err, test.fails)
		}
	}
}

// The framework asks again when CloudFormation did not get the answer, and Lambda may deliver an event twice.
func TestARequestAskedAgainAfterItsEndEndsTheSameWay(t *testing.T) {
	claims, _ := newClaims()
	e := received(t, claims, Update)
	if done, err := NewRequest(e, claims, noon, nil).Poll(t.Context(), answering(true, nil)); err != nil || !done.IsComplete {
		t.Fatalf("got %+v, %v", done, err)
	}
	again, err := NewRequest(e, claims, noon, nil).Poll(t.Context(), answering(false, Failure("acted again")))
	if err != nil || !again.IsComplete || again.Data["a"] != "b" {
		t.Errorf("got %+v, %v; want the first answer", again, err)
	}

	claims, _ = newClaims()
	e = received(t, claims, Update)
	for range 2 {
		if _, err := NewRequest(e, claims, noon, nil).Poll(t.Context(), answering(false, Failure("no"))); err == nil || err.Error() != "no" {
			t.Errorf("got %v, want the failure", err)
		}
	}
}

// CloudFormation does not read an answer of more than 4096 bytes, and would wait the whole hour for another one.
func TestAFailureFitsIntoTheAnswer(t *testing.T) {
	claims, _ := newClaims()
	e := received(t, claims, Update)
	_, err := NewRequest(e, claims, noon, nil).Poll(t.Context(), answering(false, Failure(strings.Repeat("x", 9000))))
	if err == nil || len(err.Error()) != longest {
		t.Errorf("got %d bytes", len(err.Error()))
	}
}

func TestADeleteLeavesNothing(t *testing.T) {
	claims, cloud := newClaims()
	e := received(t, claims, Delete)
	cloud.Fail = map[string]error{"DeleteParameter": errors.New("lost")}
	if done, err := NewRequest(e, claims, noon, nil).Poll(t.Context(), answering(true, nil)); err != nil || done.IsComplete {
		t.Errorf("got %+v, %v; want another poll", done, err)
	}
	cloud.Fail = nil
	for range 2 { // the second is a poll after the answer was lost
		if done, err := NewRequest(e, claims, noon, nil).Poll(t.Context(), answering(true, nil)); err != nil || !done.IsComplete {
			t.Errorf("got %+v, %v", done, err)
		}
	}
	if len(cloud.Parameters) != 0 {
		t.Errorf("left behind: %v", cloud.Parameters)
	}
}

// The poll of a Create that was cancelled and deleted must not bring anything back.
func TestAPollAfterTheDeleteWaitsForNothing(t *testing.T) {
	claims, _ := newClaims()
	e := received(t, claims, Create)
	if err := claims.Remove(t.Context()); err != nil {
		t.Fatal(err)
	}
	done, err := NewRequest(e, claims, noon, nil).Poll(t.Context(), answering(true, nil))
	if err != nil || done.IsComplete {
		t.Errorf("got %+v, %v; want that it does nothing", done, err)
	}
}

func TestReceiveSurvivesThrottling(t *testing.T) {
	claims, cloud := newClaims()
	cloud.Fail = map[string]error{"GetParameter": awstest.Refusal("ThrottlingException")}
	if e := received(t, claims, Update); e.Claimed || !e.IssuedAt.Equal(noon) {
		t.Errorf("got %+v", e.Receipt)
	}
	cloud.Fail = map[string]error{"GetParameter": awstest.Refusal("ValidationException")}
	if _, err := NewRequest(event(Update, Receipt{}), claims, noon, nil).Receive(t.Context(), ""); err == nil {
		t.Error("want the refusal")
	}
}

func TestAnOutcomeThatCannotBeRecordedIsNoFailure(t *testing.T) {
	claims, cloud := newClaims()
	e := received(t, claims, Update)
	cloud.Fail = map[string]error{"PutParameter": errors.New("lost")}
	var log bytes.Buffer
	done, err := NewRequest(e, claims, noon, slog.New(slog.NewJSONHandler(&log, nil))).Poll(t.Context(), answering(true, nil))
	if err != nil || !done.IsComplete {
		t.Errorf("got %+v, %v", done, err)
	}
	if !strings.Contains(log.String(), `"request":"id"`) || !strings.Contains(log.String(), "had not ended") {
		t.Errorf("log: %s", log.String())
	}
}

// A killed function fails the request; one that answers in time only looks again.
func TestPollAnswersBeforeItsFunctionIsKilled(t *testing.T) {
	claims, _ := newClaims()
	e := received(t, claims, Update)
	ctx, cancel := context.WithDeadline(t.Context(), time.Now().Add(reserve))
	defer cancel()
	done, err := NewRequest(e, claims, noon, nil).Poll(ctx, func(ctx context.Context, _ Request) (CompleteResponse, error) {
		<-ctx.Done()
		return CompleteResponse{}, ctx.Err()
	})
	if err != nil || done.IsComplete || ctx.Err() != nil {
		t.Errorf("got %+v, %v, the function's own deadline: %v", done, err, ctx.Err())
	}
}

// What onEvent answers is laid over the request (createResponseEvent in the framework); isComplete must read both.
func TestReceiptTravelsThroughTheFramework(t *testing.T) {
	request := map[string]any{"RequestType": Create, "RequestId": "id", "StackId": "stack",
		"ResourceProperties": map[string]any{"ServiceToken": "arn", "Name": "n"}}
	receipt := Receipt{IssuedAt: noon, StackStatus: "CREATE_IN_PROGRESS", Interrupts: true, Claimed: true}
	answer, _ := json.Marshal(event(Create, Receipt{}).Respond("new", receipt))
	if err := json.Unmarshal(answer, &request); err != nil {
		t.Fatal(err)
	}
	merged, _ := json.Marshal(request)
	var got Event[properties]
	if err := json.Unmarshal(merged, &got); err != nil {
		t.Fatal(err)
	}
	want := Event[properties]{RequestType: Create, RequestID: "id", StackID: "stack", PhysicalResourceID: "new",
		Properties: properties{"n"}, Receipt: receipt}
	if got != want {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
	got.RequestType = Update
	if id := got.Respond("another", receipt).PhysicalResourceID; id != "new" {
		t.Errorf("the physical id changed to %q: CloudFormation would delete the old one", id)
	}
}

func TestRequired(t *testing.T) {
	if err := Required(map[string]string{"A": "a", "B": "b"}); err != nil {
		t.Error(err)
	}
	if err := Required(map[string]string{"A": "", "B": ""}); err == nil || !strings.Contains(err.Error(), "A") || !strings.Contains(err.Error(), "B") {
		t.Errorf("got %v, want both named", err)
	}
}

// Without the order in which requests were sent, a first delivery that comes late would take over from the rollback.
func TestIssued(t *testing.T) {
	sent := noon.Add(-7 * time.Minute)
	for url, want := range map[string]time.Time{
		"https://bucket.s3.us-east-2.amazonaws.com/arn%3Aaws%3A?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date=20261122T115300Z&X-Amz-Expires=7200": sent,
		"https://bucket/arn?X-Amz-Date=yesterday": noon,
		"https://bucket/arn":                      noon,
		"://":                                     noon,
		"":                                        noon,
	} {
		if got := (Event[properties]{ResponseURL: url}).Issued(noon); !got.Equal(want) {
			t.Errorf("%s: got %v, want %v", url, got, want)
		}
	}
	claims, _ := newClaims()
	received(t, claims, Update)
	late := Event[properties]{RequestType: Update, RequestID: "late", ResponseURL: "https://bucket/arn?X-Amz-Date=20261122T115300Z"}
	if _, err := NewRequest(late, claims, noon.Add(time.Minute), nil).Receive(t.Context(), ""); !errors.Is(err, ErrSuperseded) {
		t.Errorf("a late first delivery: %v, want it superseded", err)
	}
}
