package rehearsal

import (
	"context"
	"io"
	"log"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	local "payment-processor/localaws/cloudformation"
	"payment-processor/localaws/internal/localtest"

	"github.com/google/go-containerregistry/pkg/registry"
)

// endpoint answers each operation with what a test says.
type endpoint = localtest.Answers

func machine(t *testing.T, answers endpoint) *Machine {
	t.Helper()
	address := localtest.Serve(t, answers)
	return &Machine{
		Endpoint: address, Suffix: "dev", Logs: filepath.Join(t.TempDir(), "logs"), Pause: time.Millisecond,
		AWS: localtest.Config(address),
	}
}

const (
	group = `{"deploymentGroupInfo":{"alarmConfiguration":{"enabled":true,"alarms":[{"name":"Gate"}]},
		"loadBalancerInfo":{"targetGroupPairInfoList":[{"prodTrafficRoute":{"listenerArns":["listener"]}}]}}}`
	service = `{"services":[{"taskSets":[{"status":"ACTIVE"},{"status":"PRIMARY","taskDefinition":"arn:x:task-definition/payment-processor-dev:3",
		"loadBalancers":[{"targetGroupArn":"blue"}]}]}]}`
)

func listener(actions string) string {
	return "<DescribeListenersResponse><DescribeListenersResult><Listeners><member><DefaultActions>" + actions +
		"</DefaultActions></member></Listeners></DescribeListenersResult></DescribeListenersResponse>"
}

const (
	toBlue = "<member><Type>forward</Type><TargetGroupArn>blue</TargetGroupArn></member>"
	shared = "<member><Type>forward</Type><ForwardConfig><TargetGroups><member><TargetGroupArn>blue</TargetGroupArn><Weight>90</Weight></member>" +
		"<member><TargetGroupArn>green</TargetGroupArn><Weight>10</Weight></member></TargetGroups></ForwardConfig></member>"
	oneOfTwo = "<member><Type>forward</Type><ForwardConfig><TargetGroups><member><TargetGroupArn>blue</TargetGroupArn><Weight>100</Weight></member>" +
		"<member><TargetGroupArn>green</TargetGroupArn><Weight>0</Weight></member></TargetGroups></ForwardConfig></member>"
)

func TestServingIsWhatHasAllTraffic(t *testing.T) {
	for name, c := range map[string]struct {
		answers endpoint
		want    string // empty: an error
	}{
		"plain forward":         {endpoint{"DescribeServices": service, "GetDeploymentGroup": group, "DescribeListeners": listener(toBlue)}, "payment-processor-dev:3"},
		"weights":               {endpoint{"DescribeServices": service, "GetDeploymentGroup": group, "DescribeListeners": listener(oneOfTwo)}, "payment-processor-dev:3"},
		"shared":                {endpoint{"DescribeServices": service, "GetDeploymentGroup": group, "DescribeListeners": listener(shared)}, ""},
		"no service":            {endpoint{}, ""},
		"no PRIMARY":            {endpoint{"DescribeServices": `{"services":[{}]}`}, ""},
		"no deployment group":   {endpoint{"DescribeServices": service}, ""},
		"listener unanswerable": {endpoint{"DescribeServices": service, "GetDeploymentGroup": group}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := machine(t, c.answers).Serving(t.Context())
			if got != c.want || (err == nil) != (c.want != "") {
				t.Errorf("%q serves (%v), want %q", got, err, c.want)
			}
		})
	}
}

