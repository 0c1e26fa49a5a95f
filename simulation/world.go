// Package simulation runs random histories of releases, cancels and faults against the decision code of the functions,
// in the model of AWS that simulation/cloud is, and checks after every step what must always hold.
package simulation

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"payment-processor/simulation/cloud"

	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// The names of one environment.
const (
	application   = "payment-processor-sim"
	listenerArn   = "listener"
	blue, green   = "blue", "green"
	repository    = "111122223333.dkr.ecr.us-east-2.amazonaws.com/" + application
	stackName     = "payment-processor-platform-sim"
	desiredAtMost = 10
	// foreignRevision marks those that were there before the stack.
	foreignRevision = "of before "
)

var strategy = []types.CapacityProviderStrategyItem{
	{CapacityProvider: new("FARGATE"), Base: 2, Weight: 1},
	{CapacityProvider: new("FARGATE_SPOT"), Weight: 4},
}

// World is one history while it happens.
type World struct {
	plan   Plan
	cloud  *cloud.Cloud
	stack  *cloud.Stack
	trace  trace
	report *Report
	rand   *rand.Rand

	change  Change
	number  int               // of the change
	calls   int               // API calls of the functions in this update
	events  int               // deliveries of events in this update
	current map[string]string // the latest request that onEvent has received, by resource
	running *invocation       // the function that runs just now
	broken  error             // the first invariant that did not hold

	images []string // tags, as pushed
	// replayed is a fault after which an event of before a deletion may arrive after it.
	replayed string
	outage   bool // ImageGate could not delete what nobody reads any more, for which no deletion fails
	foreign  bool // somebody else has deployed, and the stack has not caught up since
	// abandoned says that the listener was stranded when an operation ended, and no call of Guard was without a fault.
	abandoned bool
	desired   int32
	update    update
	began     time.Time // when the operation on the stack did
	asking    int       // how often the rotation release's schedule will still ask
}

// update is what is remembered of one operation on the stack, for the checks at its end.
type update struct {
	faults   bool            // were injected
	before   string          // digest that was live
	revision string          // that was live
	digests  map[string]bool // that the configured tag has named meanwhile
	excuse   string          // a fault that no code of ours can make good
	untidy   bool            // the time of Release's last poll was over before its clean-up
	guarded  bool            // Guard was called, and nothing went wrong, after the operation had settled
	stranded bool            // CloudFormation's rollback has made the listener forward to nothing
}

var epoch = time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)

func newWorld(plan Plan) *World {
	w := &World{plan: plan, report: newReport(), current: map[string]string{}, desired: 3,
		rand: rand.New(rand.NewPCG(plan.Seed, 1)), trace: trace{start: epoch}}
	w.cloud = cloud.New(cloud.NewClock(epoch), w.rand)
	w.cloud.Log = w.log
	w.cloud.Observe = w.observe
	w.cloud.CodeDeploy.Observe = w.deployed
	w.cloud.CodeDeploy.Refused = w.refused
	w.cloud.CodeDeploy.Reached = func(_ *cloud.Deployment, moment cloud.Moment) {
		if moment == cloud.Ended {
			w.changed("deployment")
		}
	}
	w.cloud.SecretsManager.Rotated = w.rotated
	w.cloud.CodeDeploy.Group = cloud.Group{
		Listener: listenerArn, TargetGroups: [2]string{blue, green}, Rollback: true, TerminationWait: 5 * time.Minute,
	}
	if plan.Canary {
		w.cloud.CodeDeploy.Group.Shift = cloud.Shift{CanaryPercent: 10, CanaryWait: 5 * time.Minute}
	}
	if plan.Crowded {
		w.cloud.ECR.Push(digestOf("old"), "old")
		for i := range 14 {
			w.cloud.ECS.Register(application, repository+"@"+digestOf("old"), fmt.Sprint(foreignRevision, i))
		}
	}
	w.stack = w.newStack()
	return w
}

// Run lets the plan happen and returns the first invariant that did not hold.
func (w *World) Run() error {
	for i, change := range w.plan.Updates {
		w.apply(i, change)
		if w.broken != nil || !w.usable() {
			break
		}
		w.cloud.Advance(change.Pause)
	}
	w.renewed()
	if w.broken == nil && (w.plan.Destroy || !w.usable()) {
		w.destroy()
	}
	return w.broken
}

// usable tells whether the stack can be updated.
func (w *World) usable() bool {
	switch w.stack.Status {
	case "CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE":
		return true
	}
	return false
}

func (w *World) apply(i int, change Change) {
	w.begin(change)
	w.number = i
	template := w.configure(i, change)
	w.log("user", "deploys %+v", template)
	for _, event := range change.Events {
		w.cloud.After(event.At, func() {
			if w.number == i {
				w.happen(event.Kind)
			}
		})
	}
	if i == 0 {
		w.stack.Create(template)
	} else {
		w.stack.Update(template)
	}
	w.settle()
	for range 3 {
		if w.broken != nil || w.stack.Status != "UPDATE_ROLLBACK_FAILED" {
			break
		}
		w.cloud.Advance(10 * time.Minute)
		w.update.excuse = ""
		w.stack.ContinueUpdateRollback()
		w.settle()
	}
}

func (w *World) begin(change Change) {
	w.change, w.calls, w.events = change, 0, 0
	w.began = w.cloud.Now()
	w.update = update{digests: map[string]bool{}, stranded: w.update.stranded}
	if live := w.live(); live != nil {
		w.update.before = live.Revision.Digest()
		if slices.Contains(w.cloud.ECS.Active(), live.Revision) { // a rollback may have discarded what somebody deployed by hand
			w.update.revision = live.Revision.Arn
		}
	}
}

// settle lets time pass until the stack's operation has ended, and then checks what it has led to.
func (w *World) settle() {
	deadline := w.cloud.Now().Add(8 * time.Hour)
	for w.busy() && w.broken == nil {
		if !w.cloud.Step() || w.cloud.Now().After(deadline) {
			w.violated(progress, "the stack is %s and nothing will change that", w.stack.Status)
			return
		}
	}
	if w.broken == nil {
		w.settled()
	}
}

func (w *World) busy() bool {
	status := string(w.stack.Status)
	return len(status) > 12 && status[len(status)-12:] == "_IN_PROGRESS"
}

func (w *World) destroy() {
	w.begin(Change{})
	w.number = -1
	w.stack.Delete()
	w.settle()
}

func (w *World) log(actor, format string, args ...any) {
	w.trace.add(w.cloud.Now(), actor, format, args...)
}

// live is the task set that production traffic belongs to.
func (w *World) live() *cloud.TaskSet {
	if service := w.cloud.ECS.Service(); service != nil {
		return service.Primary()
	}
	return nil
}
