package main

import (
	"context"
	_ "embed"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"payment-processor/localaws/internal/localtest"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
)

// handwritten is a template that nobody generated.
//
//go:embed testdata/handwritten.yaml
var handwritten string

// The CDK's own sample app, which knows nothing of this project, must deploy by the CDK's own command line.
func TestTheSampleAppOfTheCDK(t *testing.T) {
	s := newStacks(t)
	cdk := commandLine(t)
	if out, err := cdk("bootstrap", "aws://123456789012/"+region); err != nil {
		t.Fatalf("bootstrap: %v\n%s", err, out)
	}
	before := s.account()
	app := []string{"--app", filepath.Join(local.root, "localaws", "testdata", "sample-app")}
	if out, err := cdk(append(app, "diff", "--fail")...); err == nil {
		t.Errorf("it is not deployed, and nothing differs:\n%s", out)
	}
	for _, step := range [][]string{{"deploy", "--require-approval=never"}, {"diff", "--fail"}, {"destroy", "--force"}} {
		if out, err := cdk(append(slices.Clone(app), step...)...); err != nil {
			t.Fatalf("%s: %v\n%s", step[0], err, out)
		}
		if step[0] == "deploy" && len(lackingIn(before, s.account())) == 0 {
			t.Error("it is deployed, and there is nothing new")
		}
	}
	if left := lackingIn(before, s.account()); len(left) > 0 {
		t.Errorf("left behind: %s", left)
	}
}

// commandLine runs the CDK CLI that package-lock.json pins, against the shared endpoint.
func commandLine(t *testing.T) func(args ...string) (string, error) {
	t.Helper()
	cli := filepath.Join(endpoint(t).root, "node_modules", ".bin", "cdk")
	if _, err := os.Stat(cli); errors.Is(err, fs.ErrNotExist) {
		localtest.Missing(t, "node_modules/.bin/cdk")
	}
	folder := t.TempDir()
	return func(args ...string) (string, error) {
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
		defer cancel()
		command := exec.CommandContext(ctx, cli, append(args, "--no-notices")...)
		command.Dir = folder
		command.Env = append(environment(), "AWS_ENDPOINT_URL="+local.endpoint(), "AWS_ACCESS_KEY_ID=local",
			"AWS_SECRET_ACCESS_KEY=local", "AWS_REGION="+region, "NODE_NO_WARNINGS=1", "CDK_DISABLE_CLI_TELEMETRY=true")
		out, err := command.CombinedOutput()
		return string(out), err
	}
}

// environment is this process's without settings that lead to an account.
func environment() []string {
	return slices.DeleteFunc(os.Environ(), func(set string) bool { return strings.HasPrefix(set, "AWS_") })
}

// What people write, with its short forms, goes through the SDK: created, changed, found unchanged and deleted.
func TestATemplateWrittenByHand(t *testing.T) {
	s := newStacks(t)
	before := s.account()
	s.create("by-hand", handwritten)
	if status := s.settled("by-hand"); status != types.StackStatusCreateComplete {
		t.Fatal(status, s.reasons("by-hand"))
	}
	first := s.physical("by-hand")
	if len(first) != 5 {
		t.Errorf("it has made %v", first)
	}
	if out := s.output("by-hand", "Letters"); !strings.HasPrefix(out, "arn:aws:sqs:us-east-2:123456789012:") {
		t.Errorf("the output Letters is %q", out)
	}

	edited := changed(changed(handwritten, "VisibilityTimeout: !If [Live, 120, 30]", "VisibilityTimeout: 60"),
		`LogGroupName: !Sub "/${Stage}/${AWS::StackName}"`, `LogGroupName: !Sub "/new/${AWS::StackName}"`)
	if _, err := s.client.UpdateStack(t.Context(), &cloudformation.UpdateStackInput{
		StackName: new("by-hand"), TemplateBody: &edited, Capabilities: []types.Capability{types.CapabilityCapabilityIam},
	}); err != nil {
		t.Fatal(err)
	}
	if status := s.settled("by-hand"); status != types.StackStatusUpdateComplete {
		t.Fatal(status, s.reasons("by-hand"))
	}
	second := s.physical("by-hand")
	if second["Log"] != "/new/by-hand" || first["Log"] != "/test/by-hand" || second["Letters"] != first["Letters"] {
		t.Errorf("before %v, after %v: the log group is replaced, the queue is not", first, second)
	}
	if now := s.account(); slices.Contains(now, "log group /test/by-hand") || !slices.Contains(now, "log group /new/by-hand") {
		t.Errorf("the log group that was replaced is still there: %s", now)
	}

	s.changesNothing("by-hand", edited)
	s.drop("by-hand")
	if left := lackingIn(before, s.account()); len(left) > 0 {
		t.Errorf("left behind: %s", left)
	}
}

func (s stacks) changesNothing(name, body string) {
	s.Helper()
	set, err := s.client.CreateChangeSet(s.Context(), &cloudformation.CreateChangeSetInput{
		StackName: &name, ChangeSetName: new("nothing"), TemplateBody: &body, Capabilities: []types.Capability{types.CapabilityCapabilityIam},
	})
	if err != nil {
		s.Fatal(err)
	}
	for {
		found, err := s.client.DescribeChangeSet(s.Context(), &cloudformation.DescribeChangeSetInput{ChangeSetName: set.Id})
		if err != nil {
			s.Fatal(err)
		}
		switch found.Status {
		case types.ChangeSetStatusCreatePending, types.ChangeSetStatusCreateInProgress:
			time.Sleep(10 * time.Millisecond)
			continue
		case types.ChangeSetStatusFailed:
			if strings.Contains(*found.StatusReason, "didn't contain changes") {
				return
			}
		default:
		}
		s.Fatalf("the change set is %s: %v", found.Status, found.Changes)
	}
}
