package imagegate

import (
	"bytes"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	ecrtypes "github.com/aws/aws-sdk-go-v2/service/ecr/types"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
	ssmtypes "github.com/aws/aws-sdk-go-v2/service/ssm/types"
)

type image = ecrtypes.ImageDetail

func (a *account) protected(content string) bool {
	digest := digestOf(content)
	return slices.Contains(a.tags(digest), "live-"+strings.TrimPrefix(digest, "sha256:")[:12])
}

// ECR expires the eleventh newest image, also if it is the one in production.
func TestWhatRunsIsProtectedFromExpiry(t *testing.T) {
	a := newAccount()
	a.push("one", "v1")
	a.answers(t, create("v1"))
	if !a.protected("one") {
		t.Fatalf("tags %v", a.tags(digestOf("one")))
	}
	a.answers(t, create("v1"))
	if a.calls["PutImage"] != 1 {
		t.Errorf("tagged %d times, want once: tags are immutable", a.calls["PutImage"])
	}
}

// Images that nothing can run any more must expire, but no revision, task set or rollback may miss its own.
func TestProtectionEnds(t *testing.T) {
	a := newAccount()
	for _, name := range []string{"old", "older", "by revision", "by tag", "by task set", "by memory", "without another tag"} {
		tags := []string{strings.ReplaceAll(name, " ", "-"), protection(digestOf(name))}
		if name == "without another tag" {
			tags = tags[1:]
		}
		a.push(name, tags...)
	}
	a.revisions["arn:one"] = repository + "@" + digestOf("by revision")
	a.revisions["arn:two"] = repository + ":by-tag"
	a.status = "ACTIVE"
	a.sets = []ecstypes.TaskSet{{Status: new("ACTIVE"), TaskDefinition: new("arn:inactive")}}
	a.parameters["/payment-processor-dev/image/older"] = parameter("older", repository+"@"+digestOf("by memory"))
	a.between = func(operation string) {
		if operation == "DescribeTaskDefinition" {
			a.revisions["arn:inactive"] = repository + "@" + digestOf("by task set")
		}
	}
	a.push("new", "v1")
	a.answers(t, create("v1"))
	for _, name := range []string{"by revision", "by tag", "by task set", "by memory", "without another tag", "new"} {
		if !a.protected(name) {
			t.Errorf("the image needed %q may expire", name)
		}
	}
	if a.protected("old") || a.protected("older") {
		t.Error("an image that nothing names never expires")
	}
}

func parameter(name, image string) ssmtypes.Parameter {
	return ssmtypes.Parameter{
		Name: new("/payment-processor-dev/image/" + name), Value: new(fmt.Sprintf(`{"image":%q}`, image)),
	}
}

// Parameters would pile up with each change of the configuration, to the account's limit.
func TestOldAnswersAreForgotten(t *testing.T) {
	a := newAccount()
	old := properties("", "first")
	first := a.answers(t, request("Create", old, nil))
	for n := range 25 {
		a.answers(t, update(properties("", fmt.Sprint(n)), old))
	}
	if len(a.parameters) != remembering+1 {
		t.Errorf("remembers %d answers, want the newest %d and the previous one", len(a.parameters), remembering)
	}
	for n := range 25 {
		_, kept := a.parameters["/payment-processor-dev/image/"+fingerprint(properties("", fmt.Sprint(n)))]
		if newest := n >= 25-remembering; kept != newest {
			t.Errorf("answer %d of 25 is remembered: %v, want %v", n, kept, newest)
		}
	}
	a.stack = "UPDATE_ROLLBACK_IN_PROGRESS"
	a.push("other", "v2")
	a.run(repository + ":v2")
	if got := a.answers(t, update(old, properties("", "24"))); got != first {
		t.Errorf("the rollback gets %s, want %s", got, first)
	}
}

// warnings returns where those go that are logged from now on.
func warnings(t *testing.T) *bytes.Buffer {
	log, before := &bytes.Buffer{}, slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelWarn})))
	t.Cleanup(func() { slog.SetDefault(before) })
	return log
}

// Who searches the log for warnings finds what went wrong, and nothing else.
func TestNothingWrongIsNoWarning(t *testing.T) {
	log := warnings(t)
	a := newAccount()
	a.answers(t, create(""))
	a.stack = "UPDATE_ROLLBACK_IN_PROGRESS"
	a.answers(t, update(properties("", ""), properties("v2", "")))
	if _, _, err := a.handler().Handle(t.Context(), request("Delete", properties("", ""), nil)); err != nil {
		t.Fatal(err)
	}
	if log.Len() != 0 {
		t.Errorf("warned: %s", log)
	}
}

// Cleaning up must never stop a release.
func TestTidyingNeverFails(t *testing.T) {
	for _, operation := range []string{
		"GetParametersByPath", "ListImages", "ListTaskDefinitions", "DescribeServices", "DescribeTaskDefinition",
		"BatchDeleteImage", "DeleteParameters",
	} {
		a := newAccount()
		a.push("old", "v0", protection(digestOf("old")))
		a.push("one", "v1")
		a.revisions["arn:one"] = repository + ":v1"
		for n := range 12 {
			p := parameter(fmt.Sprint(n), "")
			p.LastModifiedDate = new(a.clock.Add(time.Duration(-n) * time.Hour))
			a.parameters[*p.Name] = p
		}
		a.faults[operation] = []error{invalid}
		log := warnings(t)
		a.answers(t, create("v1"))
		if a.calls[operation] != 1 {
			t.Errorf("%s is called %d times, want once", operation, a.calls[operation])
		}
		if !strings.Contains(log.String(), "could not tidy up") {
			t.Errorf("%s failed, and nobody is told: %s", operation, log)
		}
	}
}

// An answer that is not protected, or not remembered, must not be given: the next rollback would miss it.
func TestErrorsOfProtecting(t *testing.T) {
	for _, test := range []struct {
		operation string
		fault     error
		want      string
	}{
		{"BatchGetImage", invalid, "protect " + repository},
		{"PutImage", invalid, "protect " + repository},
		{"PutParameter", invalid, "remember the answer"},
	} {
		a := newAccount()
		a.push("one", "v1")
		a.faults[test.operation] = []error{test.fault}
		a.refuses(t, create("v1"), test.want, "InvalidParameterException")
	}
	a := newAccount()
	a.push("one", "v1")
	a.faults["PutImage"] = []error{&ecrtypes.ImageAlreadyExistsException{}} // a replay was faster
	a.answers(t, create("v1"))
	a = newAccount()
	a.push("one", "v1")
	a.between = func(operation string) {
		if operation == "BatchGetImage" {
			a.images = nil
		}
	}
	a.refuses(t, create("v1"), "has no image "+digestOf("one"))
}
