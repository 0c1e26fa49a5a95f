package release

import (
	"errors"
	"testing"

	"payment-processor/lambda/deployment"

	codedeploytypes "github.com/aws/aws-sdk-go-v2/service/codedeploy/types"
)

func TestFailureNamesTheHookAndTheRollback(t *testing.T) {
	a := running(v1, "blue")
	event := a.request(t, "r9", deployment.Update, v2, v1)
	d := a.deployment("d-bad", codedeploytypes.DeploymentStatusFailed, release("r9"))
	d.ErrorInformation = &codedeploytypes.ErrorInformation{Code: codedeploytypes.ErrorCodeHookExecutionFailure, Message: new("one hook failed")}
	d.RollbackInfo = &codedeploytypes.RollbackInfo{RollbackMessage: new("rolled back by d-good")}
	a.target = &codedeploytypes.DeploymentTarget{EcsTarget: &codedeploytypes.ECSTarget{LifecycleEvents: []codedeploytypes.LifecycleEvent{
		{LifecycleEventName: new("Install"), Status: codedeploytypes.LifecycleEventStatusSucceeded},
		{LifecycleEventName: new("BeforeAllowTraffic"), Status: codedeploytypes.LifecycleEventStatusFailed,
			Diagnostics: &codedeploytypes.Diagnostics{ErrorCode: codedeploytypes.LifecycleErrorCodeScriptFailed, Message: new("/ready answered 503")}},
		{LifecycleEventName: new("AllowTraffic"), Status: codedeploytypes.LifecycleEventStatusFailed},
	}}}
	a.fails(t, event, "payment:2", "d-bad", "Failed", "HOOK_EXECUTION_FAILURE: one hook failed", "rolled back by d-good",
		"BeforeAllowTraffic failed: ScriptFailed /ready answered 503", "AllowTraffic failed", "aws deploy get-deployment --deployment-id d-bad")
	if !a.Did("GetDeploymentTarget cluster:service") {
		t.Errorf("calls: %v", a.Calls)
	}
}

func TestFailureOfAnAlarmPointsToTheRunbook(t *testing.T) {
	a := running(v1, "blue")
	event := a.request(t, "r10", deployment.Update, v2, v1)
	a.deployment("d-other", codedeploytypes.DeploymentStatusSucceeded, "")
	a.deployment("d-alarm", codedeploytypes.DeploymentStatusStopped, release("r10")).ErrorInformation =
		&codedeploytypes.ErrorInformation{Code: codedeploytypes.ErrorCodeAlarmActive, Message: new("green-5xx")}
	a.Fail["GetDeploymentTarget"] = errors.New("lost")
	a.fails(t, event, "ALARM_ACTIVE: green-5xx", "docs/runbooks")
}

func TestFailureWithoutADeployment(t *testing.T) {
	a := running(v1, "blue")
	a.Services = nil
	a.fails(t, a.request(t, "r11", deployment.Update, v2, v1), "there is no such service", "service in cluster cluster", "payment:2")
}
