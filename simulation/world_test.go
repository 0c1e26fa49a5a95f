package simulation

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"payment-processor/simulation/cloud"
)

func good(image Image, tag TagChoice, faults ...Fault) Change {
	return Change{Image: image, Tag: tag, Pause: time.Minute, Faults: faults}
}

// The rare turns of a history, each on purpose: the random ones find them too, but not in every run.
func TestChosenHistories(t *testing.T) {
	all := func(kind string) Fault { return Fault{Kind: kind, Long: 4000} }
	for name, plan := range map[string]Plan{
		"everything is killed":              {Updates: []Change{good(Good, None), good(Good, Pushed, all(KillAfter))}},
		"nothing answers":                   {Updates: []Change{good(Good, None), good(Good, Pushed, all(Hang))}},
		"the creation never gets its event": {Updates: []Change{good(Good, None, Fault{Kind: LostEvent, Long: 1})}},
		"tasks never become healthy":        {Updates: []Change{good(Good, None), good(Broken, Pushed)}, Destroy: true},
		"the first image is broken":         {Updates: []Change{good(Broken, Pushed)}},
		"the first image is not ready":      {Updates: []Change{good(Refused, Pushed)}},
		"alarms fire":                       {Canary: true, Updates: []Change{good(Good, None), good(Alarming, Pushed), good(Good, Pushed)}},
		"by hand, and old images expire": {Crowded: true, Updates: []Change{good(Good, None), {Image: Good, Tag: Earlier, Listener: true, Task: true,
			Events: []Event{{Foreign, 0}, {Cancel, 10 * time.Second}, {TagMoved, 0}, {TagRemoved, time.Minute}, {Scaled, time.Minute}, {Expired, time.Minute}}}}},
		"an alarm stops a rotation's release as an update is cancelled": {Canary: true, Updates: []Change{good(Good, None),
			{Image: Good, Tag: Pushed, Pause: 5 * time.Minute, Events: []Event{{Cancel, 0}, {Rotated, 0}}},
			{Image: Good, Tag: Pushed, Events: []Event{{Cancel, 0}, {AlarmFires, 0}}}}},
		"the hook refuses": {Updates: []Change{good(Good, None), good(Refused, Pushed), good(Good, None), good(Good, Missing)}, Destroy: true},
		"each order and reading": {Rules: cloud.RollbackRules{ReAsk: true, Discard: true}, Updates: []Change{good(Good, None),
			{Image: Good, Tag: Pushed, Listener: true, FailsLast: true}, {Image: Good, Tag: Pushed, FailsFirst: true}}},
	} {
		for seed := range uint64(4) {
			plan.Seed = seed
			w := newWorld(plan)
			if err := w.Run(); err != nil {
				t.Errorf("%s: %v\n%s", name, err, &w.trace)
			}
		}
	}
}

// The tasks of a creation answer, or the stack goes in their own words, long before CloudFormation's hour is over.
func TestACreationAsksItsTasks(t *testing.T) {
	for image, want := range map[Image]string{Good: "CREATE_COMPLETE", Refused: "ROLLBACK_COMPLETE"} {
		for seed := range uint64(20) {
			w := newWorld(Plan{Seed: seed, Updates: []Change{good(image, Pushed)}})
			w.apply(0, w.plan.Updates[0])
			if w.broken != nil || string(w.stack.Status) != want {
				t.Fatalf("%s: the stack is %s, want %s; %v\n%s", image, w.stack.Status, want, w.broken, &w.trace)
			}
			if image == Refused && (!strings.Contains(w.trace.String(), "/ready answered 503") || w.cloud.Now().Sub(epoch) > 30*time.Minute) {
				t.Fatalf("%v after the beginning\n%s", w.cloud.Now().Sub(epoch), &w.trace)
			}
		}
	}
}

