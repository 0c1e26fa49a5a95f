// Package deployment is what the functions that look after releases share: the requests of CloudFormation as the CDK
// Provider framework passes them on, and reading, starting and stopping the CodeDeploy deployments of one ECS service.
package deployment

import (
	"context"
	"time"

	"payment-processor/lambda/internal/deadline"
	"payment-processor/lambda/internal/issued"
)

// Event is a custom resource request as the CDK Provider framework (aws-cdk-lib/custom-resources, runtime/framework.js)
// hands it to both handlers. isComplete's event holds the request and, over it, every field of onEvent's response.
type Event[Properties any] struct {
	RequestType        string     // Create, Update or Delete
	RequestID          string     `json:"RequestId"`
	StackID            string     `json:"StackId"`
	PhysicalResourceID string     `json:"PhysicalResourceId"`
	ResponseURL        string     // a secret: who knows it can answer in our place
	Properties         Properties `json:"ResourceProperties"`
	OldProperties      Properties `json:"OldResourceProperties"` // of an Update, else zero
	Receipt
}

// Receipt is what onEvent passes on to isComplete; the framework documents "any other field" of its response for this.
// A replayed onEvent passes on what the first one recorded.
type Receipt struct {
	IssuedAt    time.Time `json:",omitzero"`  // when CloudFormation sent the request: its hour runs from then
	StackStatus string    `json:",omitempty"` // of the stack at that time: tells a rollback from an update
	Interrupts  bool      `json:",omitempty"` // the request before this one had not ended
	Claimed     bool      `json:",omitempty"` // the request is recorded as the current one; see Claims
}

// Response is onEvent's answer.
type Response struct {
	PhysicalResourceID string `json:"PhysicalResourceId"`
	Receipt
}

// CompleteResponse is isComplete's answer. The framework refuses Data while IsComplete is false.
type CompleteResponse struct {
	IsComplete bool
	Data       map[string]string `json:",omitempty"`
}

// The request types.
const (
	Create = "Create"
	Update = "Update"
	Delete = "Delete"
)

// The framework's waiter asks isComplete every PollInterval, TotalTimeout/PollInterval times, and then answers
// "Operation timed out". It counts attempts and not time (waiter-state-machine.js), so the handlers themselves give up
// after Patience and say what they were waiting for. CloudFormation waits an hour at most
// (ServiceTimeout, AWS::CloudFormation::CustomResource).
const (
	PollInterval = 15 * time.Second
	Patience     = 57 * time.Minute
	TotalTimeout = 59 * time.Minute
)

// FunctionTimeout is the time-out for both functions of a resource. A function that is killed fails the request
// (the framework submits FAILED for any function error), so the handlers stop a little earlier by themselves.
const FunctionTimeout = 45 * time.Second

const reserve = 5 * time.Second

// InTime returns a context that ends early enough before the function is killed to still answer.
func InTime(ctx context.Context) (context.Context, context.CancelFunc) {
	return deadline.Early(ctx, reserve)
}

// Respond is onEvent's answer. The physical id is given once and kept: another one would make CloudFormation send a
// Delete for the old one at clean-up.
func (e Event[Properties]) Respond(id string, receipt Receipt) Response {
	if e.PhysicalResourceID != "" {
		id = e.PhysicalResourceID
	}
	return Response{PhysicalResourceID: id, Receipt: receipt}
}

// Issued is when CloudFormation sent the request; now if nothing tells.
func (e Event[Properties]) Issued(now time.Time) time.Time { return issued.At(e.ResponseURL, now) }
