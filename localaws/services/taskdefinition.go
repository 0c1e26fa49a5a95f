package services

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"payment-processor/simulation/cloud"

	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// revision is one of a family. Its status is the model's: services start from it.
type revision struct {
	types.TaskDefinition
	model *cloud.Revision
}

func (r *revision) describe() *types.TaskDefinition {
	described := r.TaskDefinition
	described.Status = r.model.Status
	return &described
}

// RegisterTaskDefinition makes the next revision of a family.
func (e ECS) RegisterTaskDefinition(_ context.Context, in *ecs.RegisterTaskDefinitionInput) (*ecs.RegisterTaskDefinitionOutput, error) {
	if err := taskValid(in); err != nil {
		return nil, err
	}
	defer e.model.enter()()
	number := int32(1)
	for _, r := range e.model.revisions {
		if *r.Family == *in.Family {
			number = r.Revision + 1
		}
	}
	arn := e.model.arn("ecs", fmt.Sprintf("task-definition/%s:%d", *in.Family, number))
	made := &revision{
		types.TaskDefinition{
			TaskDefinitionArn: &arn, Family: in.Family, Revision: number, RegisteredAt: new(time.Now()),
			ContainerDefinitions: in.ContainerDefinitions, Cpu: in.Cpu, Memory: in.Memory, NetworkMode: in.NetworkMode,
			ExecutionRoleArn: in.ExecutionRoleArn, TaskRoleArn: in.TaskRoleArn, Volumes: in.Volumes,
			RequiresCompatibilities: in.RequiresCompatibilities, Compatibilities: in.RequiresCompatibilities,
			RuntimePlatform: in.RuntimePlatform, PlacementConstraints: in.PlacementConstraints,
			EphemeralStorage: in.EphemeralStorage, IpcMode: in.IpcMode, PidMode: in.PidMode, ProxyConfiguration: in.ProxyConfiguration,
		},
		&cloud.Revision{Arn: arn, Family: *in.Family, Image: deref(in.ContainerDefinitions[0].Image), Status: types.TaskDefinitionStatusActive},
	}
	for i, container := range made.ContainerDefinitions {
		if container.Essential == nil {
			made.ContainerDefinitions[i].Essential = new(true)
		}
	}
	e.model.revisions = append(e.model.revisions, made)
	e.model.tag(arn, in.Tags)
	return &ecs.RegisterTaskDefinitionOutput{TaskDefinition: made.describe(), Tags: e.model.tagged(arn)}, nil
}

// revision is looked up by ARN, family:number, or family for its newest active one.
func (m *Model) revision(name string) (*revision, error) {
	name = last(name)
	for _, r := range slices.Backward(m.revisions) {
		if name == fmt.Sprintf("%s:%d", *r.Family, r.Revision) || name == *r.Family && r.model.Status == types.TaskDefinitionStatusActive {
			return r, nil
		}
	}
	return nil, &types.ClientException{Message: new("Unable to describe task definition.")}
}

// startable is a revision that tasks can be started of.
func (m *Model) startable(name string) (*revision, error) {
	r, err := m.revision(name)
	if err != nil {
		return nil, &types.ClientException{Message: new("TaskDefinition not found.")}
	}
	if r.model.Status != types.TaskDefinitionStatusActive {
		return nil, &types.ClientException{Message: new("TaskDefinition is inactive")}
	}
	return r, nil
}

// DescribeTaskDefinition describes INACTIVE revisions as well.
func (e ECS) DescribeTaskDefinition(_ context.Context, in *ecs.DescribeTaskDefinitionInput) (*ecs.DescribeTaskDefinitionOutput, error) {
	defer e.model.enter()()
	r, err := e.model.revision(deref(in.TaskDefinition))
	if err != nil {
		return nil, err
	}
	out := &ecs.DescribeTaskDefinitionOutput{TaskDefinition: r.describe()}
	if slices.Contains(in.Include, types.TaskDefinitionFieldTags) {
		out.Tags = e.model.tagged(*r.TaskDefinitionArn)
	}
	return out, nil
}

