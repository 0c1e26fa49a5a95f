package main

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
)

// refusedBase is what the faults lean on.
//
//go:embed testdata/refused.yaml
var refusedBase string

// What AWS refuses must fail here too, in words that lead to the mistake; else it shows in production first.
func TestWhatAWSRefusesIsRefused(t *testing.T) {
	s := newStacks(t)
	before := s.account()
	s.create("refused", refusedBase)
	if status := s.settled("refused"); status != types.StackStatusCreateComplete {
		t.Fatal(status, s.reasons("refused"))
	}
	base := s.account()
	t.Run("creations", func(t *testing.T) {
		for i, f := range slices.Concat(refusedTemplates, refusedResources) {
			t.Run(f.name, func(t *testing.T) {
				t.Parallel()
				s.on(t).refusesCreation(fmt.Sprintf("fault-%d", i), f)
			})
		}
	})
	if now := s.account(); !slices.Equal(base, now) {
		t.Errorf("refused creations have left %s, and taken away %s", lackingIn(base, now), lackingIn(now, base))
	}
	for _, f := range refusedEdits {
		t.Run(f.name, func(t *testing.T) { s.on(t).refusesEdit(f) })
	}
	t.Run("an export in use", func(t *testing.T) { s.on(t).keepsWhatIsImported() })
	t.Run("a stack protected against termination", func(t *testing.T) { s.on(t).keepsWhatIsProtected() })
	s.drop("refused")
	if after := s.account(); !slices.Equal(before, after) {
		t.Errorf("left behind: %s", lackingIn(before, after))
	}
}

// stacks are those of the shared endpoint, as a test sees them.
type stacks struct {
	*testing.T
	client *cloudformation.Client
}

func newStacks(t *testing.T) stacks {
	return stacks{t, cloudformation.NewFromConfig(settings(endpoint(t).endpoint()))}
}

func (s stacks) on(t *testing.T) stacks { return stacks{t, s.client} }

// A stack whose creation is refused at once is not there; one that began is rolled back, and holds nothing.
func (s stacks) refusesCreation(stack string, f fault) {
	s.Helper()
	err := s.tryCreate(stack, f.template)
	if err == nil {
		if status := s.settled(stack); status != types.StackStatusRollbackComplete {
			s.Errorf("it ends as %s: %s", status, s.reasons(stack))
		}
		err = errors.New(s.reasons(stack))
		s.holdsNothing(stack)
		s.drop(stack)
	}
	s.says(err, f)
	if _, err := s.client.DescribeStacks(s.Context(), &cloudformation.DescribeStacksInput{StackName: &stack}); err == nil {
		s.Error("the stack is still there")
	}
}

// A stack whose update is refused has its old values again. ECS compares nothing (cloudformation-coverage-roadmap#1529): it
// refuses a service's old task definition as it did the new one, so that the rollback fails too, and must be continued
// without the service.
func (s stacks) refusesEdit(f fault) {
	s.Helper()
	edited := strings.Replace(refusedBase, f.edit[0], f.edit[1], 1)
	if edited == refusedBase {
		s.Fatal("this edits nothing")
	}
	since := time.Now()
	_, err := s.client.UpdateStack(s.Context(), &cloudformation.UpdateStackInput{
		StackName: new("refused"), TemplateBody: &edited, Capabilities: []types.Capability{types.CapabilityCapabilityNamedIam},
	})
	if err == nil {
		status := s.settled("refused")
		err = errors.New(s.reasonsSince("refused", since))
		if status == types.StackStatusUpdateRollbackFailed && strings.HasPrefix(f.want[0], "Service") {
			in := &cloudformation.ContinueUpdateRollbackInput{StackName: new("refused"), ResourcesToSkip: []string{"Service"}}
			if _, err := s.client.ContinueUpdateRollback(s.Context(), in); err != nil {
				s.Fatal(err)
			}
		}
		if status := s.settled("refused"); status != types.StackStatusUpdateRollbackComplete {
			s.Errorf("it ends as %s: %s", status, s.reasonsSince("refused", since))
		}
	}
	s.says(err, f)
}

func (s stacks) says(err error, f fault) {
	s.Helper()
	for _, want := range f.want {
		if !strings.Contains(err.Error(), want) {
			s.Errorf("it says\n%v\nand not %q", err, want)
		}
	}
}

func (s stacks) keepsWhatIsImported() {
	s.create("user", `Resources: {Queue: {Type: AWS::SQS::Queue, Properties: {QueueName: !Select [1, !Split ["-", !ImportValue refused-vpc]]}}}`)
	if status := s.settled("user"); status != types.StackStatusCreateComplete {
		s.Fatal(status, s.reasons("user"))
	}
	since := time.Now()
	if _, err := s.client.DeleteStack(s.Context(), &cloudformation.DeleteStackInput{StackName: new("refused")}); err != nil {
		s.Fatal(err)
	}
	said := s.reasonsSince("refused", since) // an event is all that AWS says
	if want := "Export refused-vpc cannot be deleted as it is in use by user"; !strings.Contains(said, want) {
		s.Errorf("the deletion says %q, and not %q", said, want)
	}
	s.refusesEdit(fault{edit: [2]string{"Export: {Name: refused-vpc}", "Export: {Name: other-vpc}"}, want: []string{"refused-vpc", "in use by user"}})
	s.drop("user")
}

