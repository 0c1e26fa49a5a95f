package simulation

import (
	"strings"
	"time"

	"payment-processor/lambda/release"
	"payment-processor/simulation/cloud"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// repaired is how soon Guard has put right what a rollback did to the listener: its retries included, and those of two calls
// by its schedule.
const repaired = 3 * release.GuardEvery

// settled checks what an operation on the stack has led to.
func (w *World) settled() {
	w.report.Invariants[progress]++
	w.report.States[string(w.stack.Status)]++
	w.awaitRenewal()
	if w.update.stranded {
		w.update.guarded = false
		for call := range 2 {
			w.cloud.After(time.Duration(call+1)*release.GuardEvery, func() { w.guard(1) })
		}
		w.cloud.Advance(repaired)
		w.awaitRenewal() // one that began meanwhile
	}
	switch w.stack.Status {
	case types.StackStatusCreateComplete, types.StackStatusUpdateComplete:
		w.completed()
	case types.StackStatusUpdateRollbackComplete:
		w.report.Invariants[rollbackDone]++
		w.rolledBack()
	case types.StackStatusUpdateRollbackFailed, types.StackStatusRollbackFailed:
		if w.update.excuse == "" {
			w.check(rollbackDone, false, "%s: %s", w.stack.Status, w.stack.Reason)
		} else {
			w.excused(string(w.stack.Status) + ": " + w.update.excuse)
		}
	case types.StackStatusDeleteComplete, types.StackStatusRollbackComplete:
		w.gone()
	case types.StackStatusDeleteFailed:
		w.check(nothingLeft, false, "the deletion failed: %s", w.stack.Reason)
	}
}

func (w *World) completed() {
	live := w.serving(wantedLive)
	if live == nil {
		return
	}
	if w.stack.Status == types.StackStatusCreateComplete {
		image := w.cloud.ECR.Image(live.Revision.Digest())
		w.check(firstReady, image == nil || !image.Refused, "%s has never answered", live.Revision.Digest())
	}
	w.check(wantedLive, live.Revision.Arn == w.stack.Physical("TaskDefinition"), "%s is live, not %s", live.Revision.Arn, w.stack.Physical("TaskDefinition"))
	if w.update.revision != "" && !strings.HasPrefix(w.cloud.ECS.Revision(w.update.revision).Tag, foreignRevision) {
		w.check(previousKept, w.cloud.ECS.Revision(w.update.revision).Status == ecstypes.TaskDefinitionStatusActive, "%s is not ACTIVE", w.update.revision)
	}
	if t := w.stack.Template().(template); t.ImageTag != "" && w.stack.Touched("ImageGate") {
		w.check(wantedLive, w.update.digests[live.Revision.Digest()], "%s is live, which is not %s", live.Revision.Digest(), t.ImageTag)
	} else if w.update.before != "" {
		w.check(wantedLive, live.Revision.Digest() == w.update.before, "%s is live, not %s as before", live.Revision.Digest(), w.update.before)
	}
	w.bounded()
}

func (w *World) rolledBack() {
	live := w.serving(oldLive)
	if live == nil {
		return
	}
	w.check(oldLive, live.Revision.Digest() == w.update.before, "%s is live, not %s", live.Revision.Digest(), w.update.before)
}

// serving is the task set that gets all of the traffic; nil when that is not to be asked.
func (w *World) serving(invariant string) *cloud.TaskSet {
	live, listener := w.live(), w.cloud.ELB.Listener(listenerArn)
	if w.foreign && listener.Only() == live.TargetGroup && live.Revision.Arn == w.stack.Physical("TaskDefinition") && w.cloud.CodeDeploy.InFlight() == nil {
		w.foreign, w.update.before = false, live.Revision.Digest()
	}
	if w.foreign || w.update.stranded && !w.update.guarded {
		w.excused(map[bool]string{
			true: "somebody else deployed meanwhile", false: "every call of Guard met a fault for a quarter of an hour",
		}[w.foreign])
		w.abandoned = w.update.stranded && !w.update.guarded
		return nil
	}
	w.check(invariant, live.Healthy && listener.Only() == live.TargetGroup, "the listener forwards to %v", listener.Weights())
	w.update.stranded, w.abandoned = false, false
	w.check(spotKept, sameStrategy(live.Strategy), "the task set has lost its strategy")
	w.check(spotKept, w.cloud.ECS.Service().Desired == w.desired, "%d tasks are desired, not %d", w.cloud.ECS.Service().Desired, w.desired)
	return live
}

// kept revisions and those that task sets and the stack name.
const mostRevisions = 10 + 4

func (w *World) bounded() {
	if w.update.faults || w.update.untidy || !w.stack.Touched("Release") {
		w.excused("old revisions stay until a clean-up meets no fault and has the time")
		return
	}
	w.check(bounded, len(w.cloud.ECS.Active()) <= mostRevisions, "%d are ACTIVE", len(w.cloud.ECS.Active()))
}

func (w *World) gone() {
	if w.replayed != "" {
		w.excused("left behind: " + w.replayed)
		return
	}
	w.check(nothingLeft, w.cloud.CodeDeploy.InFlight() == nil, "a deployment is in flight")
	if w.outage {
		w.excused("left behind: an outage longer than ImageGate may take")
	} else {
		w.check(nothingLeft, len(w.cloud.SSM.Names()) == 0, "parameters %v", w.cloud.SSM.Names())
	}
	for _, r := range w.cloud.ECS.Active() {
		w.check(nothingLeft, strings.HasPrefix(r.Tag, foreignRevision), "%s is ACTIVE", r.Arn)
	}
}
