package rehearsal

import (
	"context"
	"errors"
	"fmt"
)

// The states in which a stack is left.
const (
	updated    = "UPDATE_COMPLETE"
	rolledBack = "UPDATE_ROLLBACK_COMPLETE"
)

// Scenarios are those that make local-rehearse plays.
func Scenarios() []Scenario {
	return []Scenario{
		{
			Name: "a release goes well", Injected: "nothing", State: updated, Moves: true,
			play: release,
		},
		{
			Name: "a release fails on an alarm", Injected: "a gate alarm fires while green has a tenth of the traffic", State: rolledBack,
			play: func(ctx context.Context, world World) error {
				err := during(ctx, world, func() error { return world.Alarm(ctx, true) })
				return errors.Join(err, world.Alarm(ctx, false))
			},
		},
		{
			Name: "a cancelled update", Injected: "cancel-update-stack while green has a tenth of the traffic", State: rolledBack,
			play: func(ctx context.Context, world World) error {
				return during(ctx, world, func() error { return world.Cancel(ctx) })
			},
		},
		{
			Name: "a listener edit while green is live", Injected: "a release, then HTTPS instead of HTTP", State: updated, Moves: true,
			play: func(ctx context.Context, world World) error {
				certificate, err := world.Certificate(ctx)
				if err != nil {
					return err
				}
				if err := release(ctx, world); err != nil {
					return err
				}
				return world.Deploy(ctx, "certificateArn="+certificate)
			},
		},
		{
			Name: "an update that breaks in the Platform stack", Injected: "a scaling target cannot be changed, in an update with a release", State: rolledBack,
			play: func(ctx context.Context, world World) error {
				tag, err := world.Push(ctx)
				if err != nil {
					return err
				}
				if err := world.Break(ctx, "AWS::ApplicationAutoScaling::ScalableTarget"); err != nil {
					return err
				}
				return failing(world.Deploy(ctx, "imageTag="+tag, "maxCapacity=11"))
			},
		},
	}
}

// release deploys a new image.
func release(ctx context.Context, world World) error {
	tag, err := world.Push(ctx)
	if err != nil {
		return err
	}
	return world.Deploy(ctx, "imageTag="+tag)
}

var errWrong = errors.New("what was to go wrong went well")

// failing turns the CLI's failure, which is what a scenario is about, into success.
func failing(err error) error {
	var failed *DeployError
	switch {
	case errors.As(err, &failed):
		return nil
	case err == nil:
		return errWrong
	}
	return err
}

// DeployError is the CLI's failure to deploy.
type DeployError struct {
	Err error
	Log string // where its output is
}

// Error names the log, where the reason is.
func (e *DeployError) Error() string {
	return fmt.Sprintf("cdk deploy failed (%v); its output is in %s", e.Err, e.Log)
}

// Unwrap returns the failure of the process.
func (e *DeployError) Unwrap() error { return e.Err }

// during releases a new image, which has to fail because of what is done while both revisions have a part of the traffic.
func during(ctx context.Context, world World, do func() error) error {
	tag, err := world.Push(ctx)
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	deployed := make(chan error, 1)
	go func() {
		deployed <- world.Deploy(ctx, "imageTag="+tag)
		stop()
	}()
	if err := world.Shifting(ctx); err != nil {
		stop()
		return errors.Join(fmt.Errorf("the traffic was never shared: %w", err), <-deployed)
	}
	return errors.Join(do(), failing(<-deployed))
}
