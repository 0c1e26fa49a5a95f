package release

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"payment-processor/lambda/deployment"
	"payment-processor/lambda/probe"
	"payment-processor/lambda/tasks"
)

// Answers are those of the tasks of a first deployment.
type Answers struct {
	Wrong string // what they have against it, in their own words; empty: every task answers as it must
}

// unproven reports whether nobody has asked the tasks yet what the lifecycle hook asks in a deployment: a creation is none.
func (s State) unproven() bool {
	return s.RequestType == deployment.Create && s.own() == nil && (s.Tasks == nil || s.Tasks.Wrong != "")
}

// proof waits for the tasks of a first deployment as long as the hook does for those of a later one.
func (s State) proof() Decision {
	switch {
	case s.Tasks == nil:
		return Decision{Ask, "the tasks serve, and nobody has asked them whether they are ready", ""}
	case s.Receipt.Waited(s.Now) < tasks.Patience:
		return Decision{Wait, "the tasks are not ready: " + s.Tasks.Wrong, ""}
	default:
		return Decision{Fail, fmt.Sprintf("the tasks are not ready after %v: %s", tasks.Patience, s.Tasks.Wrong), ""}
	}
}

// ask asks every task behind the live target group. An error is AWS's: the next poll asks again.
func (h Handler) ask(ctx context.Context, request deployment.Request, p Properties, live *deployment.TaskSet) (*Answers, error) {
	q := tasks.Question{TargetGroup: live.TargetGroup, Tasks: live.Desired, Paths: slices.Concat(p.Paths, p.Provisional)}
	results, err := tasks.Asker{ELB: h.ELB, Lambda: h.Lambda, Probe: p.Probe}.Ask(ctx, q)
	if unready, ok := errors.AsType[tasks.Unready](err); ok {
		return &Answers{oneLine(unready)}, nil
	}
	if err != nil {
		return nil, err
	}
	may := func(r probe.Result) bool { return slices.Contains(p.Provisional, r.Path) }
	if wrong := tasks.Unwell(slices.DeleteFunc(slices.Clone(results), may)); wrong != nil {
		return &Answers{oneLine(wrong)}, nil
	}
	request.Log.Info("the tasks answer", "targetGroup", live.TargetGroup, "answers", len(results), "paths", p.Paths)
	if wrong := tasks.Unwell(results); wrong != nil {
		request.Log.Warn("the tasks are not ready, which they need not be yet", "answers", oneLine(wrong))
	}
	return &Answers{}, nil
}

// oneLine is for what CloudFormation shows.
func oneLine(err error) string { return strings.ReplaceAll(err.Error(), "\n", "; ") }
