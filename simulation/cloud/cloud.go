package cloud

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/smithy-go"
)

// Cloud is one account in one region.
type Cloud struct {
	*Clock
	Chance Chance
	// Log is told of everything that happens, for the trace of a history; nil: nobody listens.
	Log func(actor, format string, args ...any)

	ECR            *ECR
	ECS            *ECS
	ELB            *ELB
	Lambda         *Lambda
	CodeDeploy     *CodeDeploy
	CloudFormation *CloudFormation
	SSM            *SSM
	SecretsManager *SecretsManager
	// Traffic is what CodeDeploy moves: ELB's, unless another is put here.
	Traffic Traffic
	// Identify makes ids, such as of deployments; nil: numbers.
	Identify func(prefix string) string

	serial int
}

// Chance decides what documentation leaves open: durations, lags and orders.
type Chance interface {
	// IntN returns a number from 0 to n-1.
	IntN(n int) int
}

// New returns an empty account.
func New(clock *Clock, chance Chance) *Cloud {
	c := &Cloud{Clock: clock, Chance: chance, Log: func(string, string, ...any) {}}
	c.ECR = &ECR{cloud: c, images: map[string]*Image{}}
	c.ECS = &ECS{cloud: c, revisions: map[string]*Revision{}}
	c.ELB = &ELB{cloud: c, listeners: map[string]*Listener{}}
	c.Lambda = &Lambda{cloud: c}
	c.CodeDeploy = &CodeDeploy{cloud: c, deployments: map[string]*Deployment{}, Alarms: map[string]bool{}}
	c.CloudFormation = &CloudFormation{cloud: c, stacks: map[string]*Stack{}}
	c.SSM = &SSM{cloud: c, parameters: map[string]string{}}
	c.SecretsManager = &SecretsManager{cloud: c, versions: []time.Time{clock.Now()}}
	c.Traffic = c.ELB
	return c
}

// Caller is who calls an API. A Lambda's context carries one, so that its calls take time and may fail.
type Caller interface {
	// Call has the effect, or not, and returns what the caller gets to see of it.
	Call(operation string, effect func() error) error
}

type callerKey struct{}

// WithCaller returns a context whose API calls go through the caller.
func WithCaller(ctx context.Context, caller Caller) context.Context {
	return context.WithValue(ctx, callerKey{}, caller)
}

// call is how every API method has its effect.
func call[T any](ctx context.Context, operation string, effect func() (*T, error)) (*T, error) {
	caller, ok := ctx.Value(callerKey{}).(Caller)
	if !ok {
		return effect()
	}
	var out *T
	err := caller.Call(operation, func() error {
		var err error
		out, err = effect()
		return err
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

func (c *Cloud) id(prefix string) string {
	if c.Identify != nil {
		return c.Identify(prefix)
	}
	c.serial++
	return fmt.Sprintf("%s%04d", prefix, c.serial)
}

// between is a duration of which documentation says nothing exact.
func (c *Cloud) between(least, most time.Duration) time.Duration {
	steps := int((most - least) / time.Second)
	return least + time.Duration(c.Chance.IntN(steps+1))*time.Second
}

func apiError(code, format string, args ...any) error {
	return &smithy.GenericAPIError{Code: code, Message: fmt.Sprintf(format, args...)}
}
