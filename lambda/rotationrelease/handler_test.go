package rotationrelease

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"maps"
	"strings"
	"testing"
	"time"

	"payment-processor/lambda/deployment"
	"payment-processor/lambda/internal/awstest"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	cloudformationtypes "github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/aws-sdk-go-v2/service/codedeploy"
	codedeploytypes "github.com/aws/aws-sdk-go-v2/service/codedeploy/types"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	secretstypes "github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

const task = "arn:aws:ecs:us-east-2:111122223333:task-definition/payment:7"

// account is one whose credentials have rotated an hour after the tasks were started, unless a test says otherwise.
type account struct {
	awstest.Cloud
	stack    string
	versions []secretstypes.SecretVersionsListEntry
	rotated  *time.Time
	created  []*codedeploy.CreateDeploymentInput
	days     int // between two rotations
}

func rotated() *account {
	return &account{
		Cloud: awstest.Cloud{Fail: map[string]error{}, Services: []ecstypes.Service{{Status: new("ACTIVE"), TaskSets: []ecstypes.TaskSet{{
			Status: new("PRIMARY"), TaskDefinition: new(task), RunningCount: 3, ComputedDesiredCount: 3, CreatedAt: new(noon.Add(-2 * time.Hour)),
		}}}}},
		stack: "UPDATE_COMPLETE",
		versions: []secretstypes.SecretVersionsListEntry{
			{VersionId: new("old"), CreatedDate: new(noon.Add(-time.Minute)), VersionStages: []string{"AWSPREVIOUS"}},
			{VersionId: new("new"), CreatedDate: new(noon.Add(-time.Hour)), VersionStages: []string{"AWSCURRENT", "AWSPENDING"}},
		},
	}
}

func (a *account) DescribeSecret(context.Context, *secretsmanager.DescribeSecretInput, ...func(*secretsmanager.Options)) (*secretsmanager.DescribeSecretOutput, error) {
	return &secretsmanager.DescribeSecretOutput{LastRotatedDate: a.rotated}, a.Call("DescribeSecret", "")
}

//nolint:revive // the SDK's name
func (a *account) ListSecretVersionIds(_ context.Context, in *secretsmanager.ListSecretVersionIdsInput, _ ...func(*secretsmanager.Options)) (*secretsmanager.ListSecretVersionIdsOutput, error) {
	if in.NextToken == nil && len(a.versions) > 1 {
		return &secretsmanager.ListSecretVersionIdsOutput{Versions: a.versions[:1], NextToken: new("next")}, a.Call("ListSecretVersionIds", "")
	}
	return &secretsmanager.ListSecretVersionIdsOutput{Versions: a.versions[min(1, len(a.versions)):]}, nil
}

func (a *account) DescribeStacks(context.Context, *cloudformation.DescribeStacksInput, ...func(*cloudformation.Options)) (*cloudformation.DescribeStacksOutput, error) {
	return &cloudformation.DescribeStacksOutput{Stacks: []cloudformationtypes.Stack{{StackStatus: cloudformationtypes.StackStatus(a.stack)}}},
		a.Call("DescribeStacks", "")
}

func (a *account) CreateDeployment(_ context.Context, in *codedeploy.CreateDeploymentInput, _ ...func(*codedeploy.Options)) (*codedeploy.CreateDeploymentOutput, error) {
	a.created = append(a.created, in)
	return &codedeploy.CreateDeploymentOutput{DeploymentId: new("d-1")}, a.Call("CreateDeployment", "")
}

const spec = `{"version":0.0,"Resources":[{"TargetService":{"Type":"AWS::ECS::Service","Properties":{"TaskDefinition":"PRIMARY",` +
	`"CapacityProviderStrategy":[{"CapacityProvider":"FARGATE_SPOT","Weight":4}]}}}],"Hooks":[{"BeforeAllowTraffic":"hook"}]}`

func (a *account) handle(t *testing.T) (Answer, error) {
	t.Helper()
	return Handler{
		CodeDeploy: a, ECS: a, CloudFormation: a, Secrets: a, Now: func() time.Time { return noon },
		Properties: Properties{"cluster", "service", "app", "group", spec, "stack", "secret", a.days},
	}.Handle(t.Context())
}

