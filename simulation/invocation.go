package simulation

import (
	"context"
	"errors"
	"slices"
	"time"

	"payment-processor/lambda/deployment"
	"payment-processor/simulation/cloud"

	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"
)

// invocation is one run of a Lambda: its API calls take time and meet the faults of the plan.
type invocation struct {
	world      *World
	request    cloud.Request
	name       string
	started    time.Time
	superseded bool              // a later request had been received before this run began
	busy       *cloud.Deployment // had been listed as in flight before this run began
	ended      error
}

type killed struct{ *invocation }

// invoke runs f as a Lambda does: with a time limit, and possibly not to its end.
func invoke(w *World, name string, request cloud.Request, f func(context.Context) error) (err error) {
	i := &invocation{world: w, request: request, name: name, started: w.cloud.Now()}
	i.superseded = w.current[request.Resource] > request.ID
	i.busy = w.cloud.CodeDeploy.Listed()
	outer := w.running
	w.running = i
	defer func() {
		w.running = outer
		if r := recover(); r != nil {
			if k, ok := r.(killed); !ok || k.invocation != i {
				panic(r)
			}
			w.log("lambda", "%s of %s is killed", name, request.ID)
			err = cloud.ErrKilled
		}
	}()
	err = f(cloud.WithCaller(context.Background(), i))
	if err != nil {
		w.log("lambda", "%s of %s fails: %v", name, request.ID, err)
	}
	return err
}

// How long the functions may take before their own deadlines, and one attempt of a call before the client's.
const (
	pollLimit      = deployment.FunctionTimeout - 5*time.Second
	gateLimit      = 4*time.Minute - 15*time.Second
	attemptTimeout = 10 * time.Second
)

// tidying are the calls that Release's clean-up begins with. No poll follows one that they were too late for: Release has
// finished, and the next update's clean-up makes it good.
var tidying = []string{"ecs:ListTaskDefinitions", "ecs:DeregisterTaskDefinition"}

func (i *invocation) late() bool {
	limit := pollLimit
	if i.name == gate {
		limit = gateLimit
	}
	if i.world.cloud.Now().Sub(i.started) >= limit {
		i.ended = context.DeadlineExceeded
		if i.name == gate { // it has minutes, and no later poll
			i.world.update.excuse = "an outage longer than ImageGate may take"
			i.world.outage = i.world.outage || i.request.Type == "Delete"
		}
	}
	return i.ended != nil
}

// Call is what the SDK's client does: try, and try again what may succeed then.
func (i *invocation) Call(operation string, effect func() error) error {
	for attempt := 1; ; attempt++ {
		err := i.attempt(operation, effect)
		if err == nil || attempt == retry.DefaultMaxAttempts || !retryable(err) {
			return err
		}
		i.pass(time.Duration(attempt) * 500 * time.Millisecond)
	}
}

func (i *invocation) attempt(operation string, effect func() error) error {
	if i.ended != nil {
		return i.ended
	}
	i.pass(i.world.latency())
	if i.late() {
		i.world.update.untidy = i.world.update.untidy || i.request.Resource == "Release" && slices.Contains(tidying, operation)
		return i.ended
	}
	switch fault := i.world.fault(); fault {
	case "":
		return effect()
	case Throttle:
		i.world.inject(fault, operation)
		return &smithy.GenericAPIError{Code: "ThrottlingException", Message: "Rate exceeded"}
	case Refusal:
		i.world.inject(fault, operation)
		return &smithy.GenericAPIError{Code: "InternalServerError", Message: "internal failure", Fault: smithy.FaultServer}
	case LostAnswer:
		i.world.inject(fault, operation)
		if err := effect(); err != nil {
			return err
		}
		return &smithy.GenericAPIError{Code: "InternalServerError", Message: "the answer is lost", Fault: smithy.FaultServer}
	case Hang:
		i.world.inject(fault, operation)
		i.pass(attemptTimeout)
		return &awshttp.ResponseTimeoutError{TimeoutDur: attemptTimeout}
	case KillAfter:
		i.world.inject(fault, operation)
		_ = effect()
		panic(killed{i})
	default:
		i.world.inject(fault, operation)
		panic(killed{i})
	}
}

// pass lets the rest of the world go on meanwhile.
func (i *invocation) pass(d time.Duration) {
	w := i.world
	w.running = nil
	w.cloud.Advance(d)
	w.running = i
}

func retryable(err error) bool {
	return retry.IsErrorRetryables(retry.DefaultRetryables).IsErrorRetryable(err).Bool() || isServerFault(err)
}

func isServerFault(err error) bool {
	var api smithy.APIError
	ok := errors.As(err, &api)
	return ok && api.ErrorFault() == smithy.FaultServer
}
