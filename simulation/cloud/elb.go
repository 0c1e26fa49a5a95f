package cloud

import (
	"context"
	"fmt"
	"slices"
	"strings"

	elbv2 "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
)

// ELB holds the listeners of Elastic Load Balancing. A target group's targets are the tasks of its task set.
type ELB struct {
	cloud     *Cloud
	listeners map[string]*Listener
}

// Listener forwards by weight.
type Listener struct {
	Arn     string
	Actions []types.Action
}

// CreateListener makes a listener that forwards all to one target group.
func (e *ELB) CreateListener(arn, targetGroup string) *Listener {
	e.listeners[arn] = &Listener{Arn: arn, Actions: Forward(Weight{targetGroup, 100})}
	return e.listeners[arn]
}

// DeleteListener removes it.
func (e *ELB) DeleteListener(arn string) { delete(e.listeners, arn) }

// Listener returns it, nil if there is none.
func (e *ELB) Listener(arn string) *Listener { return e.listeners[arn] }

// Weight is a target group's part of the traffic.
type Weight struct {
	TargetGroup string
	Weight      int32
}

// Forward is the action that divides traffic so.
func Forward(weights ...Weight) []types.Action {
	config := &types.ForwardActionConfig{}
	for _, w := range weights {
		config.TargetGroups = append(config.TargetGroups, types.TargetGroupTuple{TargetGroupArn: &w.TargetGroup, Weight: &w.Weight})
	}
	action := types.Action{Type: types.ActionTypeEnumForward, ForwardConfig: config}
	if len(weights) == 1 {
		action.TargetGroupArn = &weights[0].TargetGroup
	}
	return []types.Action{action}
}

// Weights reads an action back. A single target group gets everything, whatever its weight.
func Weights(actions []types.Action) []Weight {
	if len(actions) == 0 {
		return nil
	}
	config := actions[0].ForwardConfig
	if config == nil {
		return []Weight{{*actions[0].TargetGroupArn, 100}}
	}
	if len(config.TargetGroups) == 1 {
		return []Weight{{*config.TargetGroups[0].TargetGroupArn, 100}}
	}
	var weights []Weight
	for _, g := range config.TargetGroups {
		if g.Weight != nil && *g.Weight > 0 {
			weights = append(weights, Weight{*g.TargetGroupArn, *g.Weight})
		}
	}
	return weights
}

// Weights are the listener's.
func (l *Listener) Weights() []Weight { return Weights(l.Actions) }

// Only returns the target group that gets all of the traffic, "" when it is divided.
func (l *Listener) Only() string {
	if weights := l.Weights(); len(weights) == 1 {
		return weights[0].TargetGroup
	}
	return ""
}

// Traffic is who divides the requests at a listener.
type Traffic interface {
	// Weights tells where a listener forwards to; an error if there is no such listener.
	Weights(listener string) ([]Weight, error)
	// Route has it forward so.
	Route(listener string, weights ...Weight) error
}

// Weights are a listener's.
func (e *ELB) Weights(listener string) ([]Weight, error) {
	l := e.listeners[listener]
	if l == nil {
		return nil, &types.ListenerNotFoundException{}
	}
	return l.Weights(), nil
}

// Route is what CodeDeploy does to a listener.
func (e *ELB) Route(listener string, weights ...Weight) error {
	l := e.listeners[listener]
	if l == nil {
		return &types.ListenerNotFoundException{}
	}
	l.Actions = Forward(weights...)
	return nil
}

func forwards(weights []Weight, targetGroup string) bool {
	return slices.ContainsFunc(weights, func(w Weight) bool { return w.TargetGroup == targetGroup })
}

// DescribeListeners answers ListenerNotFound for an ARN that is not there.
func (e *ELB) DescribeListeners(ctx context.Context, in *elbv2.DescribeListenersInput, _ ...func(*elbv2.Options)) (*elbv2.DescribeListenersOutput, error) {
	return call(ctx, "elasticloadbalancing:DescribeListeners", func() (*elbv2.DescribeListenersOutput, error) {
		out := &elbv2.DescribeListenersOutput{}
		for _, arn := range in.ListenerArns {
			listener := e.listeners[arn]
			if listener == nil {
				return nil, &types.ListenerNotFoundException{}
			}
			out.Listeners = append(out.Listeners, types.Listener{ListenerArn: &arn, DefaultActions: listener.Actions})
		}
		return out, nil
	})
}