func TestShiftingWaitsForTwoTargetGroups(t *testing.T) {
	if err := machine(t, endpoint{"GetDeploymentGroup": group, "DescribeListeners": listener(shared)}).Shifting(t.Context()); err != nil {
		t.Error(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	still := machine(t, endpoint{"GetDeploymentGroup": group, "DescribeListeners": listener(toBlue)})
	if err := still.Shifting(ctx); err == nil {
		t.Error("the traffic of one target group counts as shared")
	}
}

func TestAlarmIsTheDeploymentGroups(t *testing.T) {
	answers := endpoint{"GetDeploymentGroup": group, "SetAlarmState": ""}
	for _, firing := range []bool{true, false} {
		if err := machine(t, answers).Alarm(t.Context(), firing); err != nil {
			t.Error(err)
		}
	}
	if err := machine(t, endpoint{}).Alarm(t.Context(), true); err == nil {
		t.Error("an alarm fires that nobody has")
	}
}

func TestStateAndCancelAskCloudFormation(t *testing.T) {
	m := machine(t, endpoint{
		"DescribeStacks":    "<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackStatus>UPDATE_COMPLETE</StackStatus></member></Stacks></DescribeStacksResult></DescribeStacksResponse>",
		"CancelUpdateStack": "<CancelUpdateStackResponse/>",
	})
	if state, err := m.State(t.Context()); state != "UPDATE_COMPLETE" || err != nil {
		t.Error(state, err)
	}
	if err := m.Cancel(t.Context()); err != nil {
		t.Error(err)
	}
	if _, err := machine(t, endpoint{}).State(t.Context()); err == nil {
		t.Error("a stack that is not there has a state")
	}
}

func TestCertificateIsACMs(t *testing.T) {
	if arn, err := machine(t, endpoint{"RequestCertificate": `{"CertificateArn":"arn"}`}).Certificate(t.Context()); arn != "arn" || err != nil {
		t.Error(arn, err)
	}
	if _, err := machine(t, endpoint{}).Certificate(t.Context()); err == nil {
		t.Error("nobody issues a certificate")
	}
}

func TestLiveTargetGroupIsNamed(t *testing.T) {
	for given, want := range map[string]string{"blue": "blue", "arn:x:targetgroup/payment-proc-blue-dev/12ab": "payment-proc-blue-dev"} {
		m := machine(t, endpoint{"DescribeServices": strings.Replace(service, `"blue"`, `"`+given+`"`, 1)})
		if got, err := m.LiveTargetGroup(t.Context()); got != want || err != nil {
			t.Errorf("%s is called %s (%v)", given, got, err)
		}
	}
}

func TestBreakFindsTheResource(t *testing.T) {
	resources := "<ListStackResourcesResponse><ListStackResourcesResult><StackResourceSummaries><member><LogicalResourceId>Scaling</LogicalResourceId>" +
		"<ResourceType>AWS::X::Y</ResourceType></member></StackResourceSummaries></ListStackResourcesResult></ListStackResourcesResponse>"
	for name, c := range map[string]struct {
		answers endpoint
		kind    string
		ok      bool
	}{
		"there":                      {endpoint{"ListStackResources": resources, "faults": ""}, "AWS::X::Y", true},
		"another type":               {endpoint{"ListStackResources": resources, "faults": ""}, "AWS::X::Z", false},
		"no stack":                   {endpoint{}, "AWS::X::Y", false},
		"an endpoint without faults": {endpoint{"ListStackResources": resources}, "AWS::X::Y", false},
	} {
		t.Run(name, func(t *testing.T) {
			if err := machine(t, c.answers).Break(t.Context(), c.kind); (err == nil) != c.ok {
				t.Error(err)
			}
		})
	}
	m := machine(t, endpoint{})
	m.Endpoint = "http://127.0.0.1:1"
	if err := m.fault(t.Context(), local.Fault{}); err == nil {
		t.Error("a fault is injected where nobody listens")
	}
	m.Endpoint = "\n"
	if err := m.fault(t.Context(), local.Fault{}); err == nil {
		t.Error("a fault is injected nowhere")
	}
}

func TestDeployRunsTheCLI(t *testing.T) {
	m := machine(t, endpoint{})
	m.CDK = []string{"echo", "cdk"}
	if err := m.Deploy(t.Context(), "imageTag=v2"); err != nil {
		t.Fatal(err)
	}
	said, err := os.ReadFile(filepath.Join(m.Logs, "deploy-1.log"))
	if err != nil || !strings.Contains(string(said), "deploy payment-processor-platform-dev --exclusively") || !strings.Contains(string(said), "-c imageTag=v2") {
		t.Errorf("%s %v", said, err)
	}
	m.CDK = []string{"false"}
	if err := m.Deploy(t.Context()); err == nil || !strings.Contains(err.Error(), "deploy-2.log") {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	m.CDK = []string{"sh", "-c", "trap 'exit 1' INT; while :; do sleep 0.01; done"}
	time.AfterFunc(50*time.Millisecond, cancel)
	if err := m.Deploy(ctx); err == nil {
		t.Error("an interrupted deployment succeeds")
	}
	m.Logs = filepath.Join(m.Logs, "deploy-1.log")
	if err := m.Deploy(t.Context()); err == nil {
		t.Error("logs go into a file that is no folder")
	}
	m.Logs = t.TempDir()
	m.deploys = 0
	if err := os.Mkdir(filepath.Join(m.Logs, "deploy-1.log"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := m.Deploy(t.Context()); err == nil {
		t.Error("the log is a folder")
	}
}

func TestPushMakesImagesThatDiffer(t *testing.T) {
	m := &Machine{Endpoint: localtest.Serve(t, registry.New(registry.Logger(log.New(io.Discard, "", 0)))), Suffix: "dev"}
	first, err := m.Push(t.Context())
	second, again := m.Push(t.Context())
	if err != nil || again != nil || first == second {
		t.Error(first, err, second, again)
	}
	if err := Push(t.Context(), "127.0.0.1:1/payment-processor-dev", "v1"); err == nil {
		t.Error("an image is pushed where no registry is")
	}
	if err := Push(t.Context(), "127.0.0.1:1/payment-processor-dev", "not a tag"); err == nil {
		t.Error("a tag may hold blanks")
	}
}
