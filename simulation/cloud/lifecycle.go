package cloud

import (
	"cmp"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/codedeploy/types"
)

// The lifecycle events at which an AppSpec may have a function called.
const (
	beforeInstall         = "BeforeInstall"
	afterInstall          = "AfterInstall"
	afterAllowTestTraffic = "AfterAllowTestTraffic"
	beforeAllowTraffic    = "BeforeAllowTraffic"
	afterAllowTraffic     = "AfterAllowTraffic"
)

type lifecycleEvent struct {
	name, execution string
	status          types.LifecycleEventStatus
	next            func()
}

// lifecycle calls the functions of the events, one after the other, and goes on when all have succeeded.
func (d *Deployment) lifecycle(next func(), events ...string) {
	if len(events) == 0 {
		next()
		return
	}
	rest := func() { d.lifecycle(next, events[1:]...) }
	function, hooked := d.spec.hooks[events[0]]
	if !hooked {
		rest()
		return
	}
	event := &lifecycleEvent{
		name: events[0], execution: d.ID + "/" + events[0], status: types.LifecycleEventStatusInProgress, next: rest,
	}
	d.events = append(d.events, event)
	if d.deploy.Invoke == nil {
		_ = d.answered(event.execution, d.known()) // it waits for this answer
		return
	}
	d.deploy.Invoke(d, function, event.execution)
	d.deploy.cloud.Unhurried(cmp.Or(d.deploy.HookTimeout, time.Hour), func() { _ = d.answered(event.execution, types.LifecycleEventStatusFailed) })
}

// known is what the function of a history finds out about an image.
func (d *Deployment) known() types.LifecycleEventStatus {
	if image := d.deploy.cloud.ECR.Image(d.green.Revision.digest()); image != nil && image.Refused {
		return types.LifecycleEventStatusFailed
	}
	return types.LifecycleEventStatusSucceeded
}

func (d *Deployment) answered(execution string, status types.LifecycleEventStatus) error {
	for _, e := range d.events {
		if e.execution != execution {
			continue
		}
		switch {
		case e.status != types.LifecycleEventStatusInProgress:
			return &types.LifecycleEventAlreadyCompletedException{}
		case d.Ended():
			return &types.DeploymentAlreadyCompletedException{}
		}
		e.status = status
		switch {
		case status != types.LifecycleEventStatusSucceeded:
			d.fail("The deployment failed because a lifecycle event hook failed: " + e.name)
		case d.deploy.cloud.ECS.service == nil:
			d.fail("The ECS service cannot be found")
		default:
			e.next()
		}
		return nil
	}
	return &types.InvalidLifecycleEventHookExecutionIdException{}
}

func (e *lifecycleEvent) describe() types.LifecycleEvent {
	event := types.LifecycleEvent{LifecycleEventName: &e.name, Status: e.status}
	if e.status == types.LifecycleEventStatusFailed {
		event.Diagnostics = &types.Diagnostics{ErrorCode: types.LifecycleErrorCodeScriptFailed, Message: new("green does not answer")}
	}
	return event
}
