package stacks

import (
	"fmt"
	"time"
)

// ReleaseBudget is how long a release may take by its configuration. A custom resource has an hour to answer
// (CloudFormation, ServiceTimeout: at most 3600 seconds); what is left of it is for starting, polling and stopping.
const ReleaseBudget = 55 * time.Minute

const (
	// greenStartAllowance is for pulling the image and for passing the first health checks.
	greenStartAllowance = 10 * time.Minute
	// hookAllowance is for each lifecycle hook: the app's own, and the one of LifecycleHookArn.
	hookAllowance = 5 * time.Minute
)

// ShiftKind is the manner of a TrafficShift.
type ShiftKind string

// The manners in which CodeDeploy moves an ECS service's traffic.
const (
	AllAtOnce ShiftKind = "AllAtOnce"
	Canary    ShiftKind = "Canary" // Percentage, an Interval, the rest
	Linear    ShiftKind = "Linear" // Percentage after Percentage, an Interval between two
)

// TrafficShift is how production traffic moves from blue to green.
type TrafficShift struct {
	Kind       ShiftKind
	Percentage int           // moved by the first step, and by each one if Linear
	Interval   time.Duration // between two steps
}

// Duration is from the first step to the last one.
func (s TrafficShift) Duration() time.Duration {
	switch s.Kind {
	case Canary:
		return s.Interval
	case Linear:
		return time.Duration(100/s.Percentage-1) * s.Interval
	default:
		return 0
	}
}

// predefinedShifts are CodeDeploy's own deployment configurations for ECS.
// Source: AWS CodeDeploy User Guide, "Deployment configurations on an Amazon ECS compute platform".
var predefinedShifts = []struct {
	name  string
	shift TrafficShift
}{
	{"CodeDeployDefault.ECSCanary10Percent5Minutes", TrafficShift{Canary, 10, 5 * time.Minute}},
	{"CodeDeployDefault.ECSCanary10Percent15Minutes", TrafficShift{Canary, 10, 15 * time.Minute}},
	{"CodeDeployDefault.ECSLinear10PercentEvery1Minutes", TrafficShift{Linear, 10, time.Minute}},
	{"CodeDeployDefault.ECSLinear10PercentEvery3Minutes", TrafficShift{Linear, 10, 3 * time.Minute}},
	{"CodeDeployDefault.ECSAllAtOnce", TrafficShift{AllAtOnce, 100, 0}},
}

func predefinedShiftNames() []string {
	var names []string
	for _, p := range predefinedShifts {
		names = append(names, p.name)
	}
	return names
}

// Shift is what DeploymentConfigName says, at the pace of BakeMinutes where that is set. With BakeMinutes the shift is
// none of CodeDeploy's own, and the deployment group needs a configuration made for it.
func (d DeploymentConfig) Shift() TrafficShift {
	var shift TrafficShift
	for _, p := range predefinedShifts {
		if p.name == d.DeploymentConfigName {
			shift = p.shift
		}
	}
	if d.BakeMinutes > 0 {
		shift.Interval = time.Duration(d.BakeMinutes) * time.Minute
	}
	return shift
}

// Timeline is how long a release takes, step by step, at most.
type Timeline struct {
	GreenStart      time.Duration // allowed for green's tasks to become healthy
	Hooks           time.Duration // allowed for lifecycle hooks
	Shift           time.Duration // from the first step of the traffic shift to the last one
	TerminationWait time.Duration // blue is kept
}

// Timeline is the release's, as configured.
func (d DeploymentConfig) Timeline() Timeline {
	hooks := hookAllowance
	if d.LifecycleHookArn != "" {
		hooks += hookAllowance
	}
	return Timeline{
		GreenStart:      greenStartAllowance,
		Hooks:           hooks,
		Shift:           d.Shift().Duration(),
		TerminationWait: time.Duration(d.TerminationWaitMinutes) * time.Minute,
	}
}

// Total is the whole release.
func (t Timeline) Total() time.Duration { return t.GreenStart + t.Hooks + t.Shift + t.TerminationWait }

func (t Timeline) String() string {
	return fmt.Sprintf("%d min start of green + %d min hooks + %d min traffic shift + %d min termination wait = %d min",
		minutes(t.GreenStart), minutes(t.Hooks), minutes(t.Shift), minutes(t.TerminationWait), minutes(t.Total()))
}

func minutes(d time.Duration) int { return int(d / time.Minute) }

func fitsBudget(c Config) string {
	timeline := c.Deployment.Timeline()
	over := timeline.Total() - ReleaseBudget
	if over <= 0 {
		return ""
	}
	return fmt.Sprintf("%v, which is %d min too long: shorten one of them", timeline, minutes(over))
}
