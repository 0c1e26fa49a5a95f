package release

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"payment-processor/lambda/deployment"
	"payment-processor/lambda/tasks"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/codedeploy"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
)

// CodeDeploy is the part of CodeDeploy that Release uses.
type CodeDeploy interface {
	deployment.CodeDeploy
	deployment.Creator
	GetDeploymentTarget(context.Context, *codedeploy.GetDeploymentTargetInput, ...func(*codedeploy.Options)) (*codedeploy.GetDeploymentTargetOutput, error)
}

// ECS is the part of ECS that Release uses.
type ECS interface {
	deployment.ECS
	DescribeTaskDefinition(context.Context, *ecs.DescribeTaskDefinitionInput, ...func(*ecs.Options)) (*ecs.DescribeTaskDefinitionOutput, error)
	ListTaskDefinitions(context.Context, *ecs.ListTaskDefinitionsInput, ...func(*ecs.Options)) (*ecs.ListTaskDefinitionsOutput, error)
	DeregisterTaskDefinition(context.Context, *ecs.DeregisterTaskDefinitionInput, ...func(*ecs.Options)) (*ecs.DeregisterTaskDefinitionOutput, error)
	DeleteTaskDefinitions(context.Context, *ecs.DeleteTaskDefinitionsInput, ...func(*ecs.Options)) (*ecs.DeleteTaskDefinitionsOutput, error)
}

// ELB is the part of Elastic Load Balancing that Release uses.
type ELB interface {
	tasks.ELB
	DescribeListeners(context.Context, *elasticloadbalancingv2.DescribeListenersInput, ...func(*elasticloadbalancingv2.Options)) (*elasticloadbalancingv2.DescribeListenersOutput, error)
	ModifyListener(context.Context, *elasticloadbalancingv2.ModifyListenerInput, ...func(*elasticloadbalancingv2.Options)) (*elasticloadbalancingv2.ModifyListenerOutput, error)
}

// CloudFormation tells whether the stack is rolling back.
type CloudFormation interface {
	DescribeStacks(context.Context, *cloudformation.DescribeStacksInput, ...func(*cloudformation.Options)) (*cloudformation.DescribeStacksOutput, error)
}

// Handler serves the two functions of the resource, and the guard of its listener. It keeps nothing between calls.
type Handler struct {
	CodeDeploy     CodeDeploy
	ECS            ECS
	ELB            ELB
	CloudFormation CloudFormation
	Lambda         tasks.Lambda
	Parameters     deployment.Parameters
	Now            func() time.Time
	Log            *slog.Logger // nil: nothing is logged
}

// OnEvent records the request as the current one; everything else happens in IsComplete. It refuses properties that no
// deployment could start with.
func (h Handler) OnEvent(ctx context.Context, event Event) (Response, error) {
	ctx, cancel := deployment.InTime(ctx)
	defer cancel()
	request := h.request(event)
	var wrong []error
	if event.RequestType != deployment.Delete {
		wrong = append(wrong, event.Properties.validate())
	}
	if event.RequestType == deployment.Create {
		wrong = append(wrong, event.Properties.validateQuestion())
	}
	if err := errors.Join(wrong...); err != nil {
		return Response{}, err
	}
	stack, err := h.stack(ctx, event.StackID)
	if err != nil {
		request.Log.Warn("cannot tell whether the stack is rolling back", "error", err)
	}
	receipt, err := request.Receive(ctx, string(stack.StackStatus))
	if err != nil {
		return Response{}, err
	}
	return event.Respond(event.Properties.Application+"/release", receipt), nil
}

// IsComplete takes one step towards the wanted state and reports whether it is reached.
func (h Handler) IsComplete(ctx context.Context, event Event) (CompleteResponse, error) {
	return h.request(event).Poll(ctx, func(ctx context.Context, request deployment.Request) (CompleteResponse, error) {
		event.Receipt = request.Receipt
		state, err := h.observe(ctx, event)
		if err != nil {
			return CompleteResponse{}, err
		}
		decision := Decide(state)
		if decision.Action == Ask {
			if state.Tasks, err = h.ask(ctx, request, event.Properties, state.Live.Primary); err != nil {
				return CompleteResponse{}, err
			}
			decision = Decide(state)
		}
		request.Log.Info(string(decision.Action), "reason", decision.Reason, "deployment", decision.Deployment)
		return h.act(ctx, request, event, state, decision)
	})
}

func (h Handler) act(ctx context.Context, request deployment.Request, event Event, state State, decision Decision) (CompleteResponse, error) {
	var err error
	switch decision.Action {
	case Wait, Ask: // the tasks were asked before
	case Stop:
		err = h.stop(ctx, event, decision.Deployment)
	case Start:
		var id string
		id, err = h.start(ctx, event)
		request.Log.Info("started", "deployment", id)
	case Repair:
		err = h.repair(ctx, state.Listener, state.Live.Primary.TargetGroup)
	case Fail:
		err = h.failure(ctx, event, state, decision)
	case Finish:
		if err = h.tidy(ctx, request, event, state.Live); err == nil {
			data := map[string]string{"DeploymentId": decision.Deployment}
			return CompleteResponse{IsComplete: true, Data: data}, nil
		}
	}
	return CompleteResponse{}, err
}

// observe reads the deployments first: what is read after them is at least as new, so a deployment that ends meanwhile
// costs one more poll and nothing is done on what was true before it ended.
func (h Handler) observe(ctx context.Context, event Event) (State, error) {
	p := event.Properties
	state := State{
		RequestType: event.RequestType, RequestID: event.RequestID, Receipt: event.Receipt,
		Now: h.Now(), Wanted: p.TaskDefinition,
	}
	deleting := event.RequestType == deployment.Delete
	var err error
	state.Deployments, err = deployment.Read(ctx, h.CodeDeploy, p.service(), state.Now)
	if deleting && deployment.NotFound(err) {
		return state, nil
	}
	if blocking, _ := state.blocking(); err != nil || blocking != nil || deleting {
		return state, err
	}
	if state.Live, err = deployment.ReadLive(ctx, h.ECS, p.service()); err != nil {
		return state, err
	}
	state.Listener, err = h.readListener(ctx, p.Listener)
	return state, err
}

// tidy cleans up at the end of a request. That it cannot is no reason to fail one.
func (h Handler) tidy(ctx context.Context, request deployment.Request, event Event, live deployment.Live) error {
	newest, keep := kept, named(event, live)
	deleting := event.RequestType == deployment.Delete
	if deleting {
		newest, keep = 0, nil
	}
	err := h.cleanUp(ctx, family(event.Properties.TaskDefinition), newest, keep)
	if deleting && deployment.Transient(err) {
		return err
	}
	if err != nil {
		request.Log.Warn("old task definition revisions stay", "error", err)
	}
	return nil
}

func (h Handler) request(event Event) deployment.Request {
	claims := deployment.Claims{Parameters: h.Parameters, Name: event.Properties.Parameter}
	return deployment.NewRequest(event, claims, h.Now(), h.Log)
}
