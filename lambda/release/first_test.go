package release

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"time"

	"payment-processor/lambda/deployment"
	"payment-processor/lambda/internal/awstest"
	"payment-processor/lambda/tasks"
)

const refused = `{"ready":false,"database":"not reachable","reason":"the database refuses the login, SQLSTATE 28P01"}`

// refusing has the last task say that the database refuses it.
func refusing(address, path string) (int, string) {
	if path == "/ready" && address == "10.0.1.3" {
		return 503, refused
	}
	return 200, "ok"
}

// A first deployment has no hook: nobody else asks whether its tasks reach the database.
func TestAFirstDeploymentAsksEveryTask(t *testing.T) {
	a := running(v1, "arn:blue")
	a.finishes(t, a.request(t, "r1", deployment.Create, v1, ""))
	if len(a.probed) != 1 || len(a.probed[0].Targets) != 3 || strings.Join(a.probed[0].Paths, " ") != "/health /ready" {
		t.Errorf("asked %+v, want three tasks for both paths", a.probed)
	}
	if !a.Did("DescribeTargetGroups arn:blue") || !a.Did("Invoke probe") {
		t.Errorf("calls: %v", a.Calls)
	}
	if len(a.created) != 0 {
		t.Error("a first deployment was made twice")
	}
}

// Later releases have the hook, and an edit of the listener must not fail because a database is away.
func TestNobodyIsAskedLater(t *testing.T) {
	a := running(v1, "blue")
	a.answers = refusing
	a.finishes(t, a.request(t, "r2", deployment.Update, v1, v1))
	if a.probed != nil {
		t.Errorf("asked %+v", a.probed)
	}
}

// Who reads why the creation failed must not have to look for the tasks' logs, which the rollback deletes.
func TestAFirstDeploymentFailsInTheTasksWords(t *testing.T) {
	a := running(v1, "blue")
	a.answers = refusing
	event := a.request(t, "r1", deployment.Create, v1, "")
	a.now = noon.Add(tasks.Patience - time.Second)
	a.looksAgain(t, event)
	a.now = noon.Add(tasks.Patience)
	a.fails(t, event, "payment:1", "after 5m0s", "10.0.1.3:8080/ready answered 503", "SQLSTATE 28P01")
}

// An Aurora cluster that pauses takes a while to wake up, and tasks to start.
func TestTheTasksOfAFirstDeploymentGetTime(t *testing.T) {
	a := running(v1, "blue")
	a.targets = 2
	event := a.request(t, "r1", deployment.Create, v1, "")
	a.looksAgain(t, event)
	a.targets, a.answers = 3, refusing
	a.looksAgain(t, event)
	a.answers = nil
	a.finishes(t, event)
}

// A busy AWS says nothing about the tasks.
func TestTasksThatCannotBeAskedAreAskedLater(t *testing.T) {
	for _, operation := range []string{"DescribeTargetGroups", "DescribeTargetHealth", "Invoke"} {
		a := running(v1, "blue")
		event := a.request(t, "r1", deployment.Create, v1, "")
		a.now = noon.Add(2 * tasks.Patience)
		a.Fail[operation] = awstest.Refusal("ThrottlingException")
		a.looksAgain(t, event)
		delete(a.Fail, operation)
		a.finishes(t, event)
	}
}

// With a generated password in the secret, which the operator is to replace, no first deployment could ever succeed.
func TestAnAnswerThatIsProvisionalFailsNothing(t *testing.T) {
	a := running(v1, "blue")
	a.answers = refusing
	event := a.request(t, "r1", deployment.Create, v1, "")
	event.Properties.Paths, event.Properties.Provisional = []string{"/health"}, []string{"/ready"}
	var log bytes.Buffer
	h := a.handler()
	h.Log = slog.New(slog.NewTextHandler(&log, nil))
	if done, err := h.IsComplete(t.Context(), event); err != nil || !done.IsComplete {
		t.Errorf("got %+v, %v", done, err)
	}
	if !strings.Contains(log.String(), "SQLSTATE 28P01") {
		t.Errorf("the log does not say what the tasks said: %s", &log)
	}
	a = running(v1, "blue")
	a.answers = func(_, path string) (int, string) { return map[string]int{"/health": 500, "/ready": 200}[path], "" }
	event.RequestID = "r2"
	again := a.request(t, "r2", deployment.Create, v1, "")
	again.Properties.Paths, again.Properties.Provisional = event.Properties.Paths, event.Properties.Provisional
	a.now = noon.Add(tasks.Patience)
	a.fails(t, again, "/health answered 500")
}
