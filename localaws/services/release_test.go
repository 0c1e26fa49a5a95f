package services

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/codedeploy"
	cdtypes "github.com/aws/aws-sdk-go-v2/service/codedeploy/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// A release has to look to the SDK as it does on AWS: this is what the functions of the release machinery read.
func TestARelease(t *testing.T) {
	a := newAccount(t, hasty)
	a.group()
	id, err := a.release(1)
	if err != nil {
		t.Fatal(err)
	}
	a.ended()
	info := a.status(id)
	if info.Status != cdtypes.DeploymentStatusSucceeded || *info.Description != "a release" || *info.ApplicationName != "app" || info.CompleteTime.Before(*info.CreateTime) {
		t.Errorf("deployment %+v", info)
	}
	s := a.described()
	if len(s.TaskSets) != 1 {
		t.Fatalf("%d task sets", len(s.TaskSets))
	}
	live := s.TaskSets[0]
	if *live.Status != "PRIMARY" || *live.LoadBalancers[0].TargetGroupArn != "arn:green" || !strings.HasSuffix(*live.TaskDefinition, "app:1") ||
		live.RunningCount != 3 || live.StabilityStatus != types.StabilityStatusSteadyState || len(live.CapacityProviderStrategy) != 2 {
		t.Errorf("live is %+v", live)
	}
	if s.DeploymentController.Type != types.DeploymentControllerTypeCodeDeploy || s.RunningCount != 3 || len(s.Events) == 0 || *s.PlatformVersion != "1.4.0" {
		t.Errorf("service %+v", s)
	}
	for _, listener := range []string{"production", "test"} {
		if weights, _ := a.beside.Weights(listener); len(weights) != 1 || weights[0].TargetGroup != "arn:green" {
			t.Errorf("%s forwards to %v", listener, weights)
		}
	}
	batch := must[*codedeploy.BatchGetDeploymentsOutput](t)(a.deploy.BatchGetDeployments(t.Context(), &codedeploy.BatchGetDeploymentsInput{DeploymentIds: []string{id, "d-none"}}))
	if len(batch.DeploymentsInfo) != 1 {
		t.Errorf("described %d deployments", len(batch.DeploymentsInfo))
	}
	for _, want := range []string{"START", "SUCCESS"} {
		if got := <-a.events; got != "aws.codedeploy CodeDeploy Deployment State-change Notification "+want {
			t.Errorf("EventBridge hears %q, want %s", got, want)
		}
	}
	listed := must[*codedeploy.ListDeploymentsOutput](t)(a.deploy.ListDeployments(t.Context(), &codedeploy.ListDeploymentsInput{
		ApplicationName: new("app"), DeploymentGroupName: new("app"), CreateTimeRange: &cdtypes.TimeRange{Start: new(time.Now().Add(-time.Hour))},
	}))
	if len(listed.Deployments) != 1 {
		t.Errorf("listed %v", listed.Deployments)
	}
}

// The targets of a deployment say which task set is green: the hook asks no other.
func TestTargetsOfADeployment(t *testing.T) {
	a := newAccount(t, hasty)
	a.group()
	seen := make(chan cdtypes.DeploymentTarget, 1)
	a.beside.invoked = func(function string, event map[string]string) error {
		id := event["DeploymentId"]
		listed, err := a.deploy.ListDeploymentTargets(t.Context(), &codedeploy.ListDeploymentTargetsInput{DeploymentId: &id})
		if err != nil {
			return err
		}
		got, err := a.deploy.BatchGetDeploymentTargets(t.Context(), &codedeploy.BatchGetDeploymentTargetsInput{DeploymentId: &id, TargetIds: listed.TargetIds})
		if err != nil {
			return err
		}
		seen <- got.DeploymentTargets[0]
		return a.succeed(function, event)
	}
	id, err := a.release(2)
	if err != nil {
		t.Fatal(err)
	}
	target := (<-seen).EcsTarget
	if target.Status != cdtypes.TargetStatusInProgress || len(target.TaskSetsInfo) != 2 {
		t.Fatalf("target %+v", target)
	}
	blue, green := target.TaskSetsInfo[0], target.TaskSetsInfo[1]
	if blue.TaskSetLabel != cdtypes.TargetLabelBlue || *blue.TargetGroup.Name != "blue" || *blue.Status != "PRIMARY" || blue.TrafficWeight != 100 ||
		green.TaskSetLabel != cdtypes.TargetLabelGreen || *green.TargetGroup.Name != "green" || green.DesiredCount != 3 || green.RunningCount != 3 {
		t.Errorf("blue %+v, green %+v", blue, green)
	}
	a.ended()
	after := must[*codedeploy.GetDeploymentTargetOutput](t)(a.deploy.GetDeploymentTarget(t.Context(), &codedeploy.GetDeploymentTargetInput{DeploymentId: &id, TargetId: new("app:app")}))
	if got := after.DeploymentTarget.EcsTarget; got.Status != cdtypes.TargetStatusSucceeded || *got.TaskSetsInfo[0].Status != "DRAINING" {
		t.Errorf("after the release: %+v", got)
	}
	_, err = a.deploy.GetDeploymentTarget(t.Context(), &codedeploy.GetDeploymentTargetInput{DeploymentId: &id, TargetId: new("other")})
	refused(t, err, "DeploymentTargetDoesNotExistException", "other")
	_, err = a.deploy.BatchGetDeploymentTargets(t.Context(), &codedeploy.BatchGetDeploymentTargetsInput{DeploymentId: &id, TargetIds: []string{"other"}})
	refused(t, err, "DeploymentTargetDoesNotExistException", "other")
}

