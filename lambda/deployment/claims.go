package deployment

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
)

// Claims keeps, in one SSM parameter, which request of CloudFormation is the current one. When an update is cancelled
// CloudFormation sends the rollback's request under a new id, but the framework's waiter goes on polling for the
// cancelled one. Such a poll, or a late replay of its onEvent, must not act any more.
type Claims struct {
	Parameters Parameters
	Name       string
}

// ErrSuperseded says that CloudFormation has sent a later request for the same resource.
var ErrSuperseded = errors.New("superseded by a later request of CloudFormation: nothing was done for this one")

// errGone says that there is no record, although the request was recorded: a Delete has removed it.
var errGone = fmt.Errorf("%w: there is no record", ErrUnknown)

// ErrUnknown says that the record does not show the request yet: Parameter Store may answer with an older version.
var ErrUnknown = errors.New("the record of requests does not show this request yet")

// Remembered ids and the longest failure text keep the parameter's value below the 4 KB of the standard tier, and the
// answer, to which the framework adds its own stack trace, below the 4096 bytes that CloudFormation reads.
const (
	remembered = 20
	longest    = 1500
)

type record struct {
	Current    string
	Receipt    Receipt
	Outcome    *Outcome `json:",omitempty"` // of the current request, once it was answered
	Superseded []string // newest first
}

// Outcome is how a request ended. A request that is asked again after its end, because the answer was lost or the
// request was delivered twice, ends the same way again and does nothing.
type Outcome struct {
	Data    map[string]string `json:",omitempty"`
	Failure Failure           `json:",omitempty"`
}

// Claim makes a request the current one and returns its receipt: the given one, or at a replay the one recorded first.
func (c Claims) Claim(ctx context.Context, request string, receipt Receipt) (Receipt, error) {
	held, err := c.load(ctx)
	if err != nil {
		return receipt, err
	}
	switch {
	case held.Current == request:
		return held.Receipt, nil
	case slices.Contains(held.Superseded, request), held.Receipt.IssuedAt.After(receipt.IssuedAt):
		return receipt, ErrSuperseded
	case held.Current != "":
		held.Superseded = append([]string{held.Current}, held.Superseded...)
		held.Superseded = held.Superseded[:min(len(held.Superseded), remembered)]
		receipt.Interrupts = receipt.Interrupts || held.Outcome == nil
	}
	receipt.Claimed = true
	held = record{Current: request, Receipt: receipt, Superseded: held.Superseded}
	if err := c.save(ctx, held); err != nil {
		receipt.Claimed = false
		return receipt, err
	}
	return receipt, nil
}

// Check returns an error unless the request is the current one, and its outcome if it has ended. It claims the request
// if onEvent could not.
func (c Claims) Check(ctx context.Context, request string, receipt Receipt) (Receipt, *Outcome, error) {
	if !receipt.Claimed {
		receipt, err := c.Claim(ctx, request, receipt)
		return receipt, nil, err
	}
	held, err := c.load(ctx)
	switch {
	case err != nil:
		return receipt, nil, err
	case held.Current == request:
		return receipt, held.Outcome, nil
	case held.Current == "":
		return receipt, nil, errGone
	case slices.Contains(held.Superseded, request):
		return receipt, nil, ErrSuperseded
	case held.Receipt.IssuedAt.Before(receipt.IssuedAt):
		// A slow onEvent of an earlier request has written over the record what it had read before.
		receipt, err := c.Claim(ctx, request, receipt)
		return receipt, nil, err
	}
	return receipt, nil, ErrUnknown
}

// End records how the current request ended: the next one then need not wait for its last poll to die out.
func (c Claims) End(ctx context.Context, request string, outcome Outcome) error {
	held, err := c.load(ctx)
	if err != nil || held.Current != request || held.Outcome != nil {
		return err
	}
	held.Outcome = &outcome
	return c.save(ctx, held)
}

// Remove deletes the parameter.
func (c Claims) Remove(ctx context.Context) error {
	_, err := c.Parameters.DeleteParameter(ctx, &ssm.DeleteParameterInput{Name: &c.Name})
	if NotFound(err) {
		return nil
	}
	return err
}

func (c Claims) load(ctx context.Context) (record, error) {
	var held record
	answer, err := c.Parameters.GetParameter(ctx, &ssm.GetParameterInput{Name: &c.Name})
	if NotFound(err) {
		return held, nil
	}
	if err != nil {
		return held, fmt.Errorf("reading the record of requests %s: %w", c.Name, err)
	}
	// What cannot be read is as good as absent: the next claim writes it anew.
	_ = json.Unmarshal([]byte(*answer.Parameter.Value), &held)
	return held, nil
}

func (c Claims) save(ctx context.Context, held record) error {
	value, _ := json.Marshal(held) // strings, a time and two booleans
	_, err := c.Parameters.PutParameter(ctx, &ssm.PutParameterInput{
		Name: &c.Name, Value: new(string(value)), Type: types.ParameterTypeString, Overwrite: new(true),
	})
	if err != nil {
		return fmt.Errorf("writing the record of requests %s: %w", c.Name, err)
	}
	return nil
}

// Waited is how long the request has been waiting; zero if that is not known.
func (r Receipt) Waited(now time.Time) time.Duration {
	if r.IssuedAt.IsZero() {
		return 0
	}
	return now.Sub(r.IssuedAt)
}
