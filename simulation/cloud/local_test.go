package cloud

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/codedeploy"
	"github.com/aws/aws-sdk-go-v2/service/codedeploy/types"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// localaws moves the clock as the wall's goes, and cannot wait for minutes.
func TestAClockInAHurry(t *testing.T) {
	c := NewClock(time.Unix(0, 0))
	if _, due := c.Next(); due {
		t.Error("something is due already")
	}
	c.Speed = 60
	c.After(time.Hour, func() {})
	if at, due := c.Next(); !due || at != time.Unix(60, 0) {
		t.Errorf("due at %v, want in a minute", at)
	}
}

// hooked is an account whose hooks are real functions: it notes who is called with what.
func hooked(t *testing.T) (c *Cloud, executions *[]string) {
	t.Helper()
	c, executions = newAccount(), new([]string)
	c.CodeDeploy.Invoke = func(_ *Deployment, function, execution string) {
		if function != "hook" {
			t.Errorf("called %s", function)
		}
		*executions = append(*executions, execution)
	}
	return c, executions
}

func (c *Cloud) answer(d *Deployment, execution string, status types.LifecycleEventStatus) error {
	_, err := c.CodeDeploy.PutLifecycleEventHookExecutionStatus(ctx, &codedeploy.PutLifecycleEventHookExecutionStatusInput{
		DeploymentId: &d.ID, LifecycleEventHookExecutionId: &execution, Status: status,
	})
	return err
}

func TestAHookDecides(t *testing.T) {
	c, executions := hooked(t)
	d := c.deploy(1)
	c.Advance(30 * time.Minute)
	if len(*executions) != 1 || d.Ended() || c.ECS.Service().Primary().TargetGroup != "blue" {
		t.Fatalf("called %v, status %s: want green to wait for the answer", *executions, d.Status)
	}
	execution := (*executions)[0]
	refused(t, "the answer of another", "InvalidLifecycleEventHookExecutionIdException", c.answer(d, "another", types.LifecycleEventStatusSucceeded))
	refused(t, "another deployment's", "DeploymentDoesNotExistException", c.answer(&Deployment{ID: "another"}, execution, types.LifecycleEventStatusSucceeded))
	if err := c.answer(d, execution, types.LifecycleEventStatusSucceeded); err != nil {
		t.Error(err)
	}
	refused(t, "a second answer", "LifecycleEventAlreadyCompletedException", c.answer(d, execution, types.LifecycleEventStatusFailed))
	c.Advance(2 * time.Hour)
	if d.Status != types.DeploymentStatusSucceeded {
		t.Errorf("status %s", d.Status)
	}
}

func TestAHookThatSaysNothing(t *testing.T) {
	c, executions := hooked(t)
	d := c.deploy(1)
	c.Advance(2 * time.Hour)
	if d.Status != types.DeploymentStatusFailed || !strings.Contains(*d.failure.Message, "BeforeAllowTraffic") {
		t.Errorf("status %s", d.Status)
	}
	refused(t, "an answer that comes late", "LifecycleEventAlreadyCompletedException", c.answer(d, (*executions)[0], types.LifecycleEventStatusSucceeded))

	c, executions = hooked(t)
	d = c.deploy(1)
	c.Advance(30 * time.Minute)
	d.fail("stopped")
	refused(t, "an answer to nobody", "DeploymentAlreadyCompletedException", c.answer(d, (*executions)[0], types.LifecycleEventStatusSucceeded))

	c, executions = hooked(t)
	d = c.deploy(1)
	c.Advance(30 * time.Minute)
	c.ECS.service = nil
	if err := c.answer(d, (*executions)[0], types.LifecycleEventStatusSucceeded); err != nil || d.Status != types.DeploymentStatusFailed {
		t.Errorf("status %s without a service, %v", d.Status, err)
	}
}

