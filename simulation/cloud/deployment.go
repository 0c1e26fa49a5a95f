package cloud

import (
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/codedeploy/types"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// Deployment is one run of CodeDeploy.
type Deployment struct {
	ID          string
	Description string
	Status      types.DeploymentStatus
	Creator     types.DeploymentCreator

	deploy       *CodeDeploy
	spec         appSpec
	rollback     bool // when it fails, is stopped or an alarm fires
	ignoreAlarms bool
	shift        Shift
	events       []*lifecycleEvent // those that have begun

	created, listed, completed time.Time
	failure                    *types.ErrorInformation
	rolledBackBy               string
	rollsBack                  string

	blue, green *TaskSet
}

// Ended tells whether it is over: Succeeded, Failed or Stopped.
func (d *Deployment) Ended() bool { return !d.completed.IsZero() }

// RollsBack is the deployment that this one rolls back; nil when somebody created it.
func (d *Deployment) RollsBack() *Deployment { return d.deploy.deployments[d.rollsBack] }

// TaskDefinition is the ARN of the revision that it deploys.
func (d *Deployment) TaskDefinition() string { return d.spec.taskDefinition }

// Capacity is one item of a capacity provider strategy.
type Capacity = ecstypes.CapacityProviderStrategyItem

// Strategy is the AppSpec's; empty when it names none.
func (d *Deployment) Strategy() []Capacity { return d.spec.strategy }

// begin checks what CodeDeploy checks, and starts green.
func (d *Deployment) begin() {
	cloud, group := d.deploy.cloud, d.deploy.Group
	if d.Ended() {
		return
	}
	d.Status = types.DeploymentStatusInProgress
	d.reached(Started)
	if d.deploy.inAlarm() && !d.ignoreAlarms {
		d.alarmed()
		return
	}
	service, revision := cloud.ECS.service, cloud.ECS.revisions[d.spec.taskDefinition]
	switch {
	case service == nil || service.draining:
		d.fail("The ECS service cannot be found")
		return
	case revision == nil || revision.Status != ecstypes.TaskDefinitionStatusActive:
		d.fail("The ECS service cannot be updated due to the following error: TaskDefinition is inactive")
		return
	}
	primary := service.Primary()
	if weights, err := cloud.Traffic.Weights(group.Listener); err != nil || !forwards(weights, primary.TargetGroup) {
		d.fail("The ELB could not be updated due to the following error: Primary taskset target group must be behind listener " + group.Listener)
		return
	}
	d.blue = primary
	for _, left := range slices.Clone(service.TaskSets) {
		if left != d.blue {
			cloud.ECS.deleteTaskSet(left)
		}
	}
	d.route(Weight{d.blue.TargetGroup, 100})
	d.lifecycle(d.install, beforeInstall)
}

// install starts green.
func (d *Deployment) install() {
	cloud := d.deploy.cloud
	d.green = cloud.ECS.createTaskSet(cloud.ECS.revisions[d.spec.taskDefinition], d.other(), d.spec.strategy)
	d.green.whenHealthy(d.then(cloud.between(5*time.Second, time.Minute), d.installed))
	cloud.After(time.Hour, func() {
		if !d.Ended() && !d.green.Healthy {
			d.fail("The deployment timed out while waiting for the replacement task set to become healthy. This time out period is 60 minutes")
		}
	})
}

// then returns a function that goes on after a while, unless the deployment has ended.
func (d *Deployment) then(wait time.Duration, next func()) func() {
	return func() {
		d.deploy.cloud.After(wait, func() {
			switch {
			case d.Ended():
			case d.deploy.cloud.ECS.service == nil:
				d.fail("The ECS service cannot be found")
			default:
				next()
			}
		})
	}
}

// installed has test traffic, and then the rest, ask green.
func (d *Deployment) installed() {
	d.testRoute(d.green)
	d.lifecycle(func() { d.allowTraffic(d.shift.CanaryPercent) }, afterInstall, afterAllowTestTraffic, beforeAllowTraffic)
}

// allowTraffic gives green a part, and later more.
func (d *Deployment) allowTraffic(percent int32) {
	if percent <= 0 || percent >= 100 {
		d.allow()
		return
	}
	d.route(Weight{d.blue.TargetGroup, 100 - percent}, Weight{d.green.TargetGroup, percent})
	d.reached(Canary)
	next := int32(100)
	if d.shift.Linear {
		next = percent + d.shift.CanaryPercent
	}
	d.then(d.shift.CanaryWait, func() { d.allowTraffic(next) })()
}

// allow gives green everything; blue waits for its termination, so that there is a way back.
func (d *Deployment) allow() {
	d.route(Weight{d.green.TargetGroup, 100})
	d.deploy.cloud.ECS.setPrimary(d.green)
	d.reached(Shifted)
	d.lifecycle(func() {
		d.then(d.deploy.Group.TerminationWait, func() {
			d.deploy.cloud.ECS.deleteTaskSet(d.blue)
			d.finish(types.DeploymentStatusSucceeded, nil)
		})()
	}, afterAllowTraffic)
}

func (d *Deployment) route(weights ...Weight) {
	cloud := d.deploy.cloud
	if err := cloud.Traffic.Route(d.deploy.Group.Listener, weights...); err == nil {
		cloud.Log("codedeploy", "%s: the listener forwards to %s", d.ID, logged{weights})
	}
}

// testRoute lets test traffic, if the group has a listener for it, go to a task set.
func (d *Deployment) testRoute(set *TaskSet) {
	if listener := d.deploy.Group.TestListener; listener != "" {
		if err := d.deploy.cloud.Traffic.Route(listener, Weight{set.TargetGroup, 100}); err != nil {
			d.deploy.cloud.Log("codedeploy", "%s: test traffic: %v", d.ID, err)
		}
	}
}

func (d *Deployment) other() string {
	groups := d.deploy.Group.TargetGroups
	if d.blue.TargetGroup == groups[0] {
		return groups[1]
	}
	return groups[0]
}

func (d *Deployment) fail(message string) {
	d.end(types.DeploymentStatusFailed, types.ErrorCodeEcsUpdateError, message, d.rollback)
}

func (d *Deployment) alarmed() {
	d.end(types.DeploymentStatusStopped, types.ErrorCodeAlarmActive, "One or more alarms have been activated according to the Amazon CloudWatch metrics you selected", d.rollback)
}

func (d *Deployment) end(status types.DeploymentStatus, code types.ErrorCode, message string, rollback bool) {
	if d.Ended() {
		return
	}
	d.finish(status, &types.ErrorInformation{Code: code, Message: &message})
	if rollback && d.Creator != types.DeploymentCreatorCodeDeployRollback {
		d.rollBack()
	}
}

func (d *Deployment) finish(status types.DeploymentStatus, failure *types.ErrorInformation) {
	d.Status, d.failure, d.completed = status, failure, d.deploy.cloud.Now()
	reason := ""
	if failure != nil {
		reason = fmt.Sprintf("%s, %s", failure.Code, *failure.Message)
	}
	d.deploy.cloud.Log("codedeploy", "%s is %s %s", d.ID, status, reason)
	d.reached(Ended)
}

func (d *Deployment) reached(moment Moment) {
	if d.deploy.Reached != nil {
		d.deploy.Reached(d, moment)
	}
}

// rollBack starts the deployment that CodeDeploy creates by itself.
func (d *Deployment) rollBack() {
	back := d.deploy.newDeployment(types.DeploymentCreatorCodeDeployRollback)
	d.rolledBackBy, back.rollsBack = back.ID, d.ID
	back.blue, back.green, back.spec = d.blue, d.green, d.spec
	if d.blue != nil {
		back.spec.taskDefinition = d.blue.Revision.Arn
	}
	cloud := d.deploy.cloud
	cloud.Log("codedeploy", "%s rolls %s back", back.ID, d.ID)
	back.Status, back.ignoreAlarms = types.DeploymentStatusInProgress, true
	back.then(cloud.between(5*time.Second, 2*time.Minute), func() {
		if back.blue != nil {
			back.route(Weight{back.blue.TargetGroup, 100})
			back.testRoute(back.blue)
			cloud.ECS.setPrimary(back.blue)
			cloud.ECS.deleteTaskSet(back.green)
		}
		back.finish(types.DeploymentStatusSucceeded, nil)
	})()
}
