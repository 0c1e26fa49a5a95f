package cloud

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/codedeploy"
	"github.com/aws/aws-sdk-go-v2/service/codedeploy/types"
)

// CodeDeploy holds one deployment group for an ECS service.
type CodeDeploy struct {
	cloud *Cloud
	Group Group
	// Alarms are the group's, by name: true is ALARM.
	Alarms map[string]bool
	// Observe is told of every deployment that starts.
	Observe func(*Deployment)
	// Reached is told how far deployments get; nil: nobody asked for it.
	Reached func(*Deployment, Moment)
	// Invoke calls the function of a lifecycle event, which answers by PutLifecycleEventHookExecutionStatus; nil: it
	// answers at once what the image is known for.
	Invoke func(d *Deployment, function, execution string)
	// HookTimeout is how long the functions that Invoke calls may take, at any speed; 0: an hour.
	HookTimeout time.Duration
	// Shifts are the deployment configurations by name; nil: the group's own, and those that end in AllAtOnce.
	Shifts func(config string) (Shift, error)
	// Refused is told of every deployment that is refused because another is in flight.
	Refused func(busy *Deployment)

	deployments map[string]*Deployment
	order       []*Deployment
}

// Group is how the deployment group deploys.
type Group struct {
	Listener        string
	TestListener    string // "": none
	TargetGroups    [2]string
	Shift                         // unless the deployment has its own
	TerminationWait time.Duration // how long the old task set is kept after the shift
	Rollback        bool          // on failure, on stop and on alarm
}

// Shift is how traffic moves.
type Shift struct {
	CanaryPercent int32         // 0: all at once
	CanaryWait    time.Duration // between the canary and the rest
	Linear        bool          // the rest in steps like the canary
}

// Moment is something that a deployment gets to.
type Moment string

// The moments of a deployment, of which one may leave out all but the last.
const (
	Started Moment = "started"
	Canary  Moment = "canary"
	Shifted Moment = "shifted"
	Ended   Moment = "ended"
)

// InFlight is the deployment that the group is busy with, nil when there is none.
func (c *CodeDeploy) InFlight() *Deployment {
	for _, d := range slices.Backward(c.order) {
		if !d.Ended() {
			return d
		}
	}
	return nil
}

// CreateDeployment refuses while another of the group is in flight.
func (c *CodeDeploy) CreateDeployment(ctx context.Context, in *codedeploy.CreateDeploymentInput, _ ...func(*codedeploy.Options)) (*codedeploy.CreateDeploymentOutput, error) {
	return call(ctx, "codedeploy:CreateDeployment", func() (*codedeploy.CreateDeploymentOutput, error) {
		if busy := c.InFlight(); busy != nil {
			if c.Refused != nil {
				c.Refused(busy)
			}
			return nil, &types.DeploymentLimitExceededException{Message: new("The Deployment Group already has an active Deployment '" + busy.ID + "'")}
		}
		spec, err := parseAppSpec(in.Revision)
		if err != nil {
			return nil, err
		}
		shift, err := c.shiftOf(deref(in.DeploymentConfigName))
		if err != nil {
			return nil, err
		}
		d := c.newDeployment(types.DeploymentCreatorUser)
		d.spec, d.Description, d.rollback = spec, deref(in.Description), c.Group.Rollback
		if in.AutoRollbackConfiguration != nil {
			d.rollback = in.AutoRollbackConfiguration.Enabled
		}
		d.ignoreAlarms = in.OverrideAlarmConfiguration != nil && !in.OverrideAlarmConfiguration.Enabled
		d.shift = shift
		c.cloud.Log("codedeploy", "%s is created: %s (%s)", d.ID, spec.taskDefinition, d.Description)
		if c.Observe != nil {
			c.Observe(d)
		}
		c.cloud.After(c.cloud.between(2*time.Second, 20*time.Second), d.begin)
		return &codedeploy.CreateDeploymentOutput{DeploymentId: &d.ID}, nil
	})
}

func (c *CodeDeploy) shiftOf(config string) (Shift, error) {
	switch {
	case config != "" && c.Shifts != nil:
		return c.Shifts(config)
	case strings.HasSuffix(config, "AllAtOnce"):
		return Shift{}, nil
	}
	return c.Group.Shift, nil
}

func (c *CodeDeploy) newDeployment(creator types.DeploymentCreator) *Deployment {
	lag := time.Duration(max(0, c.cloud.Chance.IntN(8)-4)) * time.Second
	d := &Deployment{
		ID: c.cloud.id("d-"), Status: types.DeploymentStatusCreated, Creator: creator,
		created: c.cloud.Now(), listed: c.cloud.Now().Add(lag), deploy: c,
	}
	c.deployments[d.ID] = d
	c.order = append(c.order, d)
	return d
}

// StopDeployment stops soon, and rolls back when it is told to or, told nothing, when the group does so on stop.
func (c *CodeDeploy) StopDeployment(ctx context.Context, in *codedeploy.StopDeploymentInput, _ ...func(*codedeploy.Options)) (*codedeploy.StopDeploymentOutput, error) {
	return call(ctx, "codedeploy:StopDeployment", func() (*codedeploy.StopDeploymentOutput, error) {
		d := c.deployments[*in.DeploymentId]
		if d == nil {
			return nil, &types.DeploymentDoesNotExistException{}
		}
		if d.Ended() {
			return nil, &types.DeploymentAlreadyCompletedException{}
		}
		rollback := d.rollback
		if in.AutoRollbackEnabled != nil {
			rollback = *in.AutoRollbackEnabled
		}
		c.cloud.Log("codedeploy", "%s is asked to stop (rollback %v)", d.ID, rollback)
		c.cloud.After(c.cloud.between(time.Second, 10*time.Second), func() {
			d.end(types.DeploymentStatusStopped, types.ErrorCodeManualStop, "The deployment was stopped by a user", rollback)
		})
		return &codedeploy.StopDeploymentOutput{Status: types.StopStatusPending}, nil
	})
}

// PutLifecycleEventHookExecutionStatus is how the function of a lifecycle event answers.
func (c *CodeDeploy) PutLifecycleEventHookExecutionStatus(ctx context.Context, in *codedeploy.PutLifecycleEventHookExecutionStatusInput, _ ...func(*codedeploy.Options)) (*codedeploy.PutLifecycleEventHookExecutionStatusOutput, error) {
	return call(ctx, "codedeploy:PutLifecycleEventHookExecutionStatus", func() (*codedeploy.PutLifecycleEventHookExecutionStatusOutput, error) {
		d := c.deployments[deref(in.DeploymentId)]
		if d == nil {
			return nil, &types.DeploymentDoesNotExistException{}
		}
		return &codedeploy.PutLifecycleEventHookExecutionStatusOutput{LifecycleEventHookExecutionId: in.LifecycleEventHookExecutionId},
			d.answered(deref(in.LifecycleEventHookExecutionId), in.Status)
	})
}

// Alarm changes an alarm; one that goes to ALARM stops the deployment in flight.
func (c *CodeDeploy) Alarm(name string, alarm bool) {
	c.Alarms[name] = alarm
	c.cloud.Log("cloudwatch", "alarm %s: %v", name, alarm)
	if d := c.InFlight(); alarm && d != nil && d.Status == types.DeploymentStatusInProgress && !d.ignoreAlarms {
		d.alarmed()
	}
}

func (c *CodeDeploy) inAlarm() bool {
	for _, alarm := range c.Alarms {
		if alarm {
			return true
		}
	}
	return false
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
