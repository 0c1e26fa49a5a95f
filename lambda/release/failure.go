package release

import (
	"context"
	"fmt"
	"strings"

	"payment-processor/lambda/deployment"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/codedeploy"
	"github.com/aws/aws-sdk-go-v2/service/codedeploy/types"
)

// failure is the text that CloudFormation shows: what CodeDeploy says, which hook, and what to do next.
func (h Handler) failure(ctx context.Context, event Event, s State, d Decision) error {
	p := event.Properties
	if d.Deployment == "" {
		return deployment.Failure(fmt.Sprintf("release of %s to service %s in cluster %s, listener %s: %s",
			revision(p.TaskDefinition), p.Service, p.Cluster, p.Listener, d.Reason))
	}
	text := []string{fmt.Sprintf("release of %s: deployment %s: %s", revision(p.TaskDefinition), d.Deployment, d.Reason)}
	for _, one := range s.Deployments {
		if one.ID != d.Deployment {
			continue
		}
		text[0] += fmt.Sprintf(" (%s)", one.Status)
		if one.Code != "" {
			text = append(text, one.Code+": "+one.Message)
		}
		if one.RolledBack != "" {
			text = append(text, "rolled back: "+one.RolledBack)
		}
		if one.Code == string(types.ErrorCodeAlarmActive) {
			text = append(text, "an alarm of the deployment group was in ALARM; if it is so because of the version that "+
				"is live, docs/runbooks tell how to deploy past it")
		}
	}
	text = append(text, h.failedEvents(ctx, p, d.Deployment)...)
	text = append(text, "see aws deploy get-deployment --deployment-id "+d.Deployment)
	return deployment.Failure(strings.Join(text, "; "))
}

// failedEvents names the lifecycle events, so the hooks, that failed. It is a courtesy: no answer is no error.
func (h Handler) failedEvents(ctx context.Context, p Properties, id string) []string {
	answer, err := h.CodeDeploy.GetDeploymentTarget(ctx, &codedeploy.GetDeploymentTargetInput{
		DeploymentId: &id, TargetId: new(revision(p.Cluster) + ":" + p.Service),
	})
	if err != nil || answer.DeploymentTarget == nil || answer.DeploymentTarget.EcsTarget == nil {
		return nil
	}
	var failed []string
	for _, e := range answer.DeploymentTarget.EcsTarget.LifecycleEvents {
		if e.Status != types.LifecycleEventStatusFailed {
			continue
		}
		line := aws.ToString(e.LifecycleEventName) + " failed"
		if e.Diagnostics != nil {
			line += fmt.Sprintf(": %s %s", e.Diagnostics.ErrorCode, aws.ToString(e.Diagnostics.Message))
		}
		failed = append(failed, line)
	}
	return failed
}
