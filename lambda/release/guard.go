package release

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"payment-processor/lambda/deployment"

	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
)

// GuardEvery is how often Guard is called without an event.
const GuardEvery = 5 * time.Minute

// Guard puts the listener right after CloudFormation has changed it. EventBridge calls it, with the properties of Release
// as its constant input, for "CloudFormation Resource Status Change" of the listener and "CloudFormation Stack Status
// Change" of the stack.
//
// Release does the same, but only if it is asked. An update that edits the listener and is cancelled before it reaches
// Release has a rollback without Release in it, and that may restore a target group recorded long ago.
//
// While a deployment is in flight, or about to be rolled back, the listener is CodeDeploy's. Guard then asks Lambda to
// try again, with an error: the deployment may just be about to fail because of where the listener points.
func (h Handler) Guard(ctx context.Context, p Properties) error {
	log := h.Log
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	all, err := deployment.Read(ctx, h.CodeDeploy, p.service(), h.Now())
	if deployment.NotFound(err) {
		return nil // the stack is only being created, or deleted
	}
	if err != nil {
		return err
	}
	live, err := deployment.ReadLive(ctx, h.ECS, p.service())
	if err != nil {
		return err
	}
	listener, err := h.readListener(ctx, p.Listener)
	if err != nil || !listener.Strays(live.Primary) {
		return err
	}
	if blocking, _ := deployment.Blocking(all, "", "", h.Now()); blocking != nil {
		return fmt.Errorf("%w: the listener is CodeDeploy's while deployment %s is %s", deployment.ErrNotNow, blocking.ID, blocking.Status)
	}
	log.Warn("repair", "reason", "the listener does not forward to the PRIMARY task set's target group",
		"targetGroup", live.Primary.TargetGroup)
	return h.repair(ctx, listener, live.Primary.TargetGroup)
}

// Strays reports whether the listener forwards production traffic elsewhere than to a task set that serves. A listener
// that forwards nothing, to a maintenance page for example, does so because somebody wants it.
func (l Listener) Strays(primary *deployment.TaskSet) bool {
	if primary == nil || primary.TargetGroup == "" || primary.Running == 0 || l.ForwardsOnlyTo(primary.TargetGroup) {
		return false
	}
	for _, action := range l.Actions {
		if action.Type == types.ActionTypeEnumForward {
			return true
		}
	}
	return false
}
