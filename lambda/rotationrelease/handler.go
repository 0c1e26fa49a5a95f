package rotationrelease

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"payment-processor/lambda/deployment"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	cloudformationtypes "github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
)

// CodeDeploy is the part of CodeDeploy that a rotation release uses. It never stops a deployment.
type CodeDeploy interface {
	deployment.Creator
	deployment.Reader
}

// CloudFormation tells whether an operation of the stack is running.
type CloudFormation interface {
	DescribeStacks(context.Context, *cloudformation.DescribeStacksInput, ...func(*cloudformation.Options)) (*cloudformation.DescribeStacksOutput, error)
}

// Secrets tells how old the credentials are, and not what they are.
type Secrets interface {
	DescribeSecret(context.Context, *secretsmanager.DescribeSecretInput, ...func(*secretsmanager.Options)) (*secretsmanager.DescribeSecretOutput, error)
	ListSecretVersionIds(context.Context, *secretsmanager.ListSecretVersionIdsInput, ...func(*secretsmanager.Options)) (*secretsmanager.ListSecretVersionIdsOutput, error)
}

// Handler serves the function. It keeps nothing between calls.
type Handler struct {
	CodeDeploy     CodeDeploy
	ECS            deployment.ECS
	CloudFormation CloudFormation
	Secrets        Secrets
	Now            func() time.Time
	Log            *slog.Logger // nil: nothing is logged
	Properties     Properties
}

// Handle starts a deployment of what runs, if it is needed and nothing else is going on. It fails when a rotation is
// overdue, whatever else it has done.
func (h Handler) Handle(ctx context.Context) (Answer, error) {
	ctx, cancel := deployment.InTime(ctx)
	defer cancel()
	if h.Log == nil {
		h.Log = slog.New(slog.DiscardHandler)
	}
	answer, err := h.handle(ctx)
	if err != nil {
		h.Log.Error("failed", "error", err)
		return answer, err
	}
	h.Log.Info("decided", "deployment", answer.Deployment, "reason", answer.Reason)
	return answer, nil
}

// handle fails for an overdue rotation last: it must not keep tasks from what there is.
func (h Handler) handle(ctx context.Context) (Answer, error) {
	state, err := h.observe(ctx)
	if err != nil {
		return Answer{}, err
	}
	answer, err := h.release(ctx, state)
	if errors.Is(err, deployment.ErrNotNow) {
		answer, err = Answer{Reason: err.Error()}, nil
	}
	return answer, errors.Join(err, Overdue(state, h.Properties.RotationDays))
}

func (h Handler) release(ctx context.Context, state State) (Answer, error) {
	if reason := Needless(state); reason != "" {
		return Answer{Reason: reason}, nil
	}
	primary := state.Live.Primary.TaskDefinition
	spec, err := h.Properties.appSpec(primary)
	if err != nil {
		return Answer{}, err
	}
	if err := h.settled(ctx); err != nil { // last: an update that begins later stops the deployment
		return Answer{}, err
	}
	id, err := deployment.Start(ctx, h.CodeDeploy, h.Properties.service(), deployment.Wanted{
		Description: describe(primary, state.Version), AppSpec: spec,
	})
	return Answer{Deployment: id, Reason: "the credentials are newer than the tasks"}, err
}

// observe reads the secret first: what is read after it is at least as new, so a task set that is missing its newest
// version is one.
func (h Handler) observe(ctx context.Context) (State, error) {
	state := State{Now: h.Now()}
	var err error
	if state.Version, state.Since, err = h.credentials(ctx); err != nil {
		return state, err
	}
	if state.Deployments, err = deployment.Read(ctx, h.CodeDeploy, h.Properties.service(), state.Now); err != nil {
		return state, err
	}
	state.Live, err = deployment.ReadLive(ctx, h.ECS, h.Properties.service())
	return state, err
}

// credentials returns the id of the secret's current version, and since when it may be the current one: a version is made
// at the beginning of its rotation, and gets current at the end.
func (h Handler) credentials(ctx context.Context) (id string, since time.Time, err error) {
	secret, err := h.Secrets.DescribeSecret(ctx, &secretsmanager.DescribeSecretInput{SecretId: &h.Properties.Secret})
	if err != nil {
		return "", since, fmt.Errorf("describing secret %s: %w", h.Properties.Secret, err)
	}
	since = aws.ToTime(secret.LastRotatedDate)
	pages := secretsmanager.NewListSecretVersionIdsPaginator(h.Secrets, &secretsmanager.ListSecretVersionIdsInput{SecretId: &h.Properties.Secret})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return "", since, fmt.Errorf("listing the versions of secret %s: %w", h.Properties.Secret, err)
		}
		for _, version := range page.Versions {
			if !slices.Contains(version.VersionStages, "AWSCURRENT") {
				continue
			}
			id = aws.ToString(version.VersionId)
			if created := aws.ToTime(version.CreatedDate); created.After(since) {
				since = created
			}
		}
	}
	return id, since, nil
}

// resting are the statuses of a stack that has a service, and does not change it.
var resting = []cloudformationtypes.StackStatus{
	cloudformationtypes.StackStatusCreateComplete, cloudformationtypes.StackStatusUpdateComplete, cloudformationtypes.StackStatusUpdateRollbackComplete,
	cloudformationtypes.StackStatusImportComplete, cloudformationtypes.StackStatusImportRollbackComplete,
}

// settled returns an error unless the stack rests and is usable.
func (h Handler) settled(ctx context.Context) error {
	answer, err := h.CloudFormation.DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: &h.Properties.Stack})
	if err != nil {
		return fmt.Errorf("reading the status of stack %s: %w", h.Properties.Stack, err)
	}
	for _, stack := range answer.Stacks {
		if !slices.Contains(resting, stack.StackStatus) {
			return fmt.Errorf("%w: the stack is %s", deployment.ErrNotNow, stack.StackStatus)
		}
	}
	return nil
}

// appSpec is the AppSpec with the task definition in it.
func (p Properties) appSpec(taskDefinition string) (string, error) {
	var spec struct {
		Version   any              `json:"version"`
		Resources []map[string]any `json:"Resources"`
		Hooks     any              `json:"Hooks,omitempty"`
	}
	if err := json.Unmarshal([]byte(p.AppSpec), &spec); err != nil {
		return "", fmt.Errorf("property AppSpec is not JSON: %w", err)
	}
	for _, resource := range spec.Resources {
		service, _ := resource["TargetService"].(map[string]any)
		if target, ok := service["Properties"].(map[string]any); ok && len(spec.Resources) == 1 {
			target["TaskDefinition"] = taskDefinition
			encoded, err := json.Marshal(spec)
			return string(encoded), err
		}
	}
	return "", errors.New("property AppSpec has no TargetService with Properties, want the one service")
}
