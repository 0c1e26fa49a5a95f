package cloud

import (
	"context"
	"errors"
	"time"
)

// ErrKilled is what the caller of a Lambda sees when the function was ended in the middle: out of time or memory.
var ErrKilled = errors.New("Task timed out")

// errTimedOut is what the framework says for a function that never completes.
var errTimedOut = errors.New("Operation timed out")

// Delivery decides how an event reaches a function: after each of the delays, so not at all without any.
type Delivery func(Request) []time.Duration

// Provided is a custom resource behind the CDK Provider framework.
type Provided struct {
	Cloud    *Cloud
	Deliver  Delivery
	Interval time.Duration
	Total    time.Duration
	// OnEvent and IsComplete are the user's functions; what OnEvent returns is passed on to IsComplete.
	OnEvent    func(context.Context, Request) (receipt any, physical string, err error)
	IsComplete func(ctx context.Context, request Request, receipt any) (complete bool, data map[string]string, err error)
}

// Provide invokes the framework's own onEvent, once or as often as the event is delivered.
func (p Provided) Provide(request Request, answer func(Answer)) {
	for _, delay := range p.Deliver(request) {
		p.Cloud.After(delay, func() {
			receipt, physical, err := p.OnEvent(context.Background(), request)
			if physical != "" {
				request.Physical = physical
			} else if request.Physical == "" {
				request.Physical = request.ID
			}
			if err != nil {
				answer(Answer{Physical: request.Physical, Err: err})
				return
			}
			p.poll(request, receipt, p.Cloud.Now().Add(p.Total), answer)
		})
	}
}

// poll is the waiter: it ends with the first answer, and knows nothing of a request that CloudFormation gave up.
func (p Provided) poll(request Request, receipt any, deadline time.Time, answer func(Answer)) {
	complete, data, err := p.IsComplete(context.Background(), request, receipt)
	switch {
	case err != nil:
		answer(Answer{Physical: request.Physical, Err: err})
	case complete:
		answer(Answer{Physical: request.Physical, Attributes: data})
	case !p.Cloud.Now().Add(p.Interval).Before(deadline):
		answer(Answer{Physical: request.Physical, Err: errTimedOut})
	default:
		p.Cloud.After(p.Interval, func() { p.poll(request, receipt, deadline, answer) })
	}
}

// Invoked is a custom resource that CloudFormation invokes as a Lambda, asynchronously.
type Invoked struct {
	Cloud   *Cloud
	Deliver Delivery
	Handle  func(context.Context, Request) (physical string, data map[string]string, err error)
}

// Provide invokes the function, and again when it is killed: Lambda tries an asynchronous event three times.
func (i Invoked) Provide(request Request, answer func(Answer)) {
	for _, delay := range i.Deliver(request) {
		i.Cloud.After(delay, func() { i.try(request, 1, answer) })
	}
}

func (i Invoked) try(request Request, attempt int, answer func(Answer)) {
	physical, data, err := i.Handle(context.Background(), request)
	if errors.Is(err, ErrKilled) {
		if attempt < 3 {
			i.Cloud.After(time.Duration(attempt)*time.Minute, func() { i.try(request, attempt+1, answer) })
		}
		return
	}
	answer(Answer{Physical: physical, Attributes: data, Err: err})
}

// Native is a resource that CloudFormation makes by itself, in a few seconds.
type Native struct {
	Cloud *Cloud
	// Apply has the effect and returns the physical id.
	Apply func(Request) (physical string, err error)
}

// Provide applies the request after a while.
func (n Native) Provide(request Request, answer func(Answer)) {
	n.Cloud.After(n.Cloud.between(2*time.Second, 20*time.Second), func() {
		physical, err := n.Apply(request)
		answer(Answer{Physical: physical, Err: err})
	})
}
