// Package hook is the CodeDeploy lifecycle hook that lets production traffic move to green only if green's tasks
// answer.
//
// An image must answer GET on the health path and on the ready path with a status from 200 to 299, on the container
// port, over what the target group speaks, without redirects or credentials, within five seconds. Green's tasks get
// until Timeout to do so.
package hook

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"payment-processor/lambda/internal/deadline"
	"payment-processor/lambda/tasks"

	"github.com/aws/aws-sdk-go-v2/service/codedeploy"
	"github.com/aws/aws-sdk-go-v2/service/codedeploy/types"
)

// Timeout is for the function's configuration: green gets almost all of it.
const Timeout = tasks.Patience

// Event is what CodeDeploy sends.
// https://docs.aws.amazon.com/codedeploy/latest/userguide/reference-appspec-file-structure-hooks.html#appspec-hooks-ecs
type Event struct {
	DeploymentID string `json:"DeploymentId"`
	ExecutionID  string `json:"LifecycleEventHookExecutionId"`
}

// Handler decides and reports. It keeps nothing between calls.
type Handler struct {
	CodeDeploy    CodeDeploy
	ELB           tasks.ELB
	Lambda        tasks.Lambda
	ProbeFunction string   // name or ARN
	Paths         []string // asked of each task
	Sleep         func(context.Context, time.Duration) error
}

const (
	pause  = 5 * time.Second
	margin = 20 * time.Second // kept to report the outcome, which CodeDeploy would wait an hour for
)

// Handle asks until every task of green answers or the time is up, and then reports to CodeDeploy, whatever happened.
// It fails only if it could not report: Lambda would call it again for an error, after the deployment went on.
func (h Handler) Handle(ctx context.Context, event Event) error {
	err := h.check(ctx, event.DeploymentID)
	status := types.LifecycleEventStatusSucceeded
	if err != nil {
		status = types.LifecycleEventStatusFailed
	}
	slog.Info("green is checked", "deployment", event.DeploymentID, "status", status, "error", err)
	return h.report(ctx, event, status)
}

func (h Handler) check(ctx context.Context, deployment string) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("the hook itself is broken: %v", cause)
		}
	}()
	ctx, cancel := deadline.Early(ctx, margin)
	defer cancel()
	for {
		err = h.green(ctx, deployment)
		if err == nil {
			return nil
		}
		slog.Warn("green is not ready", "deployment", deployment, "error", err)
		if h.Sleep(ctx, pause) != nil {
			return err
		}
	}
}

// report tries until the function's time is over: a deployment waits an hour for a hook that says nothing.
func (h Handler) report(ctx context.Context, event Event, status types.LifecycleEventStatus) error {
	for {
		_, err := h.CodeDeploy.PutLifecycleEventHookExecutionStatus(ctx, &codedeploy.PutLifecycleEventHookExecutionStatusInput{
			DeploymentId: &event.DeploymentID, LifecycleEventHookExecutionId: &event.ExecutionID, Status: status,
		})
		if err == nil || closed(err) {
			return nil
		}
		slog.Warn("could not report", "deployment", event.DeploymentID, "error", err)
		if h.Sleep(ctx, time.Second) != nil {
			return fmt.Errorf("report %s: %w", status, err)
		}
	}
}

// closed reports that CodeDeploy no longer waits: it has the answer, or the deployment was stopped.
func closed(err error) bool {
	answered, completed, gone := new(types.LifecycleEventAlreadyCompletedException),
		new(types.DeploymentAlreadyCompletedException), new(types.DeploymentDoesNotExistException)
	return errors.As(err, &answered) || errors.As(err, &completed) || errors.As(err, &gone)
}
