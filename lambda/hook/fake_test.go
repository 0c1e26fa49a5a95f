package hook

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"payment-processor/lambda/probe"

	"github.com/aws/aws-sdk-go-v2/service/codedeploy"
	"github.com/aws/aws-sdk-go-v2/service/codedeploy/types"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
)

// deployment is one that waits for the hook.
type deployment struct {
	targetIDs []string
	targets   []types.DeploymentTarget
	groups    []elbtypes.TargetGroup
	health    []elbtypes.TargetHealthDescription
	answers   func(probe.Request) []byte // nil: every task answers well
	failed    *string                    // the probe's FunctionError

	faults map[string][]error // by operation, for its next calls
	asked  []probe.Request
	status types.LifecycleEventStatus
	slept  int
	naps   int // how many the function has time for
}

// waiting returns a deployment with green on two healthy tasks, and one of blue's that goes away.
func waiting() *deployment {
	set := func(label types.TargetLabel, group string) types.ECSTaskSet {
		return types.ECSTaskSet{TaskSetLabel: label, DesiredCount: 2, TargetGroup: &types.TargetGroupInfo{Name: &group}}
	}
	return &deployment{
		targetIDs: []string{"payment-processor-dev:payment-processor-dev"},
		targets: []types.DeploymentTarget{{}, {EcsTarget: &types.ECSTarget{TaskSetsInfo: []types.ECSTaskSet{
			set(types.TargetLabelBlue, "payment-proc-green-dev"), set(types.TargetLabelGreen, "payment-proc-blue-dev"),
		}}}},
		groups: []elbtypes.TargetGroup{{TargetGroupArn: new("arn:blue")}},
		health: []elbtypes.TargetHealthDescription{target("10.0.1.1", "healthy"), target("10.0.1.2", "unused"), target("10.0.1.3", "draining")},
		faults: map[string][]error{}, naps: 3,
	}
}

func target(address string, state elbtypes.TargetHealthStateEnum) elbtypes.TargetHealthDescription {
	return elbtypes.TargetHealthDescription{
		Target:       &elbtypes.TargetDescription{Id: &address, Port: new(int32(8080))},
		TargetHealth: &elbtypes.TargetHealth{State: state, Reason: "Target.FailedHealthChecks"},
	}
}

func (d *deployment) fault(operation string) error {
	if len(d.faults[operation]) == 0 {
		return nil
	}
	fault := d.faults[operation][0]
	d.faults[operation] = d.faults[operation][1:]
	return fault
}

func (d *deployment) ListDeploymentTargets(context.Context, *codedeploy.ListDeploymentTargetsInput, ...func(*codedeploy.Options)) (*codedeploy.ListDeploymentTargetsOutput, error) {
	return &codedeploy.ListDeploymentTargetsOutput{TargetIds: d.targetIDs}, d.fault("ListDeploymentTargets")
}

func (d *deployment) BatchGetDeploymentTargets(context.Context, *codedeploy.BatchGetDeploymentTargetsInput, ...func(*codedeploy.Options)) (*codedeploy.BatchGetDeploymentTargetsOutput, error) {
	return &codedeploy.BatchGetDeploymentTargetsOutput{DeploymentTargets: d.targets}, d.fault("BatchGetDeploymentTargets")
}

func (d *deployment) PutLifecycleEventHookExecutionStatus(_ context.Context, in *codedeploy.PutLifecycleEventHookExecutionStatusInput, _ ...func(*codedeploy.Options)) (*codedeploy.PutLifecycleEventHookExecutionStatusOutput, error) {
	if err := d.fault("PutLifecycleEventHookExecutionStatus"); err != nil {
		return nil, err
	}
	if *in.DeploymentId == "d-1" && *in.LifecycleEventHookExecutionId == "execution" {
		d.status = in.Status
	}
	return &codedeploy.PutLifecycleEventHookExecutionStatusOutput{}, nil
}

func (d *deployment) DescribeTargetGroups(_ context.Context, in *elasticloadbalancingv2.DescribeTargetGroupsInput, _ ...func(*elasticloadbalancingv2.Options)) (*elasticloadbalancingv2.DescribeTargetGroupsOutput, error) {
	if in.Names[0] != "payment-proc-blue-dev" {
		return nil, errors.New("asked for " + in.Names[0])
	}
	return &elasticloadbalancingv2.DescribeTargetGroupsOutput{TargetGroups: d.groups}, d.fault("DescribeTargetGroups")
}

func (d *deployment) DescribeTargetHealth(_ context.Context, in *elasticloadbalancingv2.DescribeTargetHealthInput, _ ...func(*elasticloadbalancingv2.Options)) (*elasticloadbalancingv2.DescribeTargetHealthOutput, error) {
	if *in.TargetGroupArn != "arn:blue" {
		return nil, errors.New("asked for " + *in.TargetGroupArn)
	}
	return &elasticloadbalancingv2.DescribeTargetHealthOutput{TargetHealthDescriptions: d.health}, d.fault("DescribeTargetHealth")
}

func (d *deployment) Invoke(_ context.Context, in *lambda.InvokeInput, _ ...func(*lambda.Options)) (*lambda.InvokeOutput, error) {
	if err := d.fault("Invoke"); err != nil {
		return nil, err
	}
	var request probe.Request
	if err := json.Unmarshal(in.Payload, &request); err != nil || *in.FunctionName != "probe" {
		return nil, errors.Join(err, errors.New("not the probe's request"))
	}
	d.asked = append(d.asked, request)
	if d.answers != nil {
		return &lambda.InvokeOutput{Payload: d.answers(request), FunctionError: d.failed}, nil
	}
	return &lambda.InvokeOutput{Payload: each(request, 200)}, nil
}

// each returns a response in which every task answers with the same status.
func each(request probe.Request, status int) []byte {
	var response probe.Response
	for _, target := range request.Targets {
		for _, path := range request.Paths {
			response.Results = append(response.Results, probe.Result{Target: target, Path: path, Status: status, Detail: "detail"})
		}
	}
	encoded, _ := json.Marshal(response)
	return encoded
}

func (d *deployment) handler() Handler {
	return Handler{
		CodeDeploy: d, ELB: d, Lambda: d, ProbeFunction: "probe", Paths: []string{"/health", "/ready"},
		Sleep: func(context.Context, time.Duration) error {
			if d.slept++; d.slept > d.naps {
				return context.DeadlineExceeded
			}
			return nil
		},
	}
}

func (d *deployment) run(t *testing.T) error {
	t.Helper()
	return d.handler().Handle(t.Context(), Event{DeploymentID: "d-1", ExecutionID: "execution"})
}