// DescribeRules answers with the default rule: the app has no other.
func (e *ELB) DescribeRules(ctx context.Context, in *elbv2.DescribeRulesInput, _ ...func(*elbv2.Options)) (*elbv2.DescribeRulesOutput, error) {
	return call(ctx, "elasticloadbalancing:DescribeRules", func() (*elbv2.DescribeRulesOutput, error) {
		listener := e.listeners[*in.ListenerArn]
		if listener == nil {
			return nil, &types.ListenerNotFoundException{}
		}
		return &elbv2.DescribeRulesOutput{Rules: []types.Rule{{IsDefault: new(true), Actions: listener.Actions}}}, nil
	})
}

// ModifyListener replaces the default actions.
func (e *ELB) ModifyListener(ctx context.Context, in *elbv2.ModifyListenerInput, _ ...func(*elbv2.Options)) (*elbv2.ModifyListenerOutput, error) {
	return call(ctx, "elasticloadbalancing:ModifyListener", func() (*elbv2.ModifyListenerOutput, error) {
		listener := e.listeners[*in.ListenerArn]
		if listener == nil {
			return nil, &types.ListenerNotFoundException{}
		}
		if in.DefaultActions != nil {
			listener.Actions = in.DefaultActions
			e.cloud.Log("elb", "%s forwards to %s", *in.ListenerArn, logged{listener.Weights()})
		}
		return &elbv2.ModifyListenerOutput{}, nil
	})
}

// DescribeTargetGroups knows every target group: who asks has it from a task set.
func (e *ELB) DescribeTargetGroups(ctx context.Context, in *elbv2.DescribeTargetGroupsInput, _ ...func(*elbv2.Options)) (*elbv2.DescribeTargetGroupsOutput, error) {
	return call(ctx, "elasticloadbalancing:DescribeTargetGroups", func() (*elbv2.DescribeTargetGroupsOutput, error) {
		out := &elbv2.DescribeTargetGroupsOutput{}
		for _, name := range slices.Concat(in.Names, in.TargetGroupArns) {
			out.TargetGroups = append(out.TargetGroups, types.TargetGroup{TargetGroupArn: &name})
		}
		return out, nil
	})
}

// DescribeTargetHealth lists a target for each task behind the target group.
func (e *ELB) DescribeTargetHealth(ctx context.Context, in *elbv2.DescribeTargetHealthInput, _ ...func(*elbv2.Options)) (*elbv2.DescribeTargetHealthOutput, error) {
	return call(ctx, "elasticloadbalancing:DescribeTargetHealth", func() (*elbv2.DescribeTargetHealthOutput, error) {
		out := &elbv2.DescribeTargetHealthOutput{}
		for _, set := range e.cloud.ECS.taskSetsBehind(*in.TargetGroupArn) {
			state := types.TargetHealthStateEnumUnhealthy
			if set.Healthy {
				state = types.TargetHealthStateEnumHealthy
			}
			for i := range set.service.Desired {
				out.TargetHealthDescriptions = append(out.TargetHealthDescriptions, types.TargetHealthDescription{
					Target:       &types.TargetDescription{Id: new(fmt.Sprintf("10.0.0.%d", 10+i)), Port: new(int32(8080))},
					TargetHealth: &types.TargetHealth{State: state},
				})
			}
		}
		return out, nil
	})
}

// logged prints weights only when somebody reads the trace.
type logged struct{ weights []Weight }

func (l logged) String() string {
	var s strings.Builder
	for i, w := range l.weights {
		if i > 0 {
			s.WriteString(", ")
		}
		fmt.Fprintf(&s, "%s %d", w.TargetGroup, w.Weight)
	}
	return s.String()
}
