// Package livetarget is a custom resource that answers with the target group that production traffic belongs to now,
// so that a listener's update never moves traffic.
package livetarget

import (
	"context"
	"fmt"
	"log/slog"
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
	Log        *slog.Logger // nil: nothing is logged
}

// State is what one poll sees.
type State struct {
	RequestID   string
	Receipt     deployment.Receipt
	Now         time.Time
	Blue        string
	Deployments []deployment.Deployment
	Live        deployment.Live
}

// Decision is what a poll does: stop a deployment, answer with a target group, fail, or, if all are empty, look again.
type Decision struct {
	Stop   string // the id of a deployment
	Answer string // the ARN of a target group
	Err    error
	Reason string
}

// Decide answers once nothing is in flight: until then the listener's weights are CodeDeploy's, and the answer could be
// wrong before the listener is updated with it.
func Decide(s State) Decision {
	blocking, stop := deployment.Blocking(s.Deployments, s.RequestID, "", s.Now)
	switch {
	case blocking == nil && s.Live.Primary != nil && s.Live.Primary.TargetGroup != "":
		return Decision{Answer: s.Live.Primary.TargetGroup, Reason: "the PRIMARY task set's"}
	case blocking == nil:
		return Decision{Answer: s.Blue, Reason: "nothing serves yet"}
	case s.Receipt.Waited(s.Now) >= deployment.Patience:
		return Decision{Err: deployment.Failure(fmt.Sprintf("deployment %s is still %s after %v, want it ended before the "+
			"listener changes; see aws deploy get-deployment --deployment-id %s",
			blocking.ID, blocking.Status, deployment.Patience, blocking.ID))}
	case stop:
		return Decision{Stop: blocking.ID, Reason: "a deployment is in flight"}
	default:
		return Decision{Reason: fmt.Sprintf("deployment %s is %s", blocking.ID, blocking.Status)}
	}
}

// OnEvent records the request as the current one, so that a poll left over from a cancelled update stops nothing.
func (h Handler) OnEvent(ctx context.Context, event Event) (Response, error) {
	ctx, cancel := deployment.InTime(ctx)
	defer cancel()
	p := event.Properties
	if event.RequestType != deployment.Delete {
		if err := deployment.Required(map[string]string{
			"Cluster": p.Cluster, "Service": p.Service, "Application": p.Application, "DeploymentGroup": p.DeploymentGroup,
			"BlueTargetGroup": p.BlueTargetGroup, "Parameter": p.Parameter,
		}); err != nil {
			return Response{}, err
		}
	}
	receipt, err := h.request(event).Receive(ctx, "")
	if err != nil {
		return Response{}, err
	}
	return event.Respond(p.Application+"/live-target-group", receipt), nil
}

// IsComplete answers with the live target group once no deployment is in flight.
func (h Handler) IsComplete(ctx context.Context, event Event) (CompleteResponse, error) {
	return h.request(event).Poll(ctx, func(ctx context.Context, request deployment.Request) (CompleteResponse, error) {
		if request.Type == deployment.Delete {
			return CompleteResponse{IsComplete: true}, nil
		}
		state, err := h.observe(ctx, event.Properties)
		if err != nil {
			return CompleteResponse{}, err
		}
		state.RequestID, state.Receipt = request.ID, request.Receipt
		decision := Decide(state)
		request.Log.Info("decided", "stop", decision.Stop, "answer", decision.Answer, "reason", decision.Reason)
		switch {
		case decision.Stop != "":
			return CompleteResponse{}, deployment.Stop(ctx, h.CodeDeploy, decision.Stop)
		case decision.Answer != "":
			return CompleteResponse{IsComplete: true, Data: map[string]string{Attribute: decision.Answer}}, nil
		default:
			return CompleteResponse{}, decision.Err
		}
	})
}

// observe reads the deployments first: what is read after them is at least as new.
func (h Handler) observe(ctx context.Context, p Properties) (State, error) {
	service := deployment.Service{
		Cluster: p.Cluster, Service: p.Service, Application: p.Application, DeploymentGroup: p.DeploymentGroup,
	}
	state := State{Now: h.Now(), Blue: p.BlueTargetGroup}
	var err error
	state.Deployments, err = deployment.Read(ctx, h.CodeDeploy, service, state.Now)
	if err != nil && !deployment.NotFound(err) { // at first there is no application
		return state, err
	}
	state.Live, err = deployment.ReadLive(ctx, h.ECS, service)
	return state, err
}

func (h Handler) request(event Event) deployment.Request {
	claims := deployment.Claims{Parameters: h.Parameters, Name: event.Properties.Parameter}
	return deployment.NewRequest(event, claims, h.Now(), h.Log)
}
