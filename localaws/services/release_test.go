package services

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"payment-processor/simulation/cloud"

	"github.com/aws/aws-sdk-go-v2/service/codedeploy"
	cdtypes "github.com/aws/aws-sdk-go-v2/service/codedeploy/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
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

// An alarm that fires in the middle must be noticed, stop the release, and be over when the release is.
func TestAnAlarmDuringARelease(t *testing.T) {
	for _, name := range []string{"", "gate"} {
		a := newAccount(t, 600)
		a.group()
		a.faulty(http.MethodPut, `{"at":"canary","alarm":"`+name+`"}`)
		id, err := a.release(1)
		if err != nil {
			t.Fatal(err)
		}
		a.ended()
		if info := a.status(id); info.Status != cdtypes.DeploymentStatusStopped || info.ErrorInformation.Code != cdtypes.ErrorCodeAlarmActive {
			t.Errorf("deployment is %s", info.Status)
		}
		for over := false; !over; {
			a.beside.lock.Lock()
			over = a.beside.alarms["gate"] == "OK"
			a.beside.lock.Unlock()
		}
	}
}

func TestAlarmsOutOfReach(t *testing.T) {
	for _, broken := range []string{"Alarms", "SetAlarm"} {
		a := newAccount(t, hasty)
		a.group()
		a.faulty(http.MethodPut, `{"at":"shifted"}`)
		if broken == "SetAlarm" {
			a.beside.fail[broken] = errors.New("out of reach")
		}
		id, err := a.release(1)
		if err != nil {
			t.Fatal(err)
		}
		a.ended()
		if broken == "SetAlarm" && a.status(id).Status != cdtypes.DeploymentStatusSucceeded {
			t.Errorf("deployment is %s", a.status(id).Status)
		}
		a.beside.fail["Alarms"] = errors.New("out of reach")
		if _, err := a.release(1); err == nil {
			t.Error("released without a look at the alarms")
		}
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

func (a *account) faulty(method, body string) int {
	w := httptest.NewRecorder()
	a.FaultsHandler(w, httptest.NewRequest(method, "/_localaws/model", strings.NewReader(body)))
	return w.Code
}

func TestFaultsAreChecked(t *testing.T) {
	a := newAccount(t, hasty)
	for _, body := range []string{`{"at":"noon"}`, `{"what":true}`, `{`} {
		if got := a.faulty(http.MethodPut, body); got != http.StatusBadRequest {
			t.Errorf("%s: %d", body, got)
		}
	}
	a.faulty(http.MethodPut, `{"slow":true}`)
	if a.faulty(http.MethodGet, ""); !a.faults.Slow || (chance{a.Model}).IntN(5) != 4 {
		t.Error("not slow")
	}
	if a.faulty(http.MethodDelete, ""); a.faults != (Faults{}) {
		t.Errorf("left %+v", a.faults)
	}
}

// A policy has to answer its alarm, within its limits: this is what the integration tests look for.
func TestScaling(t *testing.T) {
	a := newAccount(t, hasty)
	a.group()
	a.beside.scaling["service/app/app"] = Scaling{Min: 3, Max: 4}
	a.beside.scaling["service/app/none"] = Scaling{Min: 3, Max: 4}
	high, low := "TargetTracking-service/app/app-AlarmHigh-1", "TargetTracking-service/app/app-AlarmLow-1"
	step := func(alarm, state string) int32 {
		t.Helper()
		a.beside.set(alarm, state)
		if err := a.Look(t.Context()); err != nil {
			t.Fatal(err)
		}
		return a.described().DesiredCount
	}
	for _, alarm := range []string{high, low, "TargetTracking-table/x-AlarmHigh-1", "TargetTracking-service/app/none-AlarmHigh-1", "TargetTracking-service/app/unscaled-AlarmHigh-1"} {
		step(alarm, "OK")
	}
	for i, want := range []struct {
		alarm, state string
		desired      int32
	}{
		{high, "ALARM", 4}, {high, "OK", 4}, {high, "ALARM", 4}, {low, "ALARM", 3}, {low, "OK", 3}, {low, "ALARM", 3},
		{"TargetTracking-table/x-AlarmHigh-1", "ALARM", 3}, {"TargetTracking-service/app/none-AlarmHigh-1", "ALARM", 3},
		{"TargetTracking-service/app/unscaled-AlarmHigh-1", "ALARM", 3},
	} {
		if got := step(want.alarm, want.state); got != want.desired {
			t.Errorf("step %d: %d tasks, want %d", i, got, want.desired)
		}
	}
	if got := <-a.events; got != "aws.cloudwatch CloudWatch Alarm State Change map[value:ALARM]" {
		t.Errorf("EventBridge hears %q", got)
	}
	a.beside.fail["Scaling"] = errors.New("out of reach")
	step(high, "OK")
	a.beside.set(high, "ALARM")
	if a.Look(t.Context()) == nil {
		t.Error("nobody hears that scaling is out of reach")
	}
}

func TestWatch(t *testing.T) {
	a := newAccount(t, hasty)
	a.group()
	a.beside.set("gate", "ALARM")
	ctx, cancel := context.WithCancel(t.Context())
	over := make(chan struct{})
	go func() {
		a.Watch(ctx, time.Microsecond)
		close(over)
	}()
	if err := a.await(t.Context(), func() bool { return a.services[0].cloud.CodeDeploy.Alarms["gate"] }); err != nil {
		t.Error(err)
	}
	cancel()
	<-over
}

// A load balancer asks for health, and the probe for an answer: both are of the task, which has an address in its subnet.
func TestTasks(t *testing.T) {
	a := newAccount(t, hasty)
	a.group()
	listed := must[*ecs.ListTasksOutput](t)(a.ecs.ListTasks(t.Context(), &ecs.ListTasksInput{Cluster: new("app"), ServiceName: new("app"), Family: new("app")}))
	tasks := must[*ecs.DescribeTasksOutput](t)(a.ecs.DescribeTasks(t.Context(), &ecs.DescribeTasksInput{Cluster: new("app"), Tasks: append(listed.TaskArns, "none")}))
	zones, providers := map[string]int{}, map[string]int{}
	for _, task := range tasks.Tasks {
		zones[*task.AvailabilityZone]++
		providers[*task.CapacityProviderName]++
		address := *task.Containers[0].NetworkInterfaces[0].PrivateIpv4Address
		if healthy, there := a.Healthy(address); !healthy || !there || *task.LastStatus != "RUNNING" {
			t.Errorf("task at %s: healthy %v, %s", address, healthy, *task.LastStatus)
		}
	}
	if len(tasks.Failures) != 1 || zones["us-east-2a"] != 2 || zones["us-east-2b"] != 1 || providers["FARGATE"] != 2 || providers["FARGATE_SPOT"] != 1 {
		t.Errorf("zones %v, providers %v", zones, providers)
	}
	if _, there := a.Healthy("10.9.9.9"); there {
		t.Error("a task that is not there answers")
	}
	targets, ours := a.Targets("arn:blue")
	if !ours || len(targets) != 3 || targets[0].State != "healthy" || targets[0].Port != 8080 {
		t.Errorf("targets %+v", targets)
	}
	if green, ours := a.Targets("arn:green"); !ours || len(green) != 0 {
		t.Errorf("green %+v", green)
	}
	if _, ours := a.Targets("arn:other"); ours {
		t.Error("answers for the target group of somebody else")
	}
	for state, set := range map[string]*cloud.TaskSet{"initial": {}, "unhealthy": {Unhealthy: true}} {
		*a.services[0].cloud.ECS.Service().TaskSets[0] = cloud.TaskSet{ID: "1", TargetGroup: "arn:blue", Primary: true, Unhealthy: set.Unhealthy, Revision: a.revisions[0].model}
		if targets, _ := a.Targets("arn:blue"); targets[0].State != state || targets[0].Reason == "" {
			t.Errorf("target %+v, want %s", targets[0], state)
		}
	}
	stopped := must[*ecs.ListTasksOutput](t)(a.ecs.ListTasks(t.Context(), &ecs.ListTasksInput{Cluster: new("app"), DesiredStatus: types.DesiredStatusStopped}))
	if len(stopped.TaskArns) != 0 {
		t.Errorf("stopped %v", stopped.TaskArns)
	}
	_, err := a.ecs.ExecuteCommand(t.Context(), &ecs.ExecuteCommandInput{Command: new("sh"), Task: new("1"), Interactive: true})
	refused(t, err, "TargetNotConnectedException", "no processes")
	if address("10.0.0.0/30", 1) != "" || address("none", 1) != "" || address("10.0.0.0/24", 1) != "10.0.0.5" {
		t.Error("addresses")
	}
}
