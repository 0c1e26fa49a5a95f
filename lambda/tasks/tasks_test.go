package tasks

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"payment-processor/lambda/probe"

	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
)

const groupArn = "arn:aws:elasticloadbalancing:us-east-2:111122223333:targetgroup/blue/1"

// behind is a target group, and the probe that reaches its tasks.
type behind struct {
	groups []types.TargetGroup
	health []types.TargetHealthDescription
	answer func(probe.Request) []byte // nil: every task answers well
	failed *string                    // the probe's FunctionError
	fault  map[string]error           // by operation
	asked  []probe.Request
	looked *elasticloadbalancingv2.DescribeTargetGroupsInput
}

func two() *behind {
	return &behind{
		groups: []types.TargetGroup{{TargetGroupArn: new(groupArn)}},
		health: []types.TargetHealthDescription{target("10.0.1.1", "healthy"), target("10.0.1.2", "unused"), target("10.0.1.3", "draining")},
		fault:  map[string]error{},
	}
}

func target(address string, state types.TargetHealthStateEnum) types.TargetHealthDescription {
	return types.TargetHealthDescription{
		Target:       &types.TargetDescription{Id: &address, Port: new(int32(8080))},
		TargetHealth: &types.TargetHealth{State: state, Reason: "Target.FailedHealthChecks"},
	}
}

func (b *behind) DescribeTargetGroups(_ context.Context, in *elasticloadbalancingv2.DescribeTargetGroupsInput, _ ...func(*elasticloadbalancingv2.Options)) (*elasticloadbalancingv2.DescribeTargetGroupsOutput, error) {
	b.looked = in
	return &elasticloadbalancingv2.DescribeTargetGroupsOutput{TargetGroups: b.groups}, b.fault["DescribeTargetGroups"]
}

func (b *behind) DescribeTargetHealth(_ context.Context, in *elasticloadbalancingv2.DescribeTargetHealthInput, _ ...func(*elasticloadbalancingv2.Options)) (*elasticloadbalancingv2.DescribeTargetHealthOutput, error) {
	if *in.TargetGroupArn != groupArn {
		return nil, errors.New("asked for " + *in.TargetGroupArn)
	}
	return &elasticloadbalancingv2.DescribeTargetHealthOutput{TargetHealthDescriptions: b.health}, b.fault["DescribeTargetHealth"]
}

func (b *behind) Invoke(_ context.Context, in *lambda.InvokeInput, _ ...func(*lambda.Options)) (*lambda.InvokeOutput, error) {
	var request probe.Request
	if err := json.Unmarshal(in.Payload, &request); err != nil || *in.FunctionName != "probe" {
		return nil, errors.Join(err, errors.New("not the probe's request"))
	}
	b.asked = append(b.asked, request)
	answer := each(200)
	if b.answer != nil {
		answer = b.answer
	}
	return &lambda.InvokeOutput{Payload: answer(request), FunctionError: b.failed}, b.fault["Invoke"]
}

// each has all tasks answer with the same status.
func each(status int) func(probe.Request) []byte {
	return func(request probe.Request) []byte {
		var response probe.Response
		for _, target := range request.Targets {
			for _, path := range request.Paths {
				response.Results = append(response.Results, probe.Result{Target: target, Path: path, Status: status, Detail: "in its own words"})
			}
		}
		encoded, _ := json.Marshal(response)
		return encoded
	}
}

func (b *behind) ask(t *testing.T, group string, want int) ([]probe.Result, error) {
	t.Helper()
	return Asker{ELB: b, Lambda: b, Probe: "probe"}.Ask(t.Context(), Question{TargetGroup: group, Tasks: want, Paths: []string{"/health", ReadyPath}})
}

// Each task has to be asked for everything, wherever the caller has the target group's name from.
func TestEveryTaskIsAsked(t *testing.T) {
	for group, named := range map[string]func(*elasticloadbalancingv2.DescribeTargetGroupsInput) []string{
		"blue":   func(in *elasticloadbalancingv2.DescribeTargetGroupsInput) []string { return in.Names },
		groupArn: func(in *elasticloadbalancingv2.DescribeTargetGroupsInput) []string { return in.TargetGroupArns },
	} {
		b := two()
		results, err := b.ask(t, group, 2)
		if err != nil || len(results) != 4 || Unwell(results) != nil || !slices.Equal(named(b.looked), []string{group}) {
			t.Errorf("%s: results %v, %v, looked up %+v", group, results, err, b.looked)
		}
		if len(b.asked) != 1 || len(b.asked[0].Targets) != 2 || b.asked[0].Scheme != "http" {
			t.Errorf("%s: asked %+v, want the two tasks that do not go away", group, b.asked)
		}
	}
}