func (s stacks) keepsWhatIsProtected() {
	protect := func(on bool) {
		s.Helper()
		in := &cloudformation.UpdateTerminationProtectionInput{StackName: new("refused"), EnableTerminationProtection: &on}
		if _, err := s.client.UpdateTerminationProtection(s.Context(), in); err != nil {
			s.Fatal(err)
		}
	}
	protect(true)
	defer protect(false)
	_, err := s.client.DeleteStack(s.Context(), &cloudformation.DeleteStackInput{StackName: new("refused")})
	if err == nil || !strings.Contains(err.Error(), "Stack [refused] cannot be deleted while TerminationProtection is enabled") {
		s.Error(err)
	}
}

func (s stacks) tryCreate(name, body string) error {
	_, err := s.client.CreateStack(s.Context(), &cloudformation.CreateStackInput{
		StackName: &name, TemplateBody: &body, Capabilities: []types.Capability{types.CapabilityCapabilityNamedIam},
	})
	return err
}

func (s stacks) create(name, body string) {
	s.Helper()
	if err := s.tryCreate(name, body); err != nil {
		s.Fatal(err)
	}
}

// settled returns how a stack's operation ended.
func (s stacks) settled(name string) types.StackStatus {
	s.Helper()
	for {
		out, err := s.client.DescribeStacks(s.Context(), &cloudformation.DescribeStacksInput{StackName: &name})
		if err != nil {
			return types.StackStatusDeleteComplete
		}
		if status := out.Stacks[0].StackStatus; !strings.HasSuffix(string(status), "IN_PROGRESS") {
			return status
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func (s stacks) drop(name string) {
	s.Helper()
	if _, err := s.client.DeleteStack(s.Context(), &cloudformation.DeleteStackInput{StackName: &name}); err != nil {
		s.Fatal(err)
	}
	if status := s.settled(name); status != types.StackStatusDeleteComplete {
		s.Errorf("the deletion of %s ends as %s: %s", name, status, s.reasons(name))
	}
}

func (s stacks) reasons(name string) string { return s.reasonsSince(name, time.Time{}) }

// reasonsSince are why a stack and its resources changed their state, each with its logical id; a stack's milliseconds
// are whole.
func (s stacks) reasonsSince(name string, since time.Time) string {
	out, err := s.client.DescribeStackEvents(s.Context(), &cloudformation.DescribeStackEventsInput{StackName: &name})
	if err != nil {
		return err.Error()
	}
	var all []string
	for _, e := range out.StackEvents {
		if e.ResourceStatusReason != nil && !e.Timestamp.Before(since.Truncate(time.Millisecond)) {
			all = append(all, *e.LogicalResourceId+": "+*e.ResourceStatusReason)
		}
	}
	return strings.Join(all, "\n")
}

func (s stacks) holdsNothing(name string) {
	s.Helper()
	out, err := s.client.ListStackResources(s.Context(), &cloudformation.ListStackResourcesInput{StackName: &name})
	if err != nil {
		s.Fatal(err)
	}
	for _, r := range out.StackResourceSummaries {
		if r.ResourceStatus != types.ResourceStatusDeleteComplete && r.PhysicalResourceId != nil {
			s.Errorf("%s is %s", *r.LogicalResourceId, r.ResourceStatus)
		}
	}
}

// account is everything of note that is in it.
func (s stacks) account() []string {
	s.Helper()
	config := settings(local.endpoint())
	ctx := context.WithoutCancel(s.Context())
	var all []string
	for kind, look := range looks {
		names, err := look(ctx, config)
		if err != nil {
			s.Fatal(err)
		}
		for _, name := range names {
			all = append(all, kind+" "+name)
		}
	}
	queues, err := sqs.NewFromConfig(config).ListQueues(ctx, &sqs.ListQueuesInput{})
	if err != nil {
		s.Fatal(err)
	}
	topics, err := sns.NewFromConfig(config).ListTopics(ctx, &sns.ListTopicsInput{})
	if err != nil {
		s.Fatal(err)
	}
	all = append(all, queues.QueueUrls...)
	for _, topic := range topics.Topics {
		all = append(all, *topic.TopicArn)
	}
	slices.Sort(all)
	return all
}

// lackingIn are what the second list has and the first has not.
func lackingIn(first, second []string) []string {
	return slices.DeleteFunc(slices.Clone(second), func(name string) bool { return slices.Contains(first, name) })
}