// Tasks with credentials of before the rotation are replaced by the same version, with everything that Release gives it.
func TestReleasesWhatRuns(t *testing.T) {
	a := rotated()
	answer, err := a.handle(t)
	if err != nil || answer.Deployment != "d-1" || len(a.created) != 1 {
		t.Fatalf("got %+v, %v", answer, err)
	}
	in := a.created[0]
	want := strings.Replace(strings.Replace(spec, "PRIMARY", task, 1), "0.0", "0", 1)
	if got := *in.Revision.AppSpecContent.Content; !sameJSON(t, got, want) {
		t.Errorf("deployed %s, want %s", got, want)
	}
	if *in.Description != "rotation release of payment:7, secret version new" || in.OverrideAlarmConfiguration != nil || in.DeploymentConfigName != nil {
		t.Errorf("deployed as %q with %v and %v", *in.Description, in.OverrideAlarmConfiguration, in.DeploymentConfigName)
	}
	if !Is(*in.Description) || Is("by hand") {
		t.Error("a rotation release is not told from others")
	}
}

func sameJSON(t *testing.T, one, other string) bool {
	t.Helper()
	var decoded [2]any
	for i, text := range []string{one, other} {
		if err := json.Unmarshal([]byte(text), &decoded[i]); err != nil {
			t.Fatal(err)
		}
	}
	first, _ := json.Marshal(decoded[0])
	second, _ := json.Marshal(decoded[1])
	return bytes.Equal(first, second)
}

func deployed(description string, status codedeploytypes.DeploymentStatus, ago time.Duration) func(*account) {
	return func(a *account) {
		a.Deployments = []codedeploytypes.DeploymentInfo{{
			DeploymentId: new("d-0"), Status: status, Description: &description, CreateTime: new(noon.Add(-ago)), CompleteTime: new(noon.Add(-ago)),
		}}
	}
}

const before = "rotation release of payment:7, secret version new"

// Each deployment starts tasks and moves traffic: none without need, and none in the way of another.
func TestLeavesAlone(t *testing.T) {
	for want, change := range map[string]func(*account){
		"no current version":             func(a *account) { a.versions = nil },
		"nothing runs":                   func(a *account) { a.Services = nil },
		"newer than the credentials":     func(a *account) { a.Services[0].TaskSets[0].CreatedAt = new(noon.Add(-30 * time.Minute)) },
		"not now: the stack is UPDATE_I": func(a *account) { a.stack = "UPDATE_IN_PROGRESS" },
		"UPDATE_COMPLETE_CLEANUP":        func(a *account) { a.stack = "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS" },
		"UPDATE_ROLLBACK_FAILED":         func(a *account) { a.stack = "UPDATE_ROLLBACK_FAILED" },
		"the stack is ROLLBACK_COMPLETE": func(a *account) { a.stack = "ROLLBACK_COMPLETE" }, // its service was deleted since the look
		"d-0 is InProgress":              deployed("by hand", codedeploytypes.DeploymentStatusInProgress, time.Minute),
		"d-0 has released this":          deployed(before, codedeploytypes.DeploymentStatusFailed, Pause-time.Second),
		"is busy with a":                 func(a *account) { a.Fail["CreateDeployment"] = &codedeploytypes.DeploymentLimitExceededException{} },
	} {
		a := rotated()
		change(a)
		if answer, err := a.handle(t); err != nil || answer.Deployment != "" || !strings.Contains(answer.Reason, want) {
			t.Errorf("got %+v, %v, want %q", answer, err, want)
		}
	}
}

// A version that got current long after it was made, because its rotation was interrupted, is as new as that; what was
// tried long ago, or was of another version, is tried again.
func TestReleasesNonetheless(t *testing.T) {
	for name, change := range map[string]func(*account){
		"late rotation": func(a *account) {
			a.versions[1].CreatedDate = new(noon.Add(-5 * time.Hour))
			a.rotated = new(noon.Add(-time.Hour))
		},
		"early clock":     func(a *account) { a.Services[0].TaskSets[0].CreatedAt = new(noon.Add(-time.Hour + time.Second)) },
		"tried long ago":  deployed(before, codedeploytypes.DeploymentStatusFailed, Pause),
		"another version": deployed(before+"er", codedeploytypes.DeploymentStatusFailed, time.Hour),
	} {
		a := rotated()
		change(a)
		if answer, err := a.handle(t); err != nil || answer.Deployment == "" {
			t.Errorf("%s: got %+v, %v", name, answer, err)
		}
	}
}