// Tasks that serve TLS must be asked over TLS, as the load balancer asks them.
func TestTLSIsSpoken(t *testing.T) {
	b := two()
	b.groups[0].Protocol = types.ProtocolEnumHttps
	if _, err := b.ask(t, "blue", 2); err != nil || b.asked[0].Scheme != "https" {
		t.Errorf("asked %+v, %v", b.asked, err)
	}
}

// A fleet that has scaled out must be able to release, and to go back.
func TestTheProbeIsAskedNoMoreThanItTakes(t *testing.T) {
	b := two()
	for len(b.health) < 2*probe.MostTargets+1 {
		b.health = append(b.health, target(fmt.Sprintf("10.0.2.%d", len(b.health)), "healthy"))
	}
	results, err := b.ask(t, "blue", 2*probe.MostTargets)
	if err != nil || len(b.asked) != 2 || len(results) != 4*probe.MostTargets || len(b.asked[0].Targets) != probe.MostTargets {
		t.Errorf("%d results of %d questions, %v", len(results), len(b.asked), err)
	}
}

// Who waits for tasks waits some minutes; who waits for AWS has more patience. So the two must be told apart.
func TestWhatIsWrongIsSaid(t *testing.T) {
	fault := errors.New("throttled")
	for name, test := range map[string]struct {
		breaks func(*behind)
		want   string
		ours   bool // to wait for as for tasks
	}{
		"no group":           {func(b *behind) { b.groups = nil }, "there is no target group blue", true},
		"nobody is there":    {func(b *behind) { b.health = nil }, "has 0 targets for 2 tasks", true},
		"one is missing":     {func(b *behind) { b.health = b.health[1:] }, "has 1 targets for 2 tasks", true},
		"one is unhealthy":   {func(b *behind) { b.health[0] = target("10.0.1.1", "unhealthy") }, "10.0.1.1:8080 is unhealthy (Target.FailedHealthChecks)", true},
		"one is starting":    {func(b *behind) { b.health[1] = target("10.0.1.2", "initial") }, "10.0.1.2:8080 is initial", true},
		"the probe fails":    {func(b *behind) { b.failed = new("Unhandled") }, "the probe failed: {", true},
		"the probe babbles":  {func(b *behind) { b.answer = func(probe.Request) []byte { return []byte("garbage") } }, "read the probe's answer", true},
		"one is not asked":   {func(b *behind) { b.answer = func(probe.Request) []byte { return []byte("{}") } }, "0 results, want 4", true},
		"groups are refused": {func(b *behind) { b.fault["DescribeTargetGroups"] = fault }, "look up target group blue: throttled", false},
		"health is refused":  {func(b *behind) { b.fault["DescribeTargetHealth"] = fault }, "the health of target group blue: throttled", false},
		"the call fails":     {func(b *behind) { b.fault["Invoke"] = fault }, "invoke the probe: throttled", false},
	} {
		b := two()
		test.breaks(b)
		results, err := b.ask(t, "blue", 2)
		var unready Unready
		if err == nil || results != nil || !strings.Contains(err.Error(), test.want) || errors.As(err, &unready) != test.ours {
			t.Errorf("%s: %v, %v, want %q, ours %t", name, results, err, test.want, test.ours)
		}
	}
}

// Tasks scaled to nothing prove nothing.
func TestNobodyIsNoAnswer(t *testing.T) {
	b := two()
	b.health = nil
	if _, err := b.ask(t, "blue", 0); err == nil {
		t.Error("no task has answered, and all is well")
	}
}

// What a task says is all that anybody learns of a database that refuses it.
func TestTasksAreQuoted(t *testing.T) {
	b := two()
	b.answer = each(503)
	results, err := b.ask(t, "blue", 2)
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(Unwell(results)); !strings.Contains(got, "10.0.1.2:8080/ready answered 503: in its own words") || strings.Count(got, "503") != 4 {
		t.Errorf("got %s", got)
	}
}
