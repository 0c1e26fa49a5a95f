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

	"github.com/aws/aws-sdk-go-v2/service/codedeploy/types"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
)

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
