// Package livetarget is a custom resource that answers with the target group that production traffic belongs to now,
// so that a listener's update never moves traffic.
package livetarget

import (
	"context"
	"errors"
	"time"

	"payment-processor/lambda/deployment"
)

// Event is a request for LiveTargetGroup.
type Event = deployment.Event[Properties]

// Response is what onEvent answers.
type Response = deployment.Response

// CompleteResponse is what isComplete answers. Its data hold TargetGroupArn.
type CompleteResponse = deployment.CompleteResponse

// Attribute is the name of the answer, for Fn::GetAtt.
const Attribute = "TargetGroupArn"

// Properties are the custom resource's properties, under these names in the template. All are required. The names of
// cluster, service, application and group are literal: the resource answers before any of them exists.
type Properties struct {
	Cluster             string
	Service             string
	Application         string
	DeploymentGroup     string
	BlueTargetGroup     string // ARN, the answer while there is no service
	ListenerFingerprint string // of the listener's properties: a change of them asks again
	Parameter           string // name of the SSM parameter for Claims: /payment-processor-{suffix}/live-target-group
}

// Handler serves the two functions of the resource. It keeps nothing between calls.
type Handler struct {
	CodeDeploy deployment.CodeDeploy
	ECS        deployment.ECS
	Parameters deployment.Parameters
	Now        func() time.Time
}

// OnEvent records the request as the current one.
func (h Handler) OnEvent(ctx context.Context, event Event) (Response, error) {
	return Response{}, errors.New("not written yet")
}

// IsComplete answers once no deployment is in flight.
func (h Handler) IsComplete(ctx context.Context, event Event) (CompleteResponse, error) {
	return CompleteResponse{}, errors.New("not written yet")
}