// ListTaskDefinitions lists the revisions of one status, oldest first unless told.
func (e ECS) ListTaskDefinitions(_ context.Context, in *ecs.ListTaskDefinitionsInput) (*ecs.ListTaskDefinitionsOutput, error) {
	defer e.model.enter()()
	status := in.Status
	if status == "" {
		status = types.TaskDefinitionStatusActive
	}
	out := &ecs.ListTaskDefinitionsOutput{TaskDefinitionArns: []string{}}
	for _, r := range e.model.revisions {
		if r.model.Status == status && (deref(in.FamilyPrefix) == "" || *r.Family == *in.FamilyPrefix) {
			out.TaskDefinitionArns = append(out.TaskDefinitionArns, *r.TaskDefinitionArn)
		}
	}
	if in.Sort == types.SortOrderDesc {
		slices.Reverse(out.TaskDefinitionArns)
	}
	return out, nil
}

// ListTaskDefinitionFamilies lists those with an active revision, unless told otherwise.
func (e ECS) ListTaskDefinitionFamilies(_ context.Context, in *ecs.ListTaskDefinitionFamiliesInput) (*ecs.ListTaskDefinitionFamiliesOutput, error) {
	defer e.model.enter()()
	out := &ecs.ListTaskDefinitionFamiliesOutput{Families: []string{}}
	for _, r := range e.model.revisions {
		active := r.model.Status == types.TaskDefinitionStatusActive
		wanted := active || in.Status == types.TaskDefinitionFamilyStatusAll
		if wanted && strings.HasPrefix(*r.Family, deref(in.FamilyPrefix)) && !slices.Contains(out.Families, *r.Family) {
			out.Families = append(out.Families, *r.Family)
		}
	}
	return out, nil
}

// DeregisterTaskDefinition makes a revision INACTIVE. Tasks that run go on.
func (e ECS) DeregisterTaskDefinition(_ context.Context, in *ecs.DeregisterTaskDefinitionInput) (*ecs.DeregisterTaskDefinitionOutput, error) {
	defer e.model.enter()()
	r, err := e.model.revision(deref(in.TaskDefinition))
	if err != nil {
		return nil, err
	}
	if r.model.Status != types.TaskDefinitionStatusActive {
		return nil, &types.ClientException{Message: new("The specified task definition is inactive. You can't deregister an inactive task definition.")}
	}
	r.model.Status, r.DeregisteredAt = types.TaskDefinitionStatusInactive, new(time.Now())
	return &ecs.DeregisterTaskDefinitionOutput{TaskDefinition: r.describe()}, nil
}

// DeleteTaskDefinitions deletes INACTIVE revisions, ten at most in a call, and reports the others as failures.
func (e ECS) DeleteTaskDefinitions(_ context.Context, in *ecs.DeleteTaskDefinitionsInput) (*ecs.DeleteTaskDefinitionsOutput, error) {
	defer e.model.enter()()
	if len(in.TaskDefinitions) > 10 {
		return nil, refuse("InvalidParameterException", "%d task definitions, want at most 10", len(in.TaskDefinitions))
	}
	out := &ecs.DeleteTaskDefinitionsOutput{TaskDefinitions: []types.TaskDefinition{}, Failures: []types.Failure{}}
	for _, name := range in.TaskDefinitions {
		r, err := e.model.revision(name)
		if err != nil || r.model.Status != types.TaskDefinitionStatusInactive {
			out.Failures = append(out.Failures, types.Failure{Arn: &name, Reason: new("The specified task definition is still in ACTIVE status. Please deregister the target and try again.")})
			continue
		}
		r.model.Status = types.TaskDefinitionStatusDeleteInProgress
		out.TaskDefinitions = append(out.TaskDefinitions, *r.describe())
	}
	return out, nil
}
