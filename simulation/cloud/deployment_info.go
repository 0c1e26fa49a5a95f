package cloud

import (
	"github.com/aws/aws-sdk-go-v2/service/codedeploy/types"
)

func (d *Deployment) info() *types.DeploymentInfo {
	info := &types.DeploymentInfo{
		DeploymentId: &d.ID, Status: d.Status, Creator: d.Creator, CreateTime: &d.created, ErrorInformation: d.failure,
		AutoRollbackConfiguration: &types.AutoRollbackConfiguration{Enabled: d.rollback},
	}
	if d.Description != "" {
		info.Description = &d.Description
	}
	if d.Ended() {
		info.CompleteTime = &d.completed
	}
	if d.rolledBackBy != "" {
		info.RollbackInfo = &types.RollbackInfo{RollbackDeploymentId: &d.rolledBackBy}
	} else if d.rollsBack != "" {
		info.RollbackInfo = &types.RollbackInfo{RollbackTriggeringDeploymentId: &d.rollsBack}
	}
	return info
}

func (d *Deployment) target(id *string) *types.ECSTarget {
	target := &types.ECSTarget{DeploymentId: &d.ID, TargetId: id}
	for _, e := range d.events {
		target.LifecycleEvents = append(target.LifecycleEvents, e.describe())
	}
	for _, set := range []*TaskSet{d.blue, d.green} {
		if set != nil {
			target.TaskSetsInfo = append(target.TaskSetsInfo, types.ECSTaskSet{Identifer: &set.ID, TargetGroup: &types.TargetGroupInfo{Name: &set.TargetGroup}})
		}
	}
	return target
}
