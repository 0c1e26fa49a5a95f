package cloud

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
)

// CloudFormation holds stacks.
type CloudFormation struct {
	cloud  *Cloud
	stacks map[string]*Stack
}

// DescribeStacks answers with one stack's status, and a ValidationError for one that is not there.
func (c *CloudFormation) DescribeStacks(ctx context.Context, in *cloudformation.DescribeStacksInput, _ ...func(*cloudformation.Options)) (*cloudformation.DescribeStacksOutput, error) {
	return call(ctx, "cloudformation:DescribeStacks", func() (*cloudformation.DescribeStacksOutput, error) {
		stack := c.stacks[*in.StackName]
		if stack == nil {
			return nil, apiError("ValidationError", "Stack with id %s does not exist", *in.StackName)
		}
		return &cloudformation.DescribeStacksOutput{Stacks: []types.Stack{{
			StackName: &stack.Name, StackId: &stack.Name, StackStatus: stack.Status, LastUpdatedTime: stack.updated,
		}}}, nil
	})
}

// Stack is a stack whose template is any value: its resources read their properties out of it.
type Stack struct {
	Name      string
	Status    types.StackStatus
	Reason    string // of the last request that failed
	Resources []*Resource
	Rollback  RollbackRules

	// Ended is told of every request to a custom resource, and whether it was answered in time.
	Ended func(request Request, inTime bool)
	// Changed is EventBridge's news of a changed status: of a resource, or of the stack itself when it is "".
	Changed func(resource string)

	updated  *time.Time
	cloud    *Cloud
	template any // in effect, or being rolled back to
	wanted   any // of the update in progress
	walk     *walk
	cleanup  []leftover
	again    func() // what ContinueUpdateRollback does
}

// RollbackRules are what documentation does not say of a rollback.
type RollbackRules struct {
	Reverse bool // dependents are rolled back before what they depend on
	ReAsk   bool // references are resolved with the answers that custom resources give during the rollback
	Discard bool // what an update made as a replacement is deleted when it is rolled back, though it is to be retained
	Abandon bool // a cancelled update does not wait for the answers of resources in progress
}

// Resource is one resource of a stack.
type Resource struct {
	ID        string
	DependsOn []string
	// Properties are comparable with ==; a change of them is an update.
	Properties func(template any, attribute func(id, name string) string) any
	Provider   Provider
	Retain     bool          // RetainExceptOnCreate: on replacement and on deletion, but not when its creation is rolled back
	Timeout    time.Duration // ServiceTimeout of a custom resource; 0: none

	state, before *state
	attempted     any // properties of the last request
	// literal are the properties as the template has them, references unresolved.
	literal, literalBefore any
	touched                bool
}

type state struct {
	physical   string
	properties any
	attributes map[string]string
}

type leftover struct {
	resource   *Resource
	physical   string
	properties any
	retain     bool
}

// Provider makes the resources of one type.
type Provider interface {
	// Provide does what the request asks for and answers once, at any later time, or never.
	Provide(request Request, answer func(Answer))
}

// Request is what CloudFormation asks of a provider.
type Request struct {
	Type            string // Create, Update or Delete
	ID              string
	Stack           string
	Resource        string
	Physical        string
	Properties, Old any
	Sent            time.Time
}

// Answer ends a request.
type Answer struct {
	Physical   string
	Attributes map[string]string
	Err        error
}

// The types of requests.
const (
	Create = "Create"
	Update = "Update"
	Delete = "Delete"
)

var errNoAnswer = errors.New("CloudFormation did not receive a response from your Custom Resource")

// NewStack names a stack before it is created.
func (c *CloudFormation) NewStack(name string, rules RollbackRules, resources ...*Resource) *Stack {
	s := &Stack{Name: name, Resources: resources, Rollback: rules, cloud: c.cloud, Ended: func(Request, bool) {}, Changed: func(string) {}}
	c.stacks[name] = s
	return s
}

// Physical is the physical id of a resource, "" when it does not exist.
func (s *Stack) Physical(id string) string {
	if r := s.resource(id); r.state != nil {
		return r.state.physical
	}
	return ""
}

// Template is the one in effect.
func (s *Stack) Template() any { return s.template }

// Wanted is the one of the operation in progress, or of the last one.
func (s *Stack) Wanted() any { return s.wanted }

// Touched tells whether the update in progress has reached a resource.
func (s *Stack) Touched(id string) bool { return s.resource(id).touched }

func (s *Stack) resource(id string) *Resource {
	i := slices.IndexFunc(s.Resources, func(r *Resource) bool { return r.ID == id })
	return s.Resources[i]
}

func (s *Stack) attribute(id, name string) string {
	r := s.resource(id)
	switch {
	case r.state == nil:
		return ""
	case name == "Ref":
		return r.state.physical
	}
	return r.state.attributes[name]
}

func (s *Stack) set(status types.StackStatus) {
	s.Status = status
	s.cloud.Log("cloudformation", "%s", status)
	s.Changed("")
}

// request sends one request and hands its answer on, once.
func (s *Stack) request(r *Resource, request Request, done func(Answer)) {
	request.ID, request.Stack, request.Resource, request.Sent = s.cloud.id("request-"), s.Name, r.ID, s.cloud.Now()
	s.cloud.Log("cloudformation", "%s %s (%s)", request.Type, r.ID, request.ID)
	answered, walk := false, s.walk
	answer := func(a Answer) {
		if answered || walk.over && request.Type != Delete {
			return // to a request that nobody waits for any more
		}
		answered = true
		if r.Timeout > 0 {
			s.Ended(request, !errors.Is(a.Err, errNoAnswer) && !errors.Is(a.Err, errTimedOut))
		}
		if a.Err != nil {
			s.Reason = fmt.Sprintf("%s %s: %v", request.Type, r.ID, a.Err)
			s.cloud.Log("cloudformation", "%s %s failed: %v", request.Type, r.ID, a.Err)
		} else {
			s.cloud.Log("cloudformation", "%s %s succeeded %v", request.Type, r.ID, a.Attributes)
		}
		s.Changed(r.ID)
		done(a)
	}
	if r.Timeout > 0 {
		s.cloud.After(r.Timeout, func() {
			if !answered && !walk.over {
				answer(Answer{Physical: request.Physical, Err: errNoAnswer})
			}
		})
	}
	r.Provider.Provide(request, answer)
}
