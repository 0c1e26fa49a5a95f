package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"payment-processor/localaws/rehearsal"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// account prints the account's number, which bootstrapping wants.
func account(ctx context.Context, o options, out io.Writer) error {
	who, err := sts.NewFromConfig(settings(o.endpoint())).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return err
	}
	fmt.Fprintln(out, *who.Account)
	return nil
}

// parts are the stacks of an environment in the order in which they deploy.
var parts = []string{"network", "database", "platform", "observability"}

// summarize prints a line a stack: its status, its resources, and how long its last operation took.
func summarize(ctx context.Context, o options, out io.Writer) error {
	client := cloudformation.NewFromConfig(settings(o.endpoint()))
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "stack\tstatus\tresources\tseconds")
	found := 0
	for _, part := range parts {
		name := "payment-processor-" + part + "-" + o.suffix
		answer, err := client.DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: &name})
		if err != nil {
			if strings.Contains(err.Error(), "does not exist") {
				continue
			}
			return err
		}
		found++
		resources, err := count(ctx, client, name)
		if err != nil {
			return err
		}
		took, err := lastOperation(ctx, client, name)
		if err != nil {
			return err
		}
		fmt.Fprintf(table, "%s\t%s\t%d\t%.0f\n", name, answer.Stacks[0].StackStatus, resources, took.Seconds())
	}
	flushed := table.Flush()
	if found == 0 {
		return fmt.Errorf("environment %s is not deployed at %s: make local deploys it", o.suffix, o.endpoint())
	}
	serving, err := machine(o).Serving(ctx)
	if err != nil {
		return err
	}
	group, err := machine(o).LiveTargetGroup(ctx)
	fmt.Fprintf(out, "%s serves all traffic, behind target group %s\n", serving, group)
	return errors.Join(err, flushed)
}

func count(ctx context.Context, client *cloudformation.Client, stack string) (int, error) {
	resources := 0
	pages := cloudformation.NewListStackResourcesPaginator(client, &cloudformation.ListStackResourcesInput{StackName: &stack})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return 0, err
		}
		resources += len(page.StackResourceSummaries)
	}
	return resources, nil
}

// lastOperation is the time between the newest event of the stack itself and the event that began the operation.
func lastOperation(ctx context.Context, client *cloudformation.Client, stack string) (time.Duration, error) {
	var end time.Time
	pages := cloudformation.NewDescribeStackEventsPaginator(client, &cloudformation.DescribeStackEventsInput{StackName: &stack})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return 0, err
		}
		for _, event := range page.StackEvents {
			if aws.ToString(event.PhysicalResourceId) != aws.ToString(event.StackId) {
				continue
			}
			if end.IsZero() {
				end = *event.Timestamp
			}
			if begins(event.ResourceStatus) {
				return end.Sub(*event.Timestamp), nil
			}
		}
	}
	return 0, nil
}

func begins(status types.ResourceStatus) bool {
	return status == types.ResourceStatusCreateInProgress || status == types.ResourceStatusUpdateInProgress || status == types.ResourceStatusDeleteInProgress
}

func machine(o options) *rehearsal.Machine {
	return &rehearsal.Machine{
		Endpoint: o.endpoint(), Suffix: o.suffix, CDK: o.args, Logs: o.state, AWS: settings(o.endpoint()), Pause: 50 * time.Millisecond,
	}
}

// push makes an image under a tag, so that there is something to release.
func push(ctx context.Context, o options, out io.Writer) error {
	if len(o.args) != 1 {
		return fmt.Errorf("push wants the tag of the image, as in make local-release TAG=v2; got %d arguments", len(o.args))
	}
	repository := strings.TrimPrefix(o.endpoint(), "http://") + "/payment-processor-" + o.suffix
	if err := rehearsal.Push(ctx, repository, o.args[0]); err != nil {
		return err
	}
	fmt.Fprintf(out, "pushed %s:%s\n", repository, o.args[0])
	return nil
}

// rehearse plays all scenarios. Its arguments are the CDK CLI's.
func rehearse(ctx context.Context, o options, out io.Writer) error {
	if len(o.args) == 0 {
		return fmt.Errorf("rehearse wants the CDK CLI as its arguments, as make local-rehearse gives it")
	}
	return rehearsal.Run(ctx, machine(o), rehearsal.Scenarios(), out)
}
