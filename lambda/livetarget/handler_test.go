package livetarget

import (
	"errors"
	"strings"
	"testing"
	"time"

	"payment-processor/lambda/deployment"
	"payment-processor/lambda/internal/awstest"

	codedeploytypes "github.com/aws/aws-sdk-go-v2/service/codedeploy/types"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

type account struct {
	awstest.Cloud
	now time.Time
}

// serving returns an account whose PRIMARY task set is in the target group; without one there is no service.
func serving(targetGroup string) *account {
	a := &account{Cloud: awstest.Cloud{Fail: map[string]error{}}, now: noon}
	if targetGroup == "" {
		a.Fail["DescribeServices"] = &ecstypes.ClusterNotFoundException{}
		a.Fail["ListDeployments"] = &codedeploytypes.ApplicationDoesNotExistException{}
		return a
	}
	a.Services = []ecstypes.Service{{TaskSets: []ecstypes.TaskSet{{
		Status: new("PRIMARY"), LoadBalancers: []ecstypes.LoadBalancer{{TargetGroupArn: &targetGroup}},
	}}}}
	return a
}

func (a *account) handler() Handler {
	return Handler{CodeDeploy: a, ECS: a, Parameters: a, Now: func() time.Time { return a.now }}
}

func (a *account) inFlight(creator codedeploytypes.DeploymentCreator) {
	a.Deployments = []codedeploytypes.DeploymentInfo{{
		DeploymentId: new("d-1"), Status: codedeploytypes.DeploymentStatusInProgress, Creator: creator, CreateTime: new(noon),
	}}
}

func (a *account) request(t *testing.T, id, kind string) Event {
	t.Helper()
	event := Event{RequestType: kind, RequestID: id, Properties: Properties{
		Cluster: "cluster", Service: "service", Application: "application", DeploymentGroup: "group",
		BlueTargetGroup: "blue", Parameter: "/live",
	}}
	response, err := a.handler().OnEvent(t.Context(), event)
	if err != nil {
		t.Fatal(err)
	}
	if response.PhysicalResourceID != "application/live-target-group" {
		t.Errorf("physical id %q", response.PhysicalResourceID)
	}
	event.Receipt = response.Receipt
	return event
}

// answers polls once; an empty answer is another poll.
func (a *account) answers(t *testing.T, event Event, want string) {
	t.Helper()
	done, err := a.handler().IsComplete(t.Context(), event)
	if err != nil || done.Data[Attribute] != want || done.IsComplete != (want != "") {
		t.Errorf("got %+v, %v; want answer %q, calls %v", done, err, want, a.Calls)
	}
}

// A listener that is sent to blue after a shift to green is an outage.
func TestAnswersWithWhatIsLive(t *testing.T) {
	a := serving("green")
	a.answers(t, a.request(t, "r1", deployment.Update), "green")
}

func TestAnswersBlueBeforeThereIsAService(t *testing.T) {
	a := serving("")
	a.answers(t, a.request(t, "r1", deployment.Create), "blue")
	a = serving("green")
	a.Services[0].TaskSets[0].LoadBalancers = nil
	a.answers(t, a.request(t, "r1", deployment.Create), "blue")
}

func TestWaitsForWhatIsInFlight(t *testing.T) {
	a := serving("blue")
	a.inFlight(codedeploytypes.DeploymentCreatorUser)
	event := a.request(t, "r1", deployment.Update)
	a.answers(t, event, "")
	if !a.Did("StopDeployment d-1 with rollback") {
		t.Errorf("calls: %v", a.Calls)
	}
	a.Deployments[0].Status = codedeploytypes.DeploymentStatusStopped
	a.answers(t, event, "blue")
}

func TestNeverStopsARollback(t *testing.T) {
	a := serving("green")
	a.inFlight(codedeploytypes.DeploymentCreatorCodeDeployRollback)
	event := a.request(t, "r1", deployment.Update)
	a.answers(t, event, "")
	if a.Did("StopDeployment d-1 with rollback") {
		t.Error("stopped a rollback")
	}
	a.now = noon.Add(deployment.Patience)
	if _, err := a.handler().IsComplete(t.Context(), event); err == nil || !strings.Contains(err.Error(), "d-1 is still InProgress") {
		t.Errorf("after the hour: %v", err)
	}
}

// A poll left over from a cancelled update must not stop the next update's deployment.
func TestASupersededPollStopsNothing(t *testing.T) {
	a := serving("blue")
	first := a.request(t, "r1", deployment.Update)
	a.request(t, "r2", deployment.Update)
	a.inFlight(codedeploytypes.DeploymentCreatorUser)
	if _, err := a.handler().IsComplete(t.Context(), first); !errors.Is(err, deployment.ErrSuperseded) {
		t.Errorf("got %v", err)
	}
	if a.Did("StopDeployment d-1 with rollback") {
		t.Error("stopped a deployment that is none of its business")
	}
	if _, err := a.handler().OnEvent(t.Context(), first); !errors.Is(err, deployment.ErrSuperseded) {
		t.Errorf("replay: %v", err)
	}
}

func TestDelete(t *testing.T) {
	a := serving("")
	event := a.request(t, "r1", deployment.Delete)
	done, err := a.handler().IsComplete(t.Context(), event)
	if err != nil || !done.IsComplete || len(a.Parameters) != 0 {
		t.Errorf("got %+v, %v; left %v", done, err, a.Parameters)
	}
}

func TestErrors(t *testing.T) {
	for _, operation := range []string{"ListDeployments", "DescribeServices"} {
		a := serving("green")
		event := a.request(t, "r1", deployment.Update)
		a.Fail[operation] = awstest.Refusal("ThrottlingException")
		a.answers(t, event, "")
		a.Fail[operation] = awstest.Refusal("ValidationException")
		if _, err := a.handler().IsComplete(t.Context(), event); err == nil {
			t.Errorf("%s was refused, and the request did not fail", operation)
		}
	}
	if _, err := serving("green").handler().OnEvent(t.Context(), Event{RequestType: deployment.Create}); err == nil ||
		!strings.Contains(err.Error(), "BlueTargetGroup") {
		t.Errorf("without properties: %v", err)
	}
}
