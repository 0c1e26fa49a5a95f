package release

import (
	"slices"
	"strings"
	"testing"
	"time"

	"payment-processor/lambda/deployment"

	codedeploytypes "github.com/aws/aws-sdk-go-v2/service/codedeploy/types"
)

// The version that has to go keeps the gate alarms in ALARM: with them CodeDeploy would stop the way back.
func TestARollbackGoesBackAtOnceAndPastTheAlarms(t *testing.T) {
	a := running(v2, "green")
	a.stack = "UPDATE_ROLLBACK_IN_PROGRESS"
	event := a.request(t, "r3", deployment.Update, v1, v2)
	a.looksAgain(t, event)
	in := a.created[0]
	if in.DeploymentConfigName == nil || *in.DeploymentConfigName != "CodeDeployDefault.ECSAllAtOnce" {
		t.Errorf("deployment configuration %v", in.DeploymentConfigName)
	}
	// The SDK leaves out what is false: without the empty list nothing would be said of alarms.
	if in.OverrideAlarmConfiguration == nil || in.OverrideAlarmConfiguration.Enabled || in.OverrideAlarmConfiguration.Alarms == nil {
		t.Errorf("alarm configuration %+v, want it off", in.OverrideAlarmConfiguration)
	}
	other := a.request(t, "r4", deployment.Update, v1, v2)
	a.looksAgain(t, other)
	if slices.ContainsFunc(a.Calls, func(c string) bool { return strings.HasPrefix(c, "StopDeployment") }) {
		t.Error("stopped a way back")
	}
}

func TestCancelStopsTheDeploymentAndKeepsTheOldVersion(t *testing.T) {
	a := running(v1, "blue")
	update := a.request(t, "r5", deployment.Update, v2, v1)
	a.looksAgain(t, update)
	a.Deployments[0].Status = codedeploytypes.DeploymentStatusInProgress

	a.now, a.stack = noon.Add(3*time.Minute), "UPDATE_ROLLBACK_IN_PROGRESS"
	rollback := a.request(t, "r6", deployment.Update, v1, v2)
	a.looksAgain(t, rollback)
	if !a.Did("StopDeployment d-created with rollback") {
		t.Errorf("calls: %v", a.Calls)
	}
	a.Deployments[0].Status = codedeploytypes.DeploymentStatusStopped
	a.fails(t, update, "superseded")
	a.looksAgain(t, rollback) // the cancelled request's last poll could still be running
	a.now = a.now.Add(time.Minute)
	a.finishes(t, rollback)
	if len(a.created) != 1 {
		t.Errorf("%d deployments, want only the cancelled one", len(a.created))
	}
}

// Between cancel and the rollback's request the cancelled one is still current: it must not start what was cancelled.
func TestACancelledRequestStartsNothingInTheRollback(t *testing.T) {
	a := running(v1, "blue")
	event := a.request(t, "r7", deployment.Update, v2, v1)
	a.stack = "UPDATE_ROLLBACK_IN_PROGRESS"
	a.looksAgain(t, event)
	if len(a.created) != 0 {
		t.Error("started the cancelled version")
	}
}

// Else the cancelled request, current until the rollback's is received, could stop the way back.
func TestACancelledRequestStopsNothingInTheRollback(t *testing.T) {
	a := running(v1, "blue")
	event := a.request(t, "r11", deployment.Update, v2, v1)
	a.deployment("d-1", codedeploytypes.DeploymentStatusInProgress, "by hand")
	a.stack = "UPDATE_ROLLBACK_IN_PROGRESS"
	a.looksAgain(t, event)
	if a.Did("StopDeployment d-1 with rollback") {
		t.Error("stopped a deployment for a request that was cancelled")
	}
}

// Its record can be lost to a slow onEvent of its own, so that it counts as current again when the rollback is over.
func TestACancelledRequestStartsNothingAfterTheRollback(t *testing.T) {
	a := running(v1, "blue")
	a.stack = "UPDATE_IN_PROGRESS"
	event := a.request(t, "r9", deployment.Update, v2, v1)
	a.stack = "UPDATE_ROLLBACK_COMPLETE"
	a.looksAgain(t, event)
	if len(a.created) != 0 {
		t.Error("started the cancelled version")
	}
}

// Nor may the rollback's own, once the next update is under way.
func TestARequestOfARollbackStartsNothingInTheNextUpdate(t *testing.T) {
	a := running(v2, "green")
	a.stack = "UPDATE_ROLLBACK_IN_PROGRESS"
	event := a.request(t, "r9", deployment.Update, v1, v2)
	a.stack = "UPDATE_IN_PROGRESS"
	a.looksAgain(t, event)
	if len(a.created) != 0 {
		t.Error("went back in an update that nobody has cancelled")
	}
}

// Nor in the next update, which has the same status.
func TestARequestOfAnEarlierUpdateStartsNothing(t *testing.T) {
	a := running(v1, "blue")
	event := a.request(t, "r11", deployment.Update, v2, v1)
	a.updated = new(a.now.Add(time.Minute))
	a.looksAgain(t, event)
	if len(a.created) != 0 {
		t.Error("started the cancelled version")
	}
}

// Its onEvent was slow, and wrote over the rollback's: it counts as current, and as received in the rollback.
func TestACancelledRequestReceivedInTheRollbackDoesNothing(t *testing.T) {
	a := running(v1, "blue")
	a.stack = "UPDATE_ROLLBACK_IN_PROGRESS"
	event := a.request(t, "r10", deployment.Update, v2, v1)
	a.looksAgain(t, event)
	a.deployment("d-1", codedeploytypes.DeploymentStatusInProgress, "by hand")
	a.looksAgain(t, event)
	if len(a.created) != 0 || a.Did("StopDeployment d-1 with rollback") {
		t.Errorf("acted for a version that was cancelled: %v", a.Calls)
	}
}

// The update that is rolled back left the task definition alone, and another version serves: its alarms count no more.
func TestAWayBackToTheSameRevision(t *testing.T) {
	a := running(v2, "green")
	a.stack = "UPDATE_ROLLBACK_IN_PROGRESS"
	a.looksAgain(t, a.request(t, "r12", deployment.Update, v1, v1))
	if a.created[0].OverrideAlarmConfiguration == nil {
		t.Error("the way back stops at the alarms of what has to go")
	}
}
