// Package resource is what the local CloudFormation and the makers of resources agree on: a Provider a resource type.
package resource

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Request is what CloudFormation asks of a provider.
type Request struct {
	StackID    string // ARN
	StackName  string
	LogicalID  string
	Type       string // AWS::S3::Bucket
	PhysicalID string // empty on Create
	Token      string // differs from request to request, of 32 hexadecimal digits
	AccountID  string
	Region     string

	// Properties are resolved: no intrinsic function is left, and what was AWS::NoValue is absent. Scalars are what the
	// template says: "8080" may stand for 8080, and "true" for true.
	Properties map[string]any
	Old        map[string]any    // on Update: those of the last request that succeeded
	Tags       map[string]string // of the stack, for resources that can be tagged
}

// Result is what Ref and Fn::GetAtt answer afterwards.
type Result struct {
	PhysicalID string         // what Ref answers
	Attributes map[string]any // by the name that Fn::GetAtt takes, Endpoint.Address with its dot
}

// Provider makes the resources of one type. Each method returns when the resource is ready, or gone, as CloudFormation
// would have it; an error's text is the reason that stack events show. Methods are called concurrently.
type Provider interface {
	Create(ctx context.Context, request Request) (Result, error)
	// Update is asked when no property has changed that only a replacement could change; the engine replaces by Create
	// and a later Delete. ErrReplace asks the engine for that where only the provider can tell.
	Update(ctx context.Context, request Request) (Result, error)
	// Delete of a resource that is not there succeeds.
	Delete(ctx context.Context, request Request) error
}

// Making is Create or Update as a function.
type Making = func(context.Context, Request) (Result, error)

// Of makes a Provider of three functions.
func Of(create, update Making, remove func(context.Context, Request) error) Provider {
	return functions{create, update, remove}
}

type functions struct {
	create, update Making
	remove         func(context.Context, Request) error
}

func (f functions) Create(ctx context.Context, r Request) (Result, error) { return f.create(ctx, r) }
func (f functions) Update(ctx context.Context, r Request) (Result, error) { return f.update(ctx, r) }
func (f functions) Delete(ctx context.Context, r Request) error           { return f.remove(ctx, r) }

// Replaced is the Update of what nothing but a replacement changes.
func Replaced(context.Context, Request) (Result, error) { return Result{}, ErrReplace }

// ErrReplace is Update's answer where this change needs a replacement.
var ErrReplace = errors.New("this change needs a replacement")

// Registry holds the providers by resource type. The key "Custom::" stands for all custom resources.
type Registry map[string]Provider

// Add takes the providers of others in. A type that has a provider already is a programmer's mistake.
func (r Registry) Add(others Registry) {
	for name, provider := range others {
		if _, taken := r[name]; taken {
			panic("two providers for " + name)
		}
		r[name] = provider
	}
}

// Find returns the provider of a type. The error names a type that has none.
func (r Registry) Find(name string) (Provider, error) {
	key := name
	if name == "AWS::CloudFormation::CustomResource" || strings.HasPrefix(name, "Custom::") {
		key = "Custom::"
	}
	if provider, known := r[key]; known {
		return provider, nil
	}
	return nil, fmt.Errorf("resource type %s is not supported here", name)
}

// Types are the names in order.
func (r Registry) Types() []string {
	names := make([]string, 0, len(r))
	for name := range r {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
