package release

import (
	"slices"
	"testing"

	"payment-processor/lambda/deployment"
	"payment-processor/lambda/internal/awstest"

	codedeploytypes "github.com/aws/aws-sdk-go-v2/service/codedeploy/types"
)

// A stack whose creation failed is deleted with half of its things missing.
func TestDeleteFindsNothing(t *testing.T) {
	a := running(v1, "blue")
	a.Services, a.listener = nil, nil
	a.Fail["ListDeployments"] = awstest.Refusal("ApplicationDoesNotExistException")
	a.finishes(t, a.request(t, "r16", deployment.Delete, v1, ""))
	if len(a.Parameters) != 0 || len(a.revisions) != 0 {
		t.Errorf("left behind: %v %v", a.Parameters, a.revisions)
	}
	if slices.Contains(a.Calls, "DescribeListeners listener") {
		t.Error("a destroy needs no listener")
	}
}

func TestDeleteStopsWhatIsInFlight(t *testing.T) {
	a := running(v1, "blue")
	a.deployment("d-1", codedeploytypes.DeploymentStatusInProgress, release("earlier"))
	event := a.request(t, "r17", deployment.Delete, v1, "")
	a.looksAgain(t, event)
	if !a.Did("StopDeployment d-1 with rollback") {
		t.Errorf("calls: %v", a.Calls)
	}
	a.Deployments[0].Status = codedeploytypes.DeploymentStatusStopped
	a.Fail["ListTaskDefinitions"] = awstest.Refusal("ThrottlingException")
	a.looksAgain(t, event)
	a.Fail["ListTaskDefinitions"] = awstest.Refusal("AccessDeniedException")
	a.finishes(t, event)
}
