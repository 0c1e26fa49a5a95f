package release

import (
	"context"
	"fmt"

	"payment-processor/lambda/deployment"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
)

// Listener is the production listener's default action.
type Listener struct {
	Exists  bool
	ARN     string
	Actions []types.Action
}

func (h Handler) readListener(ctx context.Context, arn string) (Listener, error) {
	answer, err := h.ELB.DescribeListeners(ctx, &elasticloadbalancingv2.DescribeListenersInput{ListenerArns: []string{arn}})
	if deployment.NotFound(err) {
		return Listener{}, nil
	}
	if err != nil {
		return Listener{}, fmt.Errorf("reading listener %s: %w", arn, err)
	}
	for _, l := range answer.Listeners {
		return Listener{Exists: true, ARN: arn, Actions: l.DefaultActions}, nil
	}
	return Listener{}, nil
}

// ForwardsOnlyTo reports whether all production traffic goes to the target group. A target group without a weight, or
// named by the action itself, gets everything; one with weight zero gets nothing.
func (l Listener) ForwardsOnlyTo(targetGroup string) bool {
	reached := false
	for _, action := range l.Actions {
		if action.Type != types.ActionTypeEnumForward {
			continue
		}
		for group, weight := range weights(action) {
			if group == targetGroup && weight > 0 {
				reached = true
			} else if weight > 0 {
				return false
			}
		}
	}
	return reached
}

func weights(action types.Action) map[string]int32 {
	if action.ForwardConfig == nil || len(action.ForwardConfig.TargetGroups) == 0 {
		return map[string]int32{aws.ToString(action.TargetGroupArn): 1}
	}
	all := map[string]int32{}
	for _, tuple := range action.ForwardConfig.TargetGroups {
		weight := int32(1)
		if tuple.Weight != nil {
			weight = *tuple.Weight
		}
		all[aws.ToString(tuple.TargetGroupArn)] = weight
	}
	return all
}

// forwarding returns the same actions with all traffic of the forward action on the target group; authentication before
// it and its stickiness stay.
func (l Listener) forwarding(targetGroup string) []types.Action {
	var actions []types.Action
	for _, action := range l.Actions {
		if action.Type == types.ActionTypeEnumForward {
			config := types.ForwardActionConfig{}
			if action.ForwardConfig != nil {
				config = *action.ForwardConfig
			}
			config.TargetGroups = []types.TargetGroupTuple{{TargetGroupArn: &targetGroup, Weight: new(int32(1))}}
			action.ForwardConfig, action.TargetGroupArn = &config, nil
		}
		actions = append(actions, action)
	}
	return actions
}

// repair changes nothing but the default actions: ModifyListener leaves what is not named as it is (API_ModifyListener).
func (h Handler) repair(ctx context.Context, l Listener, targetGroup string) error {
	_, err := h.ELB.ModifyListener(ctx, &elasticloadbalancingv2.ModifyListenerInput{
		ListenerArn: &l.ARN, DefaultActions: l.forwarding(targetGroup),
	})
	if err != nil {
		return fmt.Errorf("making listener %s forward to %s: %w", l.ARN, targetGroup, err)
	}
	return nil
}