// Every rehearsal of a failure ends with the old revision and all of the traffic on blue.
func TestReleasesThatFail(t *testing.T) {
	for name, fault := range map[string]struct {
		body    string
		prepare func(*account)
		status  cdtypes.DeploymentStatus
		code    cdtypes.ErrorCode
	}{
		"green is unhealthy":    {`{"unhealthy":true}`, nil, cdtypes.DeploymentStatusFailed, cdtypes.ErrorCodeEcsUpdateError},
		"the hook fails":        {`{"hook":true}`, nil, cdtypes.DeploymentStatusFailed, cdtypes.ErrorCodeEcsUpdateError},
		"the hook is not there": {`{}`, func(a *account) { a.beside.invoked = func(string, map[string]string) error { return errors.New("no") } }, cdtypes.DeploymentStatusFailed, cdtypes.ErrorCodeEcsUpdateError},
		"an alarm fires before": {`{}`, func(a *account) { a.beside.set("gate", "ALARM") }, cdtypes.DeploymentStatusStopped, cdtypes.ErrorCodeAlarmActive},
	} {
		t.Run(name, func(t *testing.T) {
			a := newAccount(t, hasty)
			a.group()
			if got := a.faulty(http.MethodPut, fault.body); got != http.StatusOK {
				t.Fatalf("faults are refused with %d", got)
			}
			if fault.prepare != nil {
				fault.prepare(a)
			}
			id, err := a.release(1)
			if err != nil {
				t.Fatal(err)
			}
			a.ended()
			info := a.status(id)
			if info.Status != fault.status || info.ErrorInformation.Code != fault.code || info.RollbackInfo.RollbackDeploymentId == nil {
				t.Errorf("deployment is %s: %+v", info.Status, info.ErrorInformation)
			}
			if live := a.described().TaskSets; len(live) != 1 || *live[0].LoadBalancers[0].TargetGroupArn != "arn:blue" {
				t.Errorf("live is %+v", live)
			}
			target := must[*codedeploy.GetDeploymentTargetOutput](t)(a.deploy.GetDeploymentTarget(t.Context(), &codedeploy.GetDeploymentTargetInput{DeploymentId: &id, TargetId: new("app:app")}))
			if target.DeploymentTarget.EcsTarget.Status != cdtypes.TargetStatusFailed {
				t.Errorf("target is %s", target.DeploymentTarget.EcsTarget.Status)
			}
		})
	}
}

// What somebody stops goes back; what is in flight lets nobody else in.
func TestStopADeployment(t *testing.T) {
	a := newAccount(t, 10)
	a.group()
	id, err := a.release(1)
	if err != nil {
		t.Fatal(err)
	}
	if info := a.status(id); info.Status != cdtypes.DeploymentStatusCreated || info.CompleteTime != nil {
		t.Errorf("deployment %+v", info)
	}
	target := must[*codedeploy.GetDeploymentTargetOutput](t)(a.deploy.GetDeploymentTarget(t.Context(), &codedeploy.GetDeploymentTargetInput{DeploymentId: &id, TargetId: new("app:app")}))
	if target.DeploymentTarget.EcsTarget.Status != cdtypes.TargetStatusPending {
		t.Errorf("target is %s", target.DeploymentTarget.EcsTarget.Status)
	}
	_, err = a.release(1)
	refused(t, err, "DeploymentLimitExceededException", id)
	must[*codedeploy.StopDeploymentOutput](t)(a.deploy.StopDeployment(t.Context(), &codedeploy.StopDeploymentInput{DeploymentId: &id, AutoRollbackEnabled: new(true)}))
	a.ended()
	if info := a.status(id); info.Status != cdtypes.DeploymentStatusStopped {
		t.Errorf("deployment is %s", info.Status)
	}
}
