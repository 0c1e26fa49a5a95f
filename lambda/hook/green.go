package hook

import (
	"context"
	"errors"
	"fmt"

	"payment-processor/lambda/tasks"

	"github.com/aws/aws-sdk-go-v2/service/codedeploy"
	"github.com/aws/aws-sdk-go-v2/service/codedeploy/types"
)

// green returns nil if every task of the deployment's replacement task set answers, and else says which do not.
func (h Handler) green(ctx context.Context, deployment string) error {
	set, err := h.replacement(ctx, deployment)
	if err != nil {
		return err
	}
	results, err := tasks.Asker{ELB: h.ELB, Lambda: h.Lambda, Probe: h.ProbeFunction}.Ask(ctx, tasks.Question{
		TargetGroup: *set.TargetGroup.Name, Tasks: int(set.DesiredCount), Paths: h.Paths,
	})
	if err != nil {
		return err
	}
	return tasks.Unwell(results)
}

// replacement returns green. Which of the two target groups it has changes with each deployment.
func (h Handler) replacement(ctx context.Context, deployment string) (types.ECSTaskSet, error) {
	listed, err := h.CodeDeploy.ListDeploymentTargets(ctx, &codedeploy.ListDeploymentTargetsInput{DeploymentId: &deployment})
	if err != nil {
		return types.ECSTaskSet{}, fmt.Errorf("list the deployment's targets: %w", err)
	}
	if len(listed.TargetIds) == 0 {
		return types.ECSTaskSet{}, errors.New("the deployment has no target yet")
	}
	got, err := h.CodeDeploy.BatchGetDeploymentTargets(ctx, &codedeploy.BatchGetDeploymentTargetsInput{
		DeploymentId: &deployment, TargetIds: listed.TargetIds,
	})
	if err != nil {
		return types.ECSTaskSet{}, fmt.Errorf("read the deployment's targets: %w", err)
	}
	for _, target := range got.DeploymentTargets {
		if target.EcsTarget == nil {
			continue
		}
		for _, set := range target.EcsTarget.TaskSetsInfo {
			if set.TaskSetLabel == types.TargetLabelGreen && set.TargetGroup != nil && set.TargetGroup.Name != nil {
				return set, nil
			}
		}
	}
	return types.ECSTaskSet{}, errors.New("the deployment has no green task set with a target group yet")
}
