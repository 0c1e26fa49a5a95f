package rehearsal

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
)

var errBroken = errors.New("broken")

// fakeWorld obeys: a release succeeds unless somebody interferes while it shifts.
type fakeWorld struct {
	t        *testing.T
	broken   string // the method that fails
	stubborn bool   // nothing makes a release fail
	strands  bool   // a failed release leaves its revision in production

	revision, images int
	state            string
	interfered       chan struct{}
	shifting         chan struct{}
	breaking, alarm  bool
	cancelled        int
}

func newWorld(t *testing.T) *fakeWorld {
	return &fakeWorld{t: t, state: updated, interfered: make(chan struct{}, 1), shifting: make(chan struct{}, 1)}
}

func (w *fakeWorld) fail(method string) error {
	if w.broken == method {
		return errBroken
	}
	return nil
}

func (w *fakeWorld) Push(context.Context) (string, error) {
	w.images++
	return fmt.Sprint("tag-", w.images), w.fail("Push")
}

func (w *fakeWorld) Deploy(ctx context.Context, settings ...string) error {
	if err := w.fail("Deploy"); err != nil {
		return err
	}
	joined := strings.Join(settings, " ")
	failed := w.breaking
	w.breaking = false
	if strings.Contains(joined, "imageTag") {
		w.revision++
	}
	if w.images > 1 && !failed && w.images != 4 && strings.Contains(joined, "imageTag") { // the second and third are interfered with
		select {
		case w.shifting <- struct{}{}:
		default: // nobody looked at the release before
		}
		select {
		case <-w.interfered:
			failed = true
		case <-ctx.Done():
			return &DeployError{ctx.Err(), "log"}
		}
	}
	if failed && !w.stubborn {
		if !w.strands {
			w.revision--
		}
		w.state = rolledBack
		return &DeployError{errBroken, "log"}
	}
	w.state = updated
	return nil
}

func (w *fakeWorld) Cancel(context.Context) error {
	w.cancelled++
	return w.interfere("Cancel")
}

func (w *fakeWorld) interfere(method string) error {
	w.interfered <- struct{}{}
	return w.fail(method)
}

func (w *fakeWorld) Shifting(ctx context.Context) error {
	if err := w.fail("Shifting"); err != nil {
		return err
	}
	select {
	case <-w.shifting:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (w *fakeWorld) Alarm(_ context.Context, firing bool) error {
	w.alarm = firing
	if !firing {
		return w.fail("Alarm")
	}
	return w.interfere("Alarm")
}

func (w *fakeWorld) Break(_ context.Context, resourceType string) error {
	if !strings.HasPrefix(resourceType, "AWS::") {
		w.t.Errorf("breaks a %s", resourceType)
	}
	w.breaking = true
	return w.fail("Break")
}

func (w *fakeWorld) Certificate(context.Context) (string, error) {
	return "certificate", w.fail("Certificate")
}

func (w *fakeWorld) Serving(context.Context) (string, error) {
	return fmt.Sprint("payment-processor-dev:", w.revision), w.fail("Serving")
}

func (w *fakeWorld) State(context.Context) (string, error) { return w.state, w.fail("State") }

func TestEveryScenarioEndsAsItMust(t *testing.T) {
	world := newWorld(t)
	var out strings.Builder
	if err := Run(t.Context(), world, Scenarios(), &out); err != nil {
		t.Fatalf("%v\n%s", err, &out)
	}
	if got := strings.Count(out.String(), "as it must be"); got != len(Scenarios()) {
		t.Errorf("%d scenarios passed:\n%s", got, &out)
	}
	if world.alarm || world.cancelled != 1 {
		t.Errorf("the alarm is still firing (%v), or %d updates were cancelled", world.alarm, world.cancelled)
	}
}

// Whatever fails, a rehearsal says so: it must never pass because it did not look.
func TestNothingFailsUnnoticed(t *testing.T) {
	for _, method := range []string{"Certificate", "Push", "Deploy", "Cancel", "Shifting", "Alarm", "Break", "Serving", "State"} {
		t.Run(method, func(t *testing.T) {
			world := newWorld(t)
			world.broken = method
			var out strings.Builder
			err := Run(t.Context(), world, Scenarios(), &out)
			if !errors.Is(err, errBroken) || !strings.Contains(out.String(), "FAILED") {
				t.Errorf("%v\n%s", err, &out)
			}
		})
	}
}

func TestAReleaseThatStaysIsNoticed(t *testing.T) {
	for name, change := range map[string]func(*fakeWorld){
		"nothing makes it fail":                     func(w *fakeWorld) { w.stubborn = true },
		"the stack is rolled back, the traffic not": func(w *fakeWorld) { w.strands = true },
	} {
		t.Run(name, func(t *testing.T) {
			world := newWorld(t)
			change(world)
			if err := Run(t.Context(), world, Scenarios(), &strings.Builder{}); err == nil {
				t.Error("the rehearsal passes")
			}
		})
	}
}

func TestDeployErrorNamesItsLog(t *testing.T) {
	err := &DeployError{errBroken, "deploy-1.log"}
	if !strings.Contains(err.Error(), "deploy-1.log") || !errors.Is(err, errBroken) {
		t.Error(err)
	}
}
