package hook

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
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

// Traffic may move when each of green's tasks has answered at both paths.
func TestGreenThatAnswersIsLetThrough(t *testing.T) {
	d := waiting()
	if err := d.run(t); err != nil || d.status != types.LifecycleEventStatusSucceeded {
		t.Errorf("reported %q, %v", d.status, err)
	}
	if len(d.asked) != 1 || len(d.asked[0].Targets) != 2 || strings.Join(d.asked[0].Paths, " ") != "/health /ready" {
		t.Errorf("asked %+v, want both tasks of green for both paths", d.asked)
	}
}

// Tasks that serve TLS must be asked over TLS: the target group says which they do.
func TestTasksAreAskedAsTheLoadBalancerDoes(t *testing.T) {
	for protocol, want := range map[elbtypes.ProtocolEnum]string{"": "http", elbtypes.ProtocolEnumHttp: "http", elbtypes.ProtocolEnumHttps: "https"} {
		d := waiting()
		d.groups[0].Protocol = protocol
		if err := d.run(t); err != nil || len(d.asked) != 1 || d.asked[0].Scheme != want {
			t.Errorf("%q: asked %+v, %v, want %s", protocol, d.asked, err, want)
		}
	}
}

// A fleet that has scaled out must be able to release, and to go back.
func TestAProbeIsAskedNoMoreThanItTakes(t *testing.T) {
	d := waiting()
	for len(d.health) < 2*probe.MostTargets+1 {
		d.health = append(d.health, target(fmt.Sprintf("10.0.2.%d", len(d.health)), "healthy"))
	}
	if err := d.run(t); err != nil {
		t.Error(err)
	}
	asked := 0
	for _, request := range d.asked {
		asked += len(request.Targets)
		if len(request.Targets) > probe.MostTargets {
			t.Errorf("asked for %d targets at once", len(request.Targets))
		}
	}
	if d.status != types.LifecycleEventStatusSucceeded || asked != 2*probe.MostTargets {
		t.Errorf("%s after asking for %d targets, want all but the draining one", d.status, asked)
	}
}

// A green that does not answer must never get production traffic, whatever the reason.
func TestGreenThatDoesNotAnswerIsRefused(t *testing.T) {
	fault := errors.New("no")
	always := func(operation string) func(*deployment) {
		return func(d *deployment) { d.faults[operation] = []error{fault, fault, fault, fault} }
	}
	for name, breakIt := range map[string]func(*deployment){
		"503":                func(d *deployment) { d.answers = func(r probe.Request) []byte { return each(r, 503) } },
		"404 at /ready":      func(d *deployment) { d.answers = notFound },
		"nobody is there":    func(d *deployment) { d.health = nil },
		"scaled to nothing":  func(d *deployment) { d.health, d.targets[1].EcsTarget.TaskSetsInfo[1].DesiredCount = nil, 0 },
		"one is missing":     func(d *deployment) { d.health = d.health[:1] },
		"one is unhealthy":   func(d *deployment) { d.health[0].TargetHealth.State = "unhealthy" },
		"still starting":     func(d *deployment) { d.health[0].TargetHealth.State = "initial" },
		"no target":          func(d *deployment) { d.targetIDs = nil },
		"no green":           func(d *deployment) { d.targets = d.targets[:1] },
		"no target group":    func(d *deployment) { d.groups = nil },
		"probe fails":        func(d *deployment) { d.answers, d.failed = garbage, new("Unhandled") },
		"probe half fails":   func(d *deployment) { d.answers, d.failed = well200, new("Unhandled") },
		"probe says nothing": func(d *deployment) { d.answers = garbage },
		"probe leaves out":   func(d *deployment) { d.answers = func(probe.Request) []byte { return []byte("{}") } },
		"list fails":         always("ListDeploymentTargets"),
		"get fails":          always("BatchGetDeploymentTargets"),
		"groups fail":        always("DescribeTargetGroups"),
		"health fails":       always("DescribeTargetHealth"),
		"invoke fails":       always("Invoke"),
		"a bug":              func(d *deployment) { d.health[0].Target = nil },
	} {
		t.Run(name, func(t *testing.T) {
			d := waiting()
			breakIt(d)
			if err := d.run(t); err != nil || d.status != types.LifecycleEventStatusFailed {
				t.Errorf("reported %q, %v, want Failed", d.status, err)
			}
		})
	}
}

func notFound(request probe.Request) []byte {
	var response probe.Response
	_ = json.Unmarshal(each(request, 200), &response)
	response.Results[1].Status = 404
	encoded, _ := json.Marshal(response)
	return encoded
}

func well200(request probe.Request) []byte { return each(request, 200) }

func garbage(probe.Request) []byte { return []byte("garbage") }

// Tasks take a while to start; the first failure must not end the deployment.
func TestGreenGetsTime(t *testing.T) {
	d := waiting()
	d.faults["DescribeTargetHealth"] = []error{errors.New("throttled"), errors.New("throttled")}
	if err := d.run(t); err != nil || d.status != types.LifecycleEventStatusSucceeded || d.slept != 2 {
		t.Errorf("reported %q, %v after %d waits", d.status, err, d.slept)
	}
}

// CodeDeploy waits an hour for a hook that says nothing.
func TestTheReportArrives(t *testing.T) {
	d := waiting()
	d.faults["PutLifecycleEventHookExecutionStatus"] = []error{errors.New("throttled")}
	if err := d.run(t); err != nil || d.status != types.LifecycleEventStatusSucceeded {
		t.Errorf("reported %q, %v, want another attempt", d.status, err)
	}
	for _, closed := range []error{
		&types.LifecycleEventAlreadyCompletedException{}, &types.DeploymentAlreadyCompletedException{}, &types.DeploymentDoesNotExistException{},
	} {
		d := waiting()
		d.faults["PutLifecycleEventHookExecutionStatus"] = []error{closed}
		if err := d.run(t); err != nil || d.slept != 0 {
			t.Errorf("nobody waits for the report, and the hook fails with %v after %d waits", err, d.slept)
		}
	}
	d = waiting()
	lost := errors.New("lost")
	d.faults["PutLifecycleEventHookExecutionStatus"] = []error{lost, lost, lost, lost}
	if err := d.run(t); !errors.Is(err, lost) {
		t.Errorf("got %v, want the error for Lambda's own retry", err)
	}
}

// The hook must give green up while there is still time to say so.
func TestDeadline(t *testing.T) {
	d := waiting()
	d.faults["Invoke"] = []error{errors.New("lost")}
	handler := d.handler()
	killed := time.Now().Add(Timeout)
	handler.Sleep = func(ctx context.Context, _ time.Duration) error {
		if ends, _ := ctx.Deadline(); killed.Sub(ends) != margin {
			t.Errorf("green is waited for until %v before the end", killed.Sub(ends))
		}
		return context.DeadlineExceeded
	}
	ctx, cancel := context.WithDeadline(t.Context(), killed)
	defer cancel()
	if err := handler.Handle(ctx, Event{DeploymentID: "d-1", ExecutionID: "execution"}); err != nil || d.status != types.LifecycleEventStatusFailed {
		t.Errorf("reported %q, %v", d.status, err)
	}
}
