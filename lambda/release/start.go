package release

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"payment-processor/lambda/deployment"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	cloudformationtypes "github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// AllAtOnce is how a way back shifts traffic.
const AllAtOnce = deployment.AllAtOnce

// start creates the deployment of the wanted revision and returns its id.
func (h Handler) start(ctx context.Context, event Event) (string, error) {
	rollback, err := h.rollback(ctx, event)
	if err != nil {
		return "", err
	}
	wanted := event.Properties.TaskDefinition
	if err := h.usable(ctx, wanted); err != nil {
		return "", err
	}
	return deployment.Start(ctx, h.CodeDeploy, event.Properties.service(), deployment.Wanted{
		Description: deployment.Describe(event.RequestID, revision(wanted), rollback), AppSpec: event.Properties.AppSpec, Back: rollback,
	})
}

func (h Handler) stop(ctx context.Context, event Event, id string) error {
	if event.RequestType != deployment.Delete {
		if _, err := h.asked(ctx, event); err != nil {
			return err
		}
	}
	return deployment.Stop(ctx, h.CodeDeploy, id)
}

// rollback reports whether the request belongs to a rollback of the stack: properties alone do not tell, an update back
// to an older revision looks the same.
func (h Handler) rollback(ctx context.Context, event Event) (bool, error) {
	status, err := h.asked(ctx, event)
	return rollingBack(status), err
}

// asked returns the stack's status if the operation still goes on that asked for the release. A request of an earlier
// one was cancelled: it may count as current until the rollback's is received, and must neither start nor stop anything.
func (h Handler) asked(ctx context.Context, event Event) (string, error) {
	stack, err := h.stack(ctx, event.StackID)
	if err != nil {
		return "", err
	}
	status := string(stack.StackStatus)
	if !slices.Contains([]string{"CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "UPDATE_ROLLBACK_IN_PROGRESS"}, status) {
		return "", fmt.Errorf("%w: the stack is %s and waits for no release", deployment.ErrNotNow, status)
	}
	if rollingBack(status) && !leadsBack(event) {
		return "", fmt.Errorf("%w: the stack is %s and this request is for a newer revision: it was cancelled", deployment.ErrNotNow, status)
	}
	if event.StackStatus != "" && status != event.StackStatus {
		return "", fmt.Errorf("%w: the stack is %s and this request is from when it was %s", deployment.ErrNotNow, status, event.StackStatus)
	}
	if updated := aws.ToTime(stack.LastUpdatedTime).Truncate(time.Second); event.IssuedAt.Add(skew).Before(updated) && !event.IssuedAt.IsZero() {
		return "", fmt.Errorf("%w: this request is from before the update of %s", deployment.ErrNotNow, updated)
	}
	return status, nil
}

// skew is how far apart the clocks may be that stamp a request and the stack's update.
const skew = 5 * time.Second

func (h Handler) stack(ctx context.Context, id string) (cloudformationtypes.Stack, error) {
	answer, err := h.CloudFormation.DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: &id})
	if err != nil {
		return cloudformationtypes.Stack{}, fmt.Errorf("reading the status of stack %s: %w", id, err)
	}
	for _, s := range answer.Stacks {
		return s, nil
	}
	return cloudformationtypes.Stack{}, fmt.Errorf("%w: CloudFormation does not list stack %s", deployment.ErrNotNow, id)
}

// leadsBack reports whether an update is not to a newer revision, as no rollback's is. A cancelled request for a newer one
// may be received after the rollback has begun, and a slow write of its record may undo that of the rollback's.
func leadsBack(event Event) bool {
	return number(event.Properties.TaskDefinition) <= number(event.OldProperties.TaskDefinition)
}

func number(taskDefinition string) int {
	_, digits, _ := strings.Cut(revision(taskDefinition), ":")
	n, _ := strconv.Atoi(digits)
	return n
}

func rollingBack(status string) bool { return strings.HasSuffix(status, "ROLLBACK_IN_PROGRESS") }

// usable returns an error that says what to do if the revision cannot be deployed.
func (h Handler) usable(ctx context.Context, taskDefinition string) error {
	answer, err := h.ECS.DescribeTaskDefinition(ctx, &ecs.DescribeTaskDefinitionInput{TaskDefinition: &taskDefinition})
	if err != nil {
		return fmt.Errorf("reading task definition %s: %w", taskDefinition, err)
	}
	if status := answer.TaskDefinition.Status; status != ecstypes.TaskDefinitionStatusActive {
		return deployment.Failure(fmt.Sprintf("task definition %s is %s, and only an ACTIVE revision can be deployed: somebody "+
			"deregistered it. Deploy again with a changed task (a new imageTag is enough): that registers a new revision",
			revision(taskDefinition), status))
	}
	return nil
}

// revision is family:number of a task definition's ARN.
func revision(taskDefinition string) string {
	return taskDefinition[strings.LastIndex(taskDefinition, "/")+1:]
}

func family(taskDefinition string) string {
	name, _, _ := strings.Cut(revision(taskDefinition), ":")
	return name
}
