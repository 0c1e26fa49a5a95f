package stacks

import (
	"testing"
	"time"
)

// The deployment group is made from this, and the custom resource's patience depends on it.
func TestShiftAndTimeline(t *testing.T) {
	for _, c := range []struct {
		config   DeploymentConfig
		shift    TrafficShift
		duration time.Duration
		text     string
	}{
		{
			DeploymentConfig{DeploymentConfigName: "CodeDeployDefault.ECSCanary10Percent5Minutes", TerminationWaitMinutes: 5},
			TrafficShift{Canary, 10, 5 * time.Minute}, 5 * time.Minute,
			"10 min start of green + 5 min hooks + 5 min traffic shift + 5 min termination wait = 25 min",
		},
		{
			DeploymentConfig{DeploymentConfigName: "CodeDeployDefault.ECSCanary10Percent15Minutes", LifecycleHookArn: testHook},
			TrafficShift{Canary, 10, 15 * time.Minute}, 15 * time.Minute,
			"10 min start of green + 10 min hooks + 15 min traffic shift + 0 min termination wait = 35 min",
		},
		{
			DeploymentConfig{DeploymentConfigName: "CodeDeployDefault.ECSLinear10PercentEvery1Minutes", TerminationWaitMinutes: 31},
			TrafficShift{Linear, 10, time.Minute}, 9 * time.Minute,
			"10 min start of green + 5 min hooks + 9 min traffic shift + 31 min termination wait = 55 min",
		},
		{
			DeploymentConfig{DeploymentConfigName: "CodeDeployDefault.ECSLinear10PercentEvery3Minutes"},
			TrafficShift{Linear, 10, 3 * time.Minute}, 27 * time.Minute,
			"10 min start of green + 5 min hooks + 27 min traffic shift + 0 min termination wait = 42 min",
		},
		{
			DeploymentConfig{DeploymentConfigName: "CodeDeployDefault.ECSLinear10PercentEvery3Minutes", BakeMinutes: 2},
			TrafficShift{Linear, 10, 2 * time.Minute}, 18 * time.Minute,
			"10 min start of green + 5 min hooks + 18 min traffic shift + 0 min termination wait = 33 min",
		},
		{
			DeploymentConfig{DeploymentConfigName: "CodeDeployDefault.ECSCanary10Percent5Minutes", BakeMinutes: 1},
			TrafficShift{Canary, 10, time.Minute}, time.Minute,
			"10 min start of green + 5 min hooks + 1 min traffic shift + 0 min termination wait = 16 min",
		},
		{
			DeploymentConfig{DeploymentConfigName: "CodeDeployDefault.ECSAllAtOnce", TerminationWaitMinutes: 1},
			TrafficShift{AllAtOnce, 100, 0}, 0,
			"10 min start of green + 5 min hooks + 0 min traffic shift + 1 min termination wait = 16 min",
		},
	} {
		if got := c.config.Shift(); got != c.shift {
			t.Errorf("%+v shifts %+v, want %+v", c.config, got, c.shift)
		}
		if got := c.config.Shift().Duration(); got != c.duration {
			t.Errorf("%+v shifts for %v, want %v", c.config, got, c.duration)
		}
		if got := c.config.Timeline().String(); got != c.text {
			t.Errorf("%+v takes %s, want %s", c.config, got, c.text)
		}
	}
}

func TestTimelineTotal(t *testing.T) {
	if got := (Timeline{1, 20, 300, 4000}).Total(); got != 4321 {
		t.Errorf("total %d, want 4321", got)
	}
	if ReleaseBudget >= time.Hour {
		t.Errorf("the budget of %v leaves nothing of CloudFormation's hour", ReleaseBudget)
	}
}