// Half of the traffic after the first step, and three quarters never: a step below a hundred, then the rest.
func TestTrafficMovesInSteps(t *testing.T) {
	c := newAccount()
	c.ELB.CreateListener("test", "blue")
	c.CodeDeploy.Group.TestListener = "test"
	var moments []Moment
	c.CodeDeploy.Reached = func(_ *Deployment, m Moment) { moments = append(moments, m) }
	c.CodeDeploy.Shifts = func(config string) (Shift, error) {
		if config != "linear" {
			return Shift{}, &types.DeploymentConfigDoesNotExistException{}
		}
		return Shift{CanaryPercent: 40, CanaryWait: 5 * time.Minute, Linear: true}, nil
	}
	if c.deploy(1, func(in *codedeploy.CreateDeploymentInput) { in.DeploymentConfigName = new("none") }) != nil {
		t.Error("deployed with a configuration that is not there")
	}
	c.deploy(1, func(in *codedeploy.CreateDeploymentInput) { in.DeploymentConfigName = new("linear") })
	c.Advance(3 * time.Hour)
	want := []Moment{Started, Canary, Canary, Shifted, Ended}
	if len(moments) != len(want) || c.ELB.Listener("test").Only() != "green" {
		t.Errorf("moments %v, want %v; test traffic to %s", moments, want, c.ELB.Listener("test").Only())
	}
	for i := range want {
		if moments[i] != want[i] {
			t.Errorf("moments %v, want %v", moments, want)
		}
	}
	c.ELB.DeleteListener("test")
	if d := c.deploy(1); d == nil {
		t.Error("no deployment")
	}
	c.Advance(3 * time.Hour)
	if got := c.ECS.Service().Primary().TargetGroup; got != "blue" {
		t.Errorf("live is %s: a test listener that is gone must not stop a release", got)
	}
}

type noTraffic struct{}

func (noTraffic) Weights(string) ([]Weight, error) { return nil, errors.New("no") }
func (noTraffic) Route(string, ...Weight) error    { return errors.New("no") }

func TestAListenerOfSomebodyElse(t *testing.T) {
	c := newAccount()
	if _, err := c.ELB.Weights("none"); err == nil {
		t.Error("weights of no listener")
	}
	c.Traffic = noTraffic{}
	c.Identify = func(prefix string) string { return prefix + "ABC" }
	d := c.deploy(1)
	c.Advance(time.Hour)
	if d.Status != types.DeploymentStatusFailed || d.ID != "d-ABC" {
		t.Errorf("%s is %s", d.ID, d.Status)
	}
}

func TestECSItselfDeploys(t *testing.T) {
	c := newAccount()
	old := c.ECS.Service().Primary()
	c.ECS.Healthy = func(r *Revision) bool { return r.Arn == "ours" }
	ours := &Revision{Arn: "ours", Family: "app", Status: ecstypes.TaskDefinitionStatusActive}
	c.ECS.Adopt(ours)
	c.ECS.Adopt(ours)
	stable := false
	c.ECS.Roll(c.ECS.order[0], func() { t.Error("stable without healthy tasks") })
	c.Advance(time.Hour)
	if c.ECS.Service().Primary() != old || !c.ECS.Service().TaskSets[1].Unhealthy {
		t.Error("the old tasks must stay until the new ones are healthy")
	}
	c.ECS.Roll(ours, func() { stable = true })
	c.Advance(time.Hour)
	if live := c.ECS.Service().TaskSets; !stable || len(live) != 1 || live[0].Revision != ours || !live[0].Primary {
		t.Errorf("stable %v, task sets %+v", stable, live)
	}
	c = newAccount()
	c.ECS.DeleteService(func() {})
	c.Advance(time.Hour)
	c.ECS.CreateService("app", c.ECS.order[0].Arn, "blue", 1, nil, func() {})
	if got := c.ECS.Service().Primary().Revision; got != c.ECS.order[0] {
		t.Errorf("runs %s, want the revision that was named", got.Arn)
	}
}
