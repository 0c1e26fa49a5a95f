// Package deployment is what Release and LiveTargetGroup share: the requests of CloudFormation as the CDK Provider
// framework passes them on, and reading and stopping the CodeDeploy deployments of one ECS service.
package deployment

import "time"

// Event is a custom resource request as the CDK Provider framework (aws-cdk-lib/custom-resources, runtime/framework.js)
// hands it to both handlers. isComplete's event holds the request and, over it, every field of onEvent's response.
type Event[Properties any] struct {
	RequestType        string     // Create, Update or Delete
	RequestID          string     `json:"RequestId"`
	StackID            string     `json:"StackId"`
	PhysicalResourceID string     `json:"PhysicalResourceId"`
	Properties         Properties `json:"ResourceProperties"`
	OldProperties      Properties `json:"OldResourceProperties"` // of an Update, else zero
	Receipt
}

// Receipt is what onEvent passes on to isComplete; the framework documents "any other field" of its response for this.
type Receipt struct {
	ReceivedAt time.Time `json:",omitzero"`  // when onEvent first saw the request
	Claimed    bool      `json:",omitempty"` // onEvent recorded the request as the current one; see Claims
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

// The framework's waiter asks isComplete every PollInterval until TotalTimeout after onEvent and then answers
// "Operation timed out". The handlers give up before that, after Patience, to say what they were waiting for.
// CloudFormation itself waits an hour at most (ServiceTimeout, AWS::CloudFormation::CustomResource).
const (
	PollInterval = 15 * time.Second
	Patience     = 57 * time.Minute
	TotalTimeout = 59 * time.Minute
)
