package main

import (
	_ "embed"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
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
