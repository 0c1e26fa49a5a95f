package main

import (
	"context"
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

// stacks are those of the shared endpoint, as a test sees them.
type stacks struct {
	*testing.T
	client *cloudformation.Client
}

func newStacks(t *testing.T) stacks {
	return stacks{t, cloudformation.NewFromConfig(settings(endpoint(t).endpoint()))}
}

func (s stacks) on(t *testing.T) stacks { return stacks{t, s.client} }

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

// physical are a stack's resources by logical id.
func (s stacks) physical(name string) map[string]string {
	s.Helper()
	out, err := s.client.ListStackResources(s.Context(), &cloudformation.ListStackResourcesInput{StackName: &name})
	if err != nil {
		s.Fatal(err)
	}
	all := map[string]string{}
	for _, r := range out.StackResourceSummaries {
		if r.ResourceStatus != types.ResourceStatusDeleteComplete {
			all[*r.LogicalResourceId] = *r.PhysicalResourceId
		}
	}
	return all
}

func (s stacks) output(name, key string) string {
	s.Helper()
	out, err := s.client.DescribeStacks(s.Context(), &cloudformation.DescribeStacksInput{StackName: &name})
	if err != nil {
		s.Fatal(err)
	}
	for _, output := range out.Stacks[0].Outputs {
		if *output.OutputKey == key {
			return *output.OutputValue
		}
	}
	return fmt.Sprint("none of ", len(out.Stacks[0].Outputs))
}