// A rotation that nobody begins has no error of its own: a function that cannot be invoked, a schedule that was taken
// away, a version that stays AWSPENDING. Tasks are given what there is in any case.
func TestOverdueRotation(t *testing.T) {
	const day = 24 * time.Hour
	for name, c := range map[string]struct {
		days         int
		made, turned time.Duration // ago: the version, and its rotation
		overdue      string
	}{
		"new":                          {30, time.Hour, 0, ""},
		"on the day, and within grace": {30, 30*day + Grace, 0, ""},
		"a second too late":            {30, 30*day + Grace + time.Second, 0, "version new is current since 2026-10-21T11:59:59Z, was to be replaced by 2026-11-20T11:59:59Z"},
		"for a year":                   {30, 365 * day, 0, "overdue"},
		"made long ago, rotated late":  {30, 365 * day, time.Hour, ""},
		"rotated long ago":             {30, 365 * day, 40 * day, "since 2026-10-13"},
		"who rotates it, watches it":   {0, 365 * day, 0, ""},
	} {
		a := rotated()
		a.days, a.versions[1].CreatedDate = c.days, new(noon.Add(-c.made))
		a.Services[0].TaskSets[0].CreatedAt = new(noon.Add(-c.made - time.Hour))
		if c.turned > 0 {
			a.rotated = new(noon.Add(-c.turned))
		}
		answer, err := a.handle(t)
		if answer.Deployment != "d-1" {
			t.Errorf("%s: got %+v, want a release in any case", name, answer)
		}
		if (err != nil) != (c.overdue != "") || err != nil && !strings.Contains(err.Error(), c.overdue) {
			t.Errorf("%s: got error %v, want %q", name, err, c.overdue)
		}
	}
	for name, change := range map[string]func(*account){
		"while the stack is updated": func(a *account) { a.stack = "UPDATE_IN_PROGRESS" },
		"with nothing to release":    func(a *account) { a.Services = nil },
	} {
		a := rotated()
		a.days, a.versions[1].CreatedDate = 30, new(noon.Add(-40*day))
		a.Services[0].TaskSets[0].CreatedAt = new(noon.Add(-50 * day))
		change(a)
		if answer, err := a.handle(t); err == nil || answer.Reason == "" {
			t.Errorf("%s: got %+v, %v, want both an answer and the error", name, answer, err)
		}
	}
	a := rotated()
	a.days, a.versions = 30, nil
	if _, err := a.handle(t); err != nil {
		t.Errorf("a secret without a current version: %v", err)
	}
}

// Lambda tries again what fails.
func TestFailures(t *testing.T) {
	for _, operation := range []string{
		"DescribeSecret", "ListSecretVersionIds", "ListDeployments", "DescribeServices", "DescribeStacks", "CreateDeployment",
	} {
		a := rotated()
		a.Fail[operation] = errors.New("lost")
		if _, err := a.handle(t); err == nil || !strings.Contains(err.Error(), "lost") {
			t.Errorf("%s: got %v", operation, err)
		}
	}
	for want, spec := range map[string]string{"not JSON": "", "the one service": `{"Resources":[{}]}`} {
		_, err := Handler{
			CodeDeploy: rotated(), ECS: rotated(), CloudFormation: rotated(), Secrets: rotated(), Now: func() time.Time { return noon },
			Properties: Properties{AppSpec: spec},
		}.Handle(t.Context())
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q gives %v", spec, err)
		}
	}
}

func TestParse(t *testing.T) {
	all := map[string]string{
		"Cluster": "c", "Service": "s", "Application": "a", "DeploymentGroup": "g", "AppSpec": spec, "Stack": "st", "Secret": "se",
	}
	encoded := func(m map[string]string) string {
		text, _ := json.Marshal(m)
		return string(text)
	}
	if p, err := Parse(encoded(all)); err != nil || p.service() != (deployment.Service{Cluster: "c", Service: "s", Application: "a", DeploymentGroup: "g"}) {
		t.Errorf("got %+v, %v", p, err)
	}
	for name := range all {
		some := maps.Clone(all)
		delete(some, name)
		if _, err := Parse(encoded(some)); err == nil || !strings.Contains(err.Error(), "property "+name+" is empty") {
			t.Errorf("without %s: %v", name, err)
		}
	}
	if _, err := Parse("none"); err == nil {
		t.Error("what is not JSON was accepted")
	}
}
