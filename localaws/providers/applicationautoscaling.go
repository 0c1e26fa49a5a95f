package providers

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"

	"payment-processor/localaws/resource"
)

// ApplicationAutoScaling makes scalable targets and the policies that scale them.
func ApplicationAutoScaling(config aws.Config) resource.Registry {
	client := applicationautoscaling.NewFromConfig(config)
	targets, policies := scalableTargets{client}, scalingPolicies{client}
	return resource.Registry{
		"AWS::ApplicationAutoScaling::ScalableTarget": operations{targets.put, targets.put, targets.remove},
		"AWS::ApplicationAutoScaling::ScalingPolicy":  operations{policies.put, policies.put, policies.remove},
	}
}

type scalableTargets struct{ *applicationautoscaling.Client }

func (s scalableTargets) put(ctx context.Context, request resource.Request) (resource.Result, error) {
	least, most := number(request.Properties["MinCapacity"]), number(request.Properties["MaxCapacity"])
	if least > most {
		return resource.Result{}, said("Maximum capacity cannot be less than minimum capacity: %d < %d", most, least)
	}
	id := fmt.Sprintf("%s|%s|%s", request.Properties["ResourceId"], request.Properties["ScalableDimension"], request.Properties["ServiceNamespace"])
	return resource.Result{PhysicalID: id, Attributes: map[string]any{"Id": id}}, run(ctx, s.RegisterScalableTarget, tagless(request))
}

// tagless leaves the tags out, which Application Auto Scaling wants in a map and moto does not keep.
func tagless(request resource.Request) map[string]any {
	return with(request.Properties, "Tags", map[string]any{})
}

func (s scalableTargets) remove(ctx context.Context, request resource.Request) error {
	return unlessGone(run(ctx, s.DeregisterScalableTarget, target(request.PhysicalID)))
}

// target is what a scalable target's id consists of.
func target(id string) map[string]any {
	parts := append(strings.Split(id, "|"), "", "")
	return map[string]any{"ResourceId": parts[0], "ScalableDimension": parts[1], "ServiceNamespace": parts[2]}
}

// unlessGone knows moto's words for what is not there, which have no error code of their own.
func unlessGone(err error) error {
	if err != nil && strings.Contains(err.Error(), "No scal") {
		return nil
	}
	return err
}

type scalingPolicies struct{ *applicationautoscaling.Client }

func scaled(properties map[string]any) map[string]any {
	if id := text(properties["ScalingTargetId"]); id != "" {
		parts := target(id)
		return with(properties, "ResourceId", parts["ResourceId"], "ScalableDimension", parts["ScalableDimension"],
			"ServiceNamespace", parts["ServiceNamespace"])
	}
	return properties
}

func (s scalingPolicies) put(ctx context.Context, request resource.Request) (resource.Result, error) {
	made, err := call(ctx, s.PutScalingPolicy, scaled(request.Properties))
	if err != nil {
		return resource.Result{}, err
	}
	arn := cmp.Or(request.PhysicalID, *made.PolicyARN) // moto makes another one up each time
	return resource.Result{PhysicalID: arn, Attributes: map[string]any{"Arn": arn, "PolicyName": request.Properties["PolicyName"]}}, nil
}

func (s scalingPolicies) remove(ctx context.Context, request resource.Request) error {
	return unlessGone(run(ctx, s.DeleteScalingPolicy, scaled(request.Properties)))
}
