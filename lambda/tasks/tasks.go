// Package tasks asks the tasks behind a target group how they are: where they listen the load balancer knows, and the probe,
// inside the VPC, reaches them. Green is asked so before it gets traffic, and the tasks of a first deployment before it ends.
package tasks

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"payment-processor/lambda/probe"

	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
)

// Patience is how long tasks get until each of them answers.
const Patience = 5 * time.Minute

// ReadyPath is asked for beside the health path: a task that answers there with success has what it needs, its database too.
const ReadyPath = "/ready"

// ELB is the part of Elastic Load Balancing that knows tasks.
type ELB interface {
	DescribeTargetGroups(context.Context, *elasticloadbalancingv2.DescribeTargetGroupsInput, ...func(*elasticloadbalancingv2.Options)) (*elasticloadbalancingv2.DescribeTargetGroupsOutput, error)
	DescribeTargetHealth(context.Context, *elasticloadbalancingv2.DescribeTargetHealthInput, ...func(*elasticloadbalancingv2.Options)) (*elasticloadbalancingv2.DescribeTargetHealthOutput, error)
}

// Lambda runs the probe.
type Lambda interface {
	Invoke(context.Context, *lambda.InvokeInput, ...func(*lambda.Options)) (*lambda.InvokeOutput, error)
}

// Asker asks tasks.
type Asker struct {
	ELB    ELB
	Lambda Lambda
	Probe  string // name or ARN of the probe's function
}

// Question is which tasks are asked for what.
type Question struct {
	TargetGroup string   // name or ARN
	Tasks       int      // so many there should be at least
	Paths       []string // asked of each task
}

// Unready says that tasks, or the probe, are not as far as to be asked; every other error is AWS's.
type Unready string

func (u Unready) Error() string { return string(u) }

// Ask returns what each task answers at each path, once the load balancer finds nothing wrong with any of them.
func (a Asker) Ask(ctx context.Context, q Question) ([]probe.Result, error) {
	group, err := a.targetGroup(ctx, q.TargetGroup)
	if err != nil {
		return nil, err
	}
	targets, err := a.targets(ctx, q.TargetGroup, group)
	if err != nil {
		return nil, err
	}
	if len(targets) == 0 || len(targets) < q.Tasks {
		return nil, Unready(fmt.Sprintf("target group %s has %d targets for %d tasks", q.TargetGroup, len(targets), q.Tasks))
	}
	var results []probe.Result
	for some := range slices.Chunk(targets, probe.MostTargets) {
		answered, err := a.probe(ctx, probe.Request{Scheme: scheme(group), Targets: some, Paths: q.Paths})
		if err != nil {
			return nil, err
		}
		results = append(results, answered...)
	}
	return results, nil
}

// Unwell returns nil if all results are answers of success, and else those that are not, in the tasks' own words.
func Unwell(results []probe.Result) error {
	var problems []error
	for _, result := range results {
		if !result.OK() {
			problems = append(problems, fmt.Errorf("%s:%d%s answered %d: %s",
				result.Target.Address, result.Target.Port, result.Path, result.Status, result.Detail))
		}
	}
	return errors.Join(problems...)
}

func (a Asker) targetGroup(ctx context.Context, name string) (types.TargetGroup, error) {
	in := &elasticloadbalancingv2.DescribeTargetGroupsInput{Names: []string{name}}
	if strings.HasPrefix(name, "arn:") {
		in = &elasticloadbalancingv2.DescribeTargetGroupsInput{TargetGroupArns: []string{name}}
	}
	groups, err := a.ELB.DescribeTargetGroups(ctx, in)
	if err != nil {
		return types.TargetGroup{}, fmt.Errorf("look up target group %s: %w", name, err)
	}
	if len(groups.TargetGroups) == 0 {
		return types.TargetGroup{}, Unready("there is no target group " + name)
	}
	return groups.TargetGroups[0], nil
}

// scheme is what the load balancer speaks to the group's targets.
func scheme(group types.TargetGroup) string {
	if group.Protocol == types.ProtocolEnumHttps {
		return "https"
	}
	return "http"
}

// gone are the states of targets that get no new requests. A green target group that hangs on no listener leaves its
// targets unused, which says nothing about them.
var gone = []types.TargetHealthStateEnum{types.TargetHealthStateEnumDraining, types.TargetHealthStateEnumUnhealthyDraining}

// well are the states in which a target may get production traffic.
var well = []types.TargetHealthStateEnum{types.TargetHealthStateEnumHealthy, types.TargetHealthStateEnumUnused}

// targets returns where the tasks listen; it fails while the load balancer finds one of them unwell.
func (a Asker) targets(ctx context.Context, name string, group types.TargetGroup) ([]probe.Target, error) {
	out, err := a.ELB.DescribeTargetHealth(ctx, &elasticloadbalancingv2.DescribeTargetHealthInput{
		TargetGroupArn: group.TargetGroupArn,
	})
	if err != nil {
		return nil, fmt.Errorf("ask for the health of target group %s: %w", name, err)
	}
	var targets []probe.Target
	var problems []string
	for _, described := range out.TargetHealthDescriptions {
		target, health := probe.Target{Address: *described.Target.Id, Port: int(*described.Target.Port)}, described.TargetHealth
		switch {
		case slices.Contains(gone, health.State):
		case slices.Contains(well, health.State):
			targets = append(targets, target)
		default:
			problems = append(problems, fmt.Sprintf("%s:%d is %s (%s)", target.Address, target.Port, health.State, health.Reason))
		}
	}
	if problems != nil {
		return nil, Unready(strings.Join(problems, "\n"))
	}
	return targets, nil
}

// probe asks from inside the VPC: tasks are reachable nowhere else.
func (a Asker) probe(ctx context.Context, request probe.Request) ([]probe.Result, error) {
	payload, _ := json.Marshal(request) // strings and numbers
	out, err := a.Lambda.Invoke(ctx, &lambda.InvokeInput{FunctionName: &a.Probe, Payload: payload})
	if err != nil {
		return nil, fmt.Errorf("invoke the probe: %w", err)
	}
	if out.FunctionError != nil {
		return nil, Unready(fmt.Sprintf("the probe failed: %s", out.Payload))
	}
	var response probe.Response
	if err := json.Unmarshal(out.Payload, &response); err != nil {
		return nil, Unready(fmt.Sprintf("read the probe's answer: %v", err))
	}
	if want := len(request.Targets) * len(request.Paths); len(response.Results) != want {
		return nil, Unready(fmt.Sprintf("the probe gave %d results, want %d", len(response.Results), want))
	}
	return response.Results, nil
}
