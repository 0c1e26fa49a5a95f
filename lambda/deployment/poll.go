package deployment

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"time"
)

// Request is one request of CloudFormation in the hands of a handler.
type Request struct {
	ID      string
	Type    string
	Receipt Receipt
	Claims  Claims
	Now     time.Time
	Log     *slog.Logger

	issued time.Time
}

// NewRequest returns the event's request. Without a logger nothing is logged.
func NewRequest[Properties any](event Event[Properties], claims Claims, now time.Time, log *slog.Logger) Request {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return Request{
		ID: event.RequestID, Type: event.RequestType, Receipt: event.Receipt, Claims: claims, Now: now,
		Log:    log.With("request", event.RequestID, "type", event.RequestType),
		issued: event.Issued(now),
	}
}

// ErrNotNow says that something cannot be done at this moment.
var ErrNotNow = errors.New("not now")

// Receive records the request as the current one and returns its receipt. If that is not possible at this moment the
// polls try again; only a replay of a superseded request, or a refusal that will not change, is an error.
func (r Request) Receive(ctx context.Context, stackStatus string) (Receipt, error) {
	receipt, err := r.Claims.Claim(ctx, r.ID, Receipt{IssuedAt: r.issued, StackStatus: stackStatus})
	if err != nil && !r.later(err, 0) {
		return receipt, err
	}
	r.Log.Info("received", "stack", receipt.StackStatus, "interrupts", receipt.Interrupts, "claimed", receipt.Claimed)
	return receipt, nil
}

// Poll takes a step of the request if it is still the current one. An error fails the request, and a rollback that
// fails leaves the stack in UPDATE_ROLLBACK_FAILED, so what may succeed at the next poll is none before Patience is
// over. A request leaves its outcome behind; a Delete leaves nothing.
func (r Request) Poll(ctx context.Context, step func(context.Context, Request) (CompleteResponse, error)) (CompleteResponse, error) {
	ctx, cancel := InTime(ctx)
	defer cancel()
	done, err := r.step(ctx, step)
	waited := r.Receipt.Waited(r.Now)
	switch {
	case errors.Is(err, ErrSuperseded):
		r.Log.Info("superseded")
		return CompleteResponse{}, err
	case err != nil && r.later(err, waited) && waited < Patience:
		r.Log.Warn("look again", "error", err)
		return CompleteResponse{}, nil
	case err != nil && r.later(err, waited):
		err = fmt.Errorf("gave up after %v, short of CloudFormation's hour; last: %w", Patience, err)
	case err == nil && !done.IsComplete:
		return done, nil
	}
	outcome := Outcome{Data: done.Data}
	if err != nil {
		r.Log.Error("failed", "error", err)
		outcome.Failure = Short(err)
		err = outcome.Failure
	}
	if r.Type != Delete {
		if failure := r.Claims.End(ctx, r.ID, outcome); failure != nil {
			r.Log.Warn("the next request will wait as if this one had not ended", "error", failure)
		}
	}
	return done, err
}

func (r *Request) step(ctx context.Context, step func(context.Context, Request) (CompleteResponse, error)) (CompleteResponse, error) {
	receipt, outcome, err := r.Claims.Check(ctx, r.ID, r.Receipt)
	r.Receipt = receipt
	switch {
	case r.Type == Delete && errors.Is(err, errGone):
		return CompleteResponse{IsComplete: true}, nil
	case err != nil:
		return CompleteResponse{}, err
	case outcome != nil && outcome.Failure != "":
		return CompleteResponse{}, outcome.Failure
	case outcome != nil:
		return CompleteResponse{IsComplete: true, Data: outcome.Data}, nil
	}
	done, err := step(ctx, *r)
	if err == nil && done.IsComplete && r.Type == Delete {
		err = r.Claims.Remove(ctx)
	}
	if err != nil {
		return CompleteResponse{}, err
	}
	return done, nil
}

// spreading is how long a new IAM policy may take to be known everywhere.
const spreading = time.Minute

// later reports whether a poll that met the error should simply look again.
func (r Request) later(err error, waited time.Duration) bool {
	return Transient(err) || Denied(err) && waited < spreading
}

// Required returns an error that names every property without a value.
func Required(properties map[string]string) error {
	var wrong []error
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		if properties[name] == "" {
			wrong = append(wrong, fmt.Errorf("property %s is empty, want a value", name))
		}
	}
	return errors.Join(wrong...)
}
