package cloud

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/codedeploy"
	"github.com/aws/aws-sdk-go-v2/service/codedeploy/types"
)

func (c *Cloud) deploy(revision int, edit ...func(*codedeploy.CreateDeploymentInput)) *Deployment {
	in := &codedeploy.CreateDeploymentInput{Revision: &types.RevisionLocation{AppSpecContent: &types.AppSpecContent{
		Content: new(`{"Resources":[{"TargetService":{"Properties":{"TaskDefinition":"` + c.ECS.order[revision-1].Arn + `"}}}],"Hooks":[{"BeforeAllowTraffic":"hook"}]}`),
	}}}
	for _, e := range edit {
		e(in)
	}
	if _, err := c.CodeDeploy.CreateDeployment(ctx, in); err != nil {
		return nil
	}
	return c.CodeDeploy.order[len(c.CodeDeploy.order)-1]
}

// The AppSpec names no strategy here, so Spot is lost: the trap that the release has to avoid.
func TestADeploymentGoesThrough(t *testing.T) {
	c := newAccount()
	c.CodeDeploy.Group.CanaryPercent, c.CodeDeploy.Group.CanaryWait = 10, 5*time.Minute
	d := c.deploy(1)
	if c.deploy(1) != nil {
		t.Error("two deployments in flight")
	}
	if got, _ := c.CodeDeploy.GetDeployment(ctx, &codedeploy.GetDeploymentInput{DeploymentId: &d.ID}); got.DeploymentInfo.CompleteTime != nil {
		t.Errorf("complete at %v", got.DeploymentInfo.CompleteTime)
	}
	c.Advance(time.Hour)
	live := c.ECS.Service().Primary()
	if d.Status != types.DeploymentStatusSucceeded || live.TargetGroup != "green" || len(live.Strategy) != 0 || c.CodeDeploy.Listed() != nil {
		t.Errorf("%s, live %+v", d.Status, live)
	}
	group, _ := c.CodeDeploy.GetDeploymentGroup(ctx, &codedeploy.GetDeploymentGroupInput{})
	if got := group.DeploymentGroupInfo.LoadBalancerInfo.TargetGroupPairInfoList[0]; len(got.TargetGroups) != 2 {
		t.Errorf("group %+v", got)
	}
	if _, err := c.CodeDeploy.StopDeployment(ctx, &codedeploy.StopDeploymentInput{DeploymentId: &d.ID}); err == nil {
		t.Error("stopped what had ended")
	}
}

func TestWhatFailsADeployment(t *testing.T) {
	for name, prepare := range map[string]func(*Cloud){
		"a revision that is INACTIVE":   func(c *Cloud) { c.ECS.Retire(c.ECS.order[0].Arn) },
		"a listener that is elsewhere":  func(c *Cloud) { c.ELB.CreateListener("listener", "green") },
		"a service that is being ended": func(c *Cloud) { c.ECS.service.draining = true },
		"tasks that do not get healthy": func(c *Cloud) { c.ECR.Image("sha256:1").Broken = true },
		"a hook that fails":             func(c *Cloud) { c.ECR.Image("sha256:1").Refused = true },
		"an alarm":                      func(c *Cloud) { c.CodeDeploy.Alarm("gate", true) },
	} {
		c := newAccount()
		prepare(c)
		d := c.deploy(1)
		c.Advance(3 * time.Hour)
		if d.failure == nil || d.rolledBackBy == "" {
			t.Errorf("%s: %s, rolled back by %q", name, d.Status, d.rolledBackBy)
		}
		target, err := c.CodeDeploy.GetDeploymentTarget(ctx, &codedeploy.GetDeploymentTargetInput{DeploymentId: &d.ID})
		if err != nil || target.DeploymentTarget.EcsTarget == nil {
			t.Errorf("%s: %+v, %v", name, target, err)
		}
		if primary := c.ECS.service.Primary(); primary.TargetGroup != "blue" {
			t.Errorf("%s: live is %+v", name, primary)
		}
	}
}

func TestTheServiceGoesAway(t *testing.T) {
	c := newAccount()
	c.CodeDeploy.Group.TerminationWait = 30 * time.Minute
	d := c.deploy(1)
	c.Advance(5 * time.Minute)
	c.ECS.DeleteService(func() {})
	c.Advance(time.Hour)
	if d.Status != types.DeploymentStatusFailed || c.CodeDeploy.InFlight() != nil {
		t.Errorf("status %s", d.Status)
	}
}

// Somebody who stops without a rollback leaves both task sets and divided traffic; the next deployment tidies up.
func TestStoppedHalfWay(t *testing.T) {
	c := newAccount()
	c.CodeDeploy.Group.CanaryPercent, c.CodeDeploy.Group.CanaryWait = 10, time.Hour
	d := c.deploy(1, func(in *codedeploy.CreateDeploymentInput) {
		in.AutoRollbackConfiguration = &types.AutoRollbackConfiguration{Enabled: false}
	})
	c.Advance(15 * time.Minute)
	_, _ = c.CodeDeploy.StopDeployment(ctx, &codedeploy.StopDeploymentInput{DeploymentId: &d.ID})
	c.Advance(time.Minute)
	if len(c.ECS.service.TaskSets) != 2 || c.ELB.Listener("listener").Only() != "" {
		t.Errorf("%d task sets", len(c.ECS.service.TaskSets))
	}
	c.deploy(2)
	c.Advance(3 * time.Hour)
	if len(c.ECS.service.TaskSets) != 1 {
		t.Errorf("%d task sets", len(c.ECS.service.TaskSets))
	}
	stopped := c.deploy(1)
	_, _ = c.CodeDeploy.StopDeployment(ctx, &codedeploy.StopDeploymentInput{DeploymentId: &stopped.ID})
	_, _ = c.CodeDeploy.StopDeployment(ctx, &codedeploy.StopDeploymentInput{DeploymentId: &stopped.ID})
	c.Advance(time.Second)
	for c.Step() { // whatever is due of a deployment that has ended does nothing
	}
	if stopped.Status != types.DeploymentStatusStopped {
		t.Errorf("status %s", stopped.Status)
	}
}
