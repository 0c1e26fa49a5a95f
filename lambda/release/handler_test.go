package release

import (
	"bytes"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"payment-processor/lambda/deployment"
	"payment-processor/lambda/internal/awstest"

	codedeploytypes "github.com/aws/aws-sdk-go-v2/service/codedeploy/types"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

func (a *account) finishes(t *testing.T, event Event) {
	t.Helper()
	if done, failure := a.poll(t, event); !done {
		t.Errorf("not complete; failure %q, calls %v", failure, a.Calls)
	}
}

func (a *account) looksAgain(t *testing.T, event Event) {
	t.Helper()
	if done, failure := a.poll(t, event); done || failure != "" {
		t.Errorf("complete %v, failure %q; want another poll, calls %v", done, failure, a.Calls)
	}
}

func (a *account) fails(t *testing.T, event Event, wants ...string) {
	t.Helper()
	_, failure := a.poll(t, event)
	for _, want := range append(wants, " ") {
		if !strings.Contains(failure, want) {
			t.Errorf("failure %q, want %q in it", failure, want)
		}
	}
}

// serve makes a revision the PRIMARY one, as a deployment does that succeeded.
func (a *account) serve(taskDefinition, targetGroup string) {
	set := &a.Services[0].TaskSets[0]
	set.TaskDefinition, set.LoadBalancers[0].TargetGroupArn = &taskDefinition, &targetGroup
	a.listener = forwardTo(targetGroup)
}

func TestCreateDeploysNothingWhenTheServiceRunsTheRevision(t *testing.T) {
	a := running(v1, "blue")
	event := a.request(t, "r1", deployment.Create, v1, "")
	if event.PhysicalResourceID != "application/release" {
		t.Errorf("physical id %q", event.PhysicalResourceID)
	}
	a.finishes(t, event)
	if len(a.created) != 0 || len(a.modified) != 0 {
		t.Errorf("calls: %v", a.Calls)
	}
}

func TestUpdateDeploysAndWaits(t *testing.T) {
	a := running(v1, "blue")
	event := a.request(t, "r2", deployment.Update, v2, v1)
	a.looksAgain(t, event)
	a.looksAgain(t, event)
	if len(a.created) != 1 {
		t.Fatalf("%d deployments", len(a.created))
	}
	in := a.created[0]
	if in.DeploymentConfigName != nil || in.OverrideAlarmConfiguration != nil {
		t.Errorf("an update must shift and be watched as the deployment group says, got %+v", in)
	}
	if got := *in.Revision.AppSpecContent.Content; got != event.Properties.AppSpec {
		t.Errorf("AppSpec %s", got)
	}
	a.Deployments[0].Status = codedeploytypes.DeploymentStatusSucceeded
	a.serve(v2, "green")
	done, err := a.handler().IsComplete(t.Context(), event)
	if err != nil || !done.IsComplete || done.Data["DeploymentId"] != "d-created" {
		t.Errorf("got %+v, %v", done, err)
	}
}

// Who searches the log for warnings finds what went wrong, and nothing else.
func TestWarnings(t *testing.T) {
	for operation, warns := range map[string]bool{"": false, "DescribeStacks": true, "ListTaskDefinitions": true} {
		a := running(v1, "blue")
		a.Fail[operation] = errors.New("lost")
		var log bytes.Buffer
		h := a.handler()
		h.Log = slog.New(slog.NewTextHandler(&log, nil))
		event := Event{RequestType: deployment.Update, RequestID: "r13", StackID: "stack", Properties: wanting(v1), OldProperties: wanting(v1)}
		response, err := h.OnEvent(t.Context(), event)
		if err != nil {
			t.Fatal(err)
		}
		event.Receipt = response.Receipt
		if done, err := h.IsComplete(t.Context(), event); err != nil || !done.IsComplete {
			t.Fatalf("%s: complete %v, %v", operation, done.IsComplete, err)
		}
		if got := strings.Contains(log.String(), "level=WARN"); got != warns {
			t.Errorf("%q fails: warned %v, want %v:\n%s", operation, got, warns, &log)
		}
	}
}

func TestALostAnswerOfCreateDeployment(t *testing.T) {
	a := running(v1, "blue")
	event := a.request(t, "r8", deployment.Update, v2, v1)
	a.deployment("d-lost", codedeploytypes.DeploymentStatusInProgress, release("r8"))
	a.Unlisted = []string{"d-lost"}
	a.Fail["CreateDeployment"] = awstest.Refusal("DeploymentLimitExceededException")
	a.looksAgain(t, event)
	a.Unlisted = nil
	a.looksAgain(t, event)
	if n := countCalls(a, "CreateDeployment application/group"); n != 1 {
		t.Errorf("CreateDeployment was called %d times", n)
	}
}

func countCalls(a *account, call string) int {
	n := 0
	for _, c := range a.Calls {
		if c == call {
			n++
		}
	}
	return n
}

func TestAnInactiveRevisionIsExplained(t *testing.T) {
	a := running(v2, "green")
	event := a.request(t, "r12", deployment.Update, v1, v2)
	a.revisions[v1] = ecstypes.TaskDefinitionStatusInactive
	a.fails(t, event, "payment:1 is INACTIVE", "registers a new revision")
}

func TestRepairKeepsTheWantedRevision(t *testing.T) {
	a := running(v2, "green")
	a.listener = forwardTo("blue")
	event := a.request(t, "r13", deployment.Update, v2, v2)
	a.looksAgain(t, event)
	a.finishes(t, event)
	if len(a.modified) != 1 || len(a.created) != 0 {
		t.Errorf("calls: %v", a.Calls)
	}
}

// Every call may fail for a moment at every step; only what AWS refuses for good fails the request.
func TestEveryCallMayFailForAMoment(t *testing.T) {
	for _, operation := range []string{"ListDeployments", "BatchGetDeployments", "DescribeServices", "DescribeListeners",
		"DescribeStacks", "DescribeTaskDefinition", "CreateDeployment", "GetParameter", "ModifyListener", "StopDeployment"} {
		for _, code := range []string{"ThrottlingException", "InvalidInputException"} {
			a := running(v1, "blue")
			event := a.request(t, "r14", deployment.Update, v2, v1)
			switch operation {
			case "ModifyListener":
				a.serve(v2, "green")
				a.listener = forwardTo("blue")
			case "StopDeployment":
				a.deployment("d-foreign", codedeploytypes.DeploymentStatusInProgress, "by hand")
			case "BatchGetDeployments":
				a.deployment("d-ended", codedeploytypes.DeploymentStatusSucceeded, "by hand")
			}
			a.Fail[operation] = awstest.Refusal(code)
			if code == "ThrottlingException" || operation == "StopDeployment" {
				a.looksAgain(t, event)
			} else {
				a.fails(t, event, "InvalidInputException")
			}
			if !slices.ContainsFunc(a.Calls, func(c string) bool { return strings.HasPrefix(c, operation) }) {
				t.Errorf("%s was not called: %v", operation, a.Calls)
			}
		}
	}
}

func TestAStackThatIsNotListedIsLookedForAgain(t *testing.T) {
	a := running(v1, "blue")
	a.stack = ""
	event := a.request(t, "r15", deployment.Update, v2, v1)
	a.looksAgain(t, event)
	a.stack = "UPDATE_IN_PROGRESS"
	a.looksAgain(t, event)
	if len(a.created) != 1 || a.created[0].DeploymentConfigName != nil {
		t.Errorf("created %+v", a.created)
	}
}

func TestOnEventRefuses(t *testing.T) {
	a := running(v1, "blue")
	bad := Event{RequestType: deployment.Update, RequestID: "bad"}
	if _, err := a.handler().OnEvent(t.Context(), bad); err == nil || len(a.Calls) != 0 {
		t.Errorf("got %v after %v", err, a.Calls)
	}
	first := a.request(t, "first", deployment.Update, v2, v1)
	a.request(t, "second", deployment.Update, v1, v2)
	if _, err := a.handler().OnEvent(t.Context(), first); !errors.Is(err, deployment.ErrSuperseded) {
		t.Errorf("a replay of the first: %v", err)
	}
}
