package services

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	cdtypes "github.com/aws/aws-sdk-go-v2/service/codedeploy/types"
)

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
