package services

import (
	"context"
	"strings"
	"time"

	"payment-processor/simulation/cloud"

	"github.com/aws/aws-sdk-go-v2/service/codedeploy"
	"github.com/aws/aws-sdk-go-v2/service/codedeploy/types"
)

// alarming is an alarm's state that stops deployments.
const alarming = "ALARM"

// hookTimeout is a little more than this repository's hook takes; AWS would wait for an hour.
const hookTimeout = 6 * time.Minute

// listen has the deployments of a group call real functions, reach EventBridge, and meet the faults of a rehearsal.
func (m *Model) listen(group *deploymentGroup) {
	deploy := group.service.cloud.CodeDeploy
	deploy.Shifts = func(name string) (cloud.Shift, error) {
		config, err := m.config(name)
		if err != nil {
			return cloud.Shift{}, err
		}
		return config.shift(), nil
	}
	deploy.HookTimeout = hookTimeout
	deploy.Invoke = func(d *cloud.Deployment, function, execution string) { m.hook(deploy, d.ID, function, execution) }
	deploy.Reached = func(d *cloud.Deployment, moment cloud.Moment) {
		m.sound(group, moment)
		m.announce(group, d, moment)
	}
}

// hook calls the function of a lifecycle event. One that cannot be called has failed, as CodeDeploy has it.
func (m *Model) hook(deploy *cloud.CodeDeploy, deployment, function, execution string) {
	failed := m.faults.Hook
	m.faults.Hook = false
	go func() {
		ctx := context.Background()
		if !failed {
			failed = m.options.Neighbours.Invoke(ctx, function, map[string]string{
				"DeploymentId": deployment, "LifecycleEventHookExecutionId": execution,
			}) != nil
		}
		if failed {
			defer m.enter()()
			_, _ = deploy.PutLifecycleEventHookExecutionStatus(ctx, &codedeploy.PutLifecycleEventHookExecutionStatusInput{
				DeploymentId: &deployment, LifecycleEventHookExecutionId: &execution, Status: types.LifecycleEventStatusFailed,
			}) // a deployment that has ended meanwhile needs no answer
		}
	}()
}

// sound lets the alarm of a rehearsal fire. It is taken back when the deployment has ended, as an alarm is whose tasks
// have gone.
func (m *Model) sound(group *deploymentGroup, moment cloud.Moment) {
	names := group.alarms()
	if m.faults.Alarm != "" {
		names = []string{m.faults.Alarm}
	}
	if moment != m.faults.At || len(names) == 0 {
		return
	}
	m.faults.At, m.faults.Alarm = "", ""
	go func() {
		ctx := context.Background()
		if m.options.Neighbours.SetAlarm(ctx, names[0], alarming, "a rehearsal") != nil || m.Look(ctx) != nil {
			return
		}
		_ = m.await(ctx, func() bool { return group.service.cloud.CodeDeploy.InFlight() == nil })
		_ = m.options.Neighbours.SetAlarm(ctx, names[0], "OK", "the rehearsal is over")
	}()
}

// states are what EventBridge calls a deployment's.
//
// https://docs.aws.amazon.com/codedeploy/latest/userguide/monitoring-cloudwatch-events.html
var states = map[types.DeploymentStatus]string{
	types.DeploymentStatusInProgress: "START", types.DeploymentStatusSucceeded: "SUCCESS",
	types.DeploymentStatusFailed: "FAILURE", types.DeploymentStatusStopped: "STOP",
}

func (m *Model) announce(group *deploymentGroup, d *cloud.Deployment, moment cloud.Moment) {
	if moment != cloud.Started && moment != cloud.Ended {
		return
	}
	application, name := *group.info.ApplicationName, *group.info.DeploymentGroupName
	detail := map[string]any{
		"region": m.options.Region, "deploymentId": d.ID, "instanceGroupId": *group.info.DeploymentGroupId,
		"application": application, "deploymentGroup": name, "state": states[d.Status],
	}
	arns := []string{m.arn("codedeploy", "application:"+application), m.arn("codedeploy", "deploymentgroup:"+application+"/"+name)}
	m.options.Emit("aws.codedeploy", "CodeDeploy Deployment State-change Notification", arns, detail)
}

// Watch looks at the alarms every interval, until the context ends.
func (m *Model) Watch(ctx context.Context, interval time.Duration) {
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			_ = m.Look(ctx) // it looks again soon
		}
	}
}

// Look takes notice of the alarms' states: deployments stop, services scale, and EventBridge hears of a change.
func (m *Model) Look(ctx context.Context) error {
	now, err := m.options.Neighbours.Alarms(ctx)
	if err != nil {
		return err
	}
	for name, state := range m.noticed(now) {
		m.options.Emit("aws.cloudwatch", "CloudWatch Alarm State Change", []string{m.arn("cloudwatch", "alarm:"+name)}, map[string]any{
			"alarmName": name, "state": map[string]any{"value": state[1]}, "previousState": map[string]any{"value": state[0]},
		})
		if state[1] != alarming {
			continue
		}
		if err := m.respond(ctx, name); err != nil {
			return err
		}
	}
	return nil
}

// noticed remembers the states and returns those that differ from before: from, to.
func (m *Model) noticed(now map[string]string) map[string][2]string {
	defer m.enter()()
	changes := map[string][2]string{}
	for name, state := range now {
		if before, known := m.alarms[name]; known && before != state {
			changes[name] = [2]string{before, state}
		}
	}
	m.alarms = now
	for _, s := range m.services {
		if s.group == nil {
			continue
		}
		for _, name := range s.group.alarms() {
			if in := now[name] == alarming; s.cloud.CodeDeploy.Alarms[name] != in {
				s.cloud.CodeDeploy.Alarm(name, in)
			}
		}
	}
	return changes
}

// respond scales by a task what a target tracking alarm is about. Application Auto Scaling names its alarms
// TargetTracking-{resource}-AlarmHigh-{id}, and AlarmLow.
func (m *Model) respond(ctx context.Context, alarm string) error {
	resource, tracked := strings.CutPrefix(alarm, "TargetTracking-")
	resource, step := before(resource, "-AlarmHigh-"), int32(1)
	if strings.Contains(alarm, "-AlarmLow-") {
		resource, step = before(resource, "-AlarmLow-"), -1
	}
	parts := strings.Split(resource, "/")
	if !tracked || len(parts) != 3 {
		return nil
	}
	limits, err := m.options.Neighbours.Scaling(ctx, resource)
	if err != nil || limits.Max == 0 {
		return err
	}
	defer m.enter()()
	if s, err := m.activeService(&parts[1], &parts[2]); err == nil {
		s.scale(min(max(s.desired+step, limits.Min), limits.Max))
	}
	return nil
}

func before(text, mark string) string {
	head, _, _ := strings.Cut(text, mark)
	return head
}
