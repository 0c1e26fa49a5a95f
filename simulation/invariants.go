package simulation

import (
	"fmt"
	"slices"
	"strings"

	"payment-processor/lambda/rotationrelease"
	"payment-processor/simulation/cloud"

	"github.com/aws/aws-sdk-go-v2/service/codedeploy/types"
)

// The invariants, by the name under which the report counts them.
const (
	oneInFlight   = "never two deployments in flight by us"
	noSuperseded  = "a superseded request starts no deployment"
	healthyTarget = "the listener forwards to healthy tasks only"
	wantedLive    = "after UPDATE_COMPLETE the wanted revision serves all traffic"
	oldLive       = "after UPDATE_ROLLBACK_COMPLETE the old image serves all traffic"
	rollbackDone  = "no rollback fails because of us"
	quietEdit     = "no listener edit moves traffic"
	spotKept      = "scaling and the Spot strategy are what was configured"
	hourKept      = "the hour is never exceeded silently"
	imageKept     = "no image that runs is expired"
	bounded       = "old revisions do not pile up"
	nothingLeft   = "a destroyed stack leaves nothing"
	progress      = "every operation ends"
	needless      = "nothing is deployed that is live already"
	previousKept  = "after UPDATE_COMPLETE the previous revision can still be deployed by hand"
	validLogin    = "running tasks hold credentials that are at most one rotation old"
	renewal       = "a rotation release deploys what is live, when nothing else goes on"
	renewedLast   = "in the end tasks hold the current credentials"
	firstReady    = "no creation succeeds whose tasks are not ready"
)

// violated remembers the first invariant that did not hold.
func (w *World) violated(invariant, format string, args ...any) {
	if w.broken == nil {
		w.broken = fmt.Errorf("%s: "+format, append([]any{invariant}, args...)...)
		w.log("INVARIANT", "%v", w.broken)
	}
}

func (w *World) check(invariant string, holds bool, format string, args ...any) {
	w.report.Invariants[invariant]++
	if !holds {
		w.violated(invariant, format, args...)
	}
}

func (w *World) excused(reason string) { w.report.Excused[reason]++ }

// observe runs after every step.
func (w *World) observe() {
	w.report.Steps++
	if w.broken != nil {
		return
	}
	service, listener := w.cloud.ECS.Service(), w.cloud.ELB.Listener(listenerArn)
	if service == nil || listener == nil || service.Draining() || service.Starting() {
		return
	}
	for _, weight := range listener.Weights() {
		if !w.update.stranded {
			w.check(healthyTarget, w.cloud.ECS.HealthyBehind(weight.TargetGroup), "%s has none", weight.TargetGroup)
		}
		for _, set := range service.TaskSets {
			if set.TargetGroup == weight.TargetGroup {
				if image := w.cloud.ECR.Image(set.Revision.Digest()); image != nil && image.Alarming {
					w.watch(set)
				}
			}
		}
	}
	for _, set := range service.TaskSets {
		w.check(validLogin, set.Secret >= w.cloud.SecretsManager.Current()-1, "%s holds version %d of %d", set.ID, set.Secret, w.cloud.SecretsManager.Current())
		if set.Healthy && !strings.HasPrefix(set.Revision.Tag, foreignRevision) {
			w.check(imageKept, w.cloud.ECR.Image(set.Revision.Digest()) != nil, "%s of %s is gone", set.Revision.Digest(), set.ID)
		}
	}
}

// deployed is told of every deployment that somebody creates.
func (w *World) deployed(d *cloud.Deployment) {
	if w.running == nil {
		return
	}
	if rotationrelease.Is(d.Description) {
		w.renews(d)
		return
	}
	w.check(noSuperseded, !w.running.superseded, "%s of %s", d.ID, w.running.request.ID)
	w.check(spotKept, sameStrategy(d.Strategy()), "%s has an AppSpec without the capacity strategy", d.ID)
	live := w.live()
	w.check(needless, live == nil || live.Revision.Arn != d.TaskDefinition(), "%s deploys what is live", d.ID)
	ours := 0
	for _, other := range w.cloud.CodeDeploy.Deployments() {
		if !other.Ended() && strings.Contains(other.Description, "request") && other.Creator == types.DeploymentCreatorUser {
			ours++
		}
	}
	w.check(oneInFlight, ours == 1, "%d are", ours)
}

// refused is told of every deployment that CodeDeploy refuses, because one is in flight.
func (w *World) refused(busy *cloud.Deployment) {
	if w.running != nil {
		w.check(oneInFlight, w.running.busy != busy, "%s asks for another while one is listed as in flight", w.running.request.ID)
	}
}

// edited is told of every change that CloudFormation makes to the listener.
func (w *World) edited(before []cloud.Weight) {
	listener := w.cloud.ELB.Listener(listenerArn)
	moved := !slices.Equal(only(before), only(listener.Weights()))
	switch d := w.cloud.CodeDeploy.InFlight(); {
	case w.stack.Status != "UPDATE_IN_PROGRESS":
		// A rollback may restore what was recorded long ago; Release must put it right before the stack settles.
		w.update.stranded = w.update.stranded || moved
	case d != nil && w.foreign:
		w.excused("a foreign deployment began between the look-up and the listener's edit")
		w.update.stranded = w.update.stranded || moved
	case w.abandoned && moved && listener.Only() == w.live().TargetGroup:
		w.excused("the edit puts right what no call of Guard could")
	default:
		w.check(quietEdit, !moved, "from %v to %v", before, listener.Weights())
	}
}

func only(weights []cloud.Weight) []string {
	var groups []string
	for _, w := range weights {
		groups = append(groups, fmt.Sprint(w.TargetGroup, w.Weight*int32(min(1, len(weights)-1))))
	}
	return groups
}

// answered is told of every request to a custom resource: within its time, or not.
func (w *World) answered(r cloud.Request, inTime bool) {
	if !inTime && w.update.excuse != "" {
		w.excused("the hour passed: " + w.update.excuse)
		return
	}
	w.check(hourKept, inTime, "%s %s", r.Type, r.Resource)
}

func sameStrategy(items []cloud.Capacity) bool {
	return slices.EqualFunc(items, strategy, func(a, b cloud.Capacity) bool {
		return *a.CapacityProvider == *b.CapacityProvider && a.Base == b.Base && a.Weight == b.Weight
	})
}

var invariants = []string{
	oneInFlight, noSuperseded, healthyTarget, wantedLive, oldLive, rollbackDone, quietEdit, spotKept, hourKept, imageKept,
	bounded, nothingLeft, progress, needless, previousKept,
	validLogin, renewal, renewedLast, firstReady,
}
