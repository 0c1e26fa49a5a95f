// Package rehearsal plays releases that go wrong on a deployed environment, and holds what is left against what a payments
// team needs: the revision that served before serves again.
package rehearsal

import (
	"context"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"
	"time"
)

// World is the environment that is played on: Machine on a real endpoint, a fake in tests.
type World interface {
	// Push makes an image under a tag that was never used, and returns the tag.
	Push(ctx context.Context) (tag string, err error)
	// Deploy deploys the Platform stack with more context, as cdk deploy -c key=value does. It returns the CLI's failure.
	Deploy(ctx context.Context, settings ...string) error
	// Cancel cancels the update of the Platform stack.
	Cancel(ctx context.Context) error
	// Shifting returns when two revisions share the traffic.
	Shifting(ctx context.Context) error
	// Alarm fires one of the deployment group's alarms, or ends it.
	Alarm(ctx context.Context, firing bool) error
	// Break makes the next update of the only resource of a type fail.
	Break(ctx context.Context, resourceType string) error
	// Certificate has a certificate issued, and returns its ARN.
	Certificate(ctx context.Context) (arn string, err error)
	// Serving is the revision that has all traffic: PRIMARY, and alone behind the production listener.
	Serving(ctx context.Context) (revision string, err error)
	// State is the status of the Platform stack.
	State(ctx context.Context) (string, error)
}

// Scenario is one way in which a release goes wrong, or nearly.
type Scenario struct {
	Name     string
	Injected string // what is done to it
	State    string // how the stack must end
	// Moves tells whether another revision serves afterwards.
	Moves bool

	play func(ctx context.Context, world World) error
}

// Outcome is what a scenario came to.
type Outcome struct {
	Scenario
	Ended   string // status of the stack
	Serving string // revision
	Took    time.Duration
	Err     error // what is not as it must be
}

// Run plays the scenarios one after the other, prints a table of them, and returns an error when one did not end as it
// must.
func Run(ctx context.Context, world World, scenarios []Scenario, out io.Writer) error {
	outcomes := make([]Outcome, 0, len(scenarios))
	for _, scenario := range scenarios {
		fmt.Fprintf(out, "rehearsing: %s …\n", scenario.Name)
		outcomes = append(outcomes, one(ctx, world, scenario))
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "\nscenario\tinjected\tfinal stack state\tserving\tseconds\tresult")
	var failures []error
	for _, o := range outcomes {
		result := "as it must be"
		if o.Err != nil {
			result = "FAILED"
			failures = append(failures, fmt.Errorf("%s: %w", o.Name, o.Err))
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%.0f\t%s\n", o.Name, o.Injected, o.Ended, o.Serving, o.Took.Seconds(), result)
	}
	return errors.Join(table.Flush(), errors.Join(failures...))
}

func one(ctx context.Context, world World, scenario Scenario) Outcome {
	outcome := Outcome{Scenario: scenario}
	begin := time.Now()
	defer func() { outcome.Took = time.Since(begin) }()
	before, err := world.Serving(ctx)
	if err != nil {
		outcome.Err = fmt.Errorf("before anything was done: %w", err)
		return outcome
	}
	played := scenario.play(ctx, world)
	outcome.Took = time.Since(begin)
	state, stateErr := world.State(ctx)
	serving, servingErr := world.Serving(ctx)
	outcome.Ended, outcome.Serving = state, serving
	outcome.Err = errors.Join(played, stateErr, servingErr)
	if stateErr == nil && state != scenario.State {
		outcome.Err = errors.Join(outcome.Err, fmt.Errorf("the stack is %s, want %s", state, scenario.State))
	}
	if servingErr == nil && (serving != before) != scenario.Moves {
		outcome.Err = errors.Join(outcome.Err, fmt.Errorf("%s serves, before it was %s", serving, before))
	}
	return outcome
}
