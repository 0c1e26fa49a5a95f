package release

import (
	"errors"
	"testing"

	"payment-processor/lambda/deployment"
	"payment-processor/lambda/internal/awstest"

	codedeploytypes "github.com/aws/aws-sdk-go-v2/service/codedeploy/types"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
)

// A cancelled listener edit that never reached Release would otherwise leave all traffic on an empty target group.
func TestGuardPutsTheListenerRight(t *testing.T) {
	a := running(v2, "green")
	a.listener = forwardTo("blue")
	for range 2 {
		if err := a.handler().Guard(t.Context(), wanting(v1)); err != nil {
			t.Fatal(err)
		}
	}
	if len(a.modified) != 1 || !(Listener{Actions: a.listener}).ForwardsOnlyTo("green") {
		t.Errorf("changed %d times, forwards to %+v", len(a.modified), a.listener)
	}
}

func TestGuardLeavesTheListenerToCodeDeploy(t *testing.T) {
	a := running(v2, "green")
	a.listener = forwardTo("blue")
	a.deployment("d-1", codedeploytypes.DeploymentStatusInProgress, release("any"))
	if err := a.handler().Guard(t.Context(), wanting(v2)); !errors.Is(err, deployment.ErrNotNow) || len(a.modified) != 0 {
		t.Errorf("got %v, changed %d times; want that Lambda tries again", err, len(a.modified))
	}
	a.listener = forwardTo("green")
	if err := a.handler().Guard(t.Context(), wanting(v2)); err != nil {
		t.Errorf("got %v although the listener is right", err)
	}
}

func TestGuardWithNothingToGuard(t *testing.T) {
	a := running(v2, "green")
	a.Fail["ListDeployments"] = awstest.Refusal("ApplicationDoesNotExistException")
	if err := a.handler().Guard(t.Context(), wanting(v2)); err != nil {
		t.Error(err)
	}
}

func TestGuardErrors(t *testing.T) {
	for _, operation := range []string{"ListDeployments", "DescribeServices", "DescribeListeners", "ModifyListener"} {
		a := running(v2, "green")
		a.listener = forwardTo("blue")
		a.Fail[operation] = errors.New("lost")
		if err := a.handler().Guard(t.Context(), wanting(v2)); err == nil {
			t.Errorf("%s failed, and Lambda will not try again", operation)
		}
	}
}

func TestStrays(t *testing.T) {
	green := &deployment.TaskSet{TargetGroup: "green", Running: 1}
	for name, test := range map[string]struct {
		actions []elbtypes.Action
		primary *deployment.TaskSet
		want    bool
	}{
		"right":              {forwardTo("green"), green, false},
		"elsewhere":          {forwardTo("blue"), green, true},
		"half":               {weighted(map[string]int32{"green": 50, "blue": 50}), green, true},
		"maintenance":        {[]elbtypes.Action{{Type: elbtypes.ActionTypeEnumFixedResponse}}, green, false},
		"no service":         {forwardTo("blue"), nil, false},
		"nothing runs there": {forwardTo("blue"), &deployment.TaskSet{TargetGroup: "green"}, false},
		"no target group":    {forwardTo("blue"), &deployment.TaskSet{Running: 1}, false},
	} {
		if got := (Listener{Actions: test.actions}).Strays(test.primary); got != test.want {
			t.Errorf("%s: got %v", name, got)
		}
	}
}