// An invariant that cannot break is none.
func TestViolationsAreSeen(t *testing.T) {
	for name, breaks := range map[string]func(*World){
		progress:      func(w *World) { w.stack.Status = "UPDATE_IN_PROGRESS"; drain(w); w.settle() },
		rollbackDone:  func(w *World) { w.stack.Status = "UPDATE_ROLLBACK_FAILED"; w.settled() },
		nothingLeft:   func(w *World) { w.stack.Status = "DELETE_FAILED"; w.settled() },
		hourKept:      func(w *World) { w.answered(cloud.Request{}, false) },
		healthyTarget: func(w *World) { w.live().Healthy = false; w.observe(); w.observe() },
		firstReady: func(w *World) {
			w.cloud.ECR.Image(w.live().Revision.Digest()).Refused = true
			w.settled()
		},
		spotKept: func(w *World) { w.live().Strategy = nil; w.serving(wantedLive) },
		oneInFlight: func(w *World) {
			_ = invoke(w, "isComplete", cloud.Request{}, func(context.Context) error { w.refused(nil); return nil })
		},
	} {
		w := newWorld(Plan{Updates: []Change{good(Good, None)}})
		if err := w.Run(); err != nil {
			t.Fatal(err)
		}
		breaks(w)
		if w.broken == nil || !strings.HasPrefix(w.broken.Error(), name) || !strings.Contains(w.trace.String(), "INVARIANT") {
			t.Errorf("%s: broke %v", name, w.broken)
		}
	}
	w := newWorld(Plan{Updates: []Change{good(Good, None)}})
	if err := w.Run(); err != nil || !w.deployByHand() {
		t.Fatal(err)
	}
	w.completed()
	w.rolledBack()
	if w.report.Excused["somebody else deployed meanwhile"] != 2 {
		t.Errorf("excused %v", w.report.Excused)
	}
	defer func() {
		if recover() == nil {
			t.Error("a panic of the functions' own must not pass for a time-out")
		}
	}()
	_ = invoke(newWorld(Plan{}), "onEvent", cloud.Request{}, func(ctx context.Context) error { panic(errors.New("nil map")) })
}

// Slow answers may use up the time of Release's last poll: that is excused, and nothing else is for being slow.
func TestOnlyTheCleanUpMayBeLate(t *testing.T) {
	for operation, excused := range map[string]bool{"ecs:DeregisterTaskDefinition": true, "ecs:DescribeServices": false} {
		w := newWorld(Plan{})
		err := invoke(w, "isComplete", cloud.Request{Resource: "Release"}, func(context.Context) error {
			w.cloud.Advance(pollLimit)
			return w.running.Call(operation, func() error { return nil })
		})
		if !errors.Is(err, context.DeadlineExceeded) || w.update.untidy != excused {
			t.Errorf("%s: excused %v; %v", operation, w.update.untidy, err)
		}
	}
}

// What no call of Guard could put right, the next edit of the listener may, by moving the traffic to what is live.
func TestAnEditRepairsOnlyWhatWasAbandoned(t *testing.T) {
	for name, test := range map[string]struct {
		abandoned, toLive, fine bool
	}{
		"a repair": {true, true, true}, "unasked": {false, true, false}, "to what is not live": {true, false, false},
	} {
		w := newWorld(Plan{Updates: []Change{good(Good, None)}})
		if err := w.Run(); err != nil {
			t.Fatal(err)
		}
		w.stack.Status, w.abandoned = "UPDATE_IN_PROGRESS", test.abandoned
		if !test.toLive {
			w.live().TargetGroup = "green"
		}
		w.edited([]cloud.Weight{{TargetGroup: "nowhere", Weight: 100}})
		if (w.broken == nil) != test.fine || len(w.report.Excused) > 0 != test.fine {
			t.Errorf("%s: broke %v, excused %v", name, w.broken, w.report.Excused)
		}
	}
}

// A deletion does not fail because of parameters that nobody reads any more; nothing else may stay.
func TestAnOutageLeavesParametersOnly(t *testing.T) {
	for kind, want := range map[string]string{"Delete": "is ACTIVE", "Update": "parameters"} {
		w := newWorld(Plan{Updates: []Change{good(Good, None)}})
		if err := w.Run(); err != nil {
			t.Fatal(err)
		}
		_ = invoke(w, gate, cloud.Request{Resource: "ImageGate", Type: kind}, func(context.Context) error {
			w.cloud.Advance(gateLimit)
			return w.running.Call("ssm:GetParametersByPath", func() error { return nil })
		})
		w.gone()
		if w.broken == nil || !strings.Contains(w.broken.Error(), want) {
			t.Errorf("%s: broke %v, want %s", kind, w.broken, want)
		}
	}
}

func drain(w *World) {
	for w.cloud.Step() {
	}
}
