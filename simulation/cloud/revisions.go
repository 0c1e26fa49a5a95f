package cloud

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// Revision is a revision of a task definition.
type Revision struct {
	Arn    string
	Family string
	Image  string // repository@digest
	Tag    string // whatever else the task definition says
	Status types.TaskDefinitionStatus
}

func (r *Revision) digest() string {
	_, digest, _ := strings.Cut(r.Image, "@")
	return digest
}

// Digest is of the image that the revision's tasks run.
func (r *Revision) Digest() string { return r.digest() }

// Register makes the next revision of a family.
func (e *ECS) Register(family, image, tag string) *Revision {
	arn := fmt.Sprintf("arn:aws:ecs:us-east-2:111122223333:task-definition/%s:%d", family, len(e.order)+1)
	r := &Revision{Arn: arn, Family: family, Image: image, Tag: tag, Status: types.TaskDefinitionStatusActive}
	e.Adopt(r)
	e.cloud.Log("ecs", "%s is registered: %s, %s", arn, image, tag)
	return r
}

// Adopt takes in a revision that is registered elsewhere, whose status is its owner's to change.
func (e *ECS) Adopt(r *Revision) {
	if e.revisions[r.Arn] == nil {
		e.order = append(e.order, r)
	}
	e.revisions[r.Arn] = r
}

// Revision returns the revision of an ARN, nil if there is none.
func (e *ECS) Revision(arn string) *Revision { return e.revisions[arn] }

// Active lists the revisions that a task set could be made of.
func (e *ECS) Active() []*Revision {
	var active []*Revision
	for _, r := range e.order {
		if r.Status == types.TaskDefinitionStatusActive {
			active = append(active, r)
		}
	}
	return active
}

func (e *ECS) newest(family string) *Revision {
	for _, r := range slices.Backward(e.order) {
		if r.Family == family && r.Status == types.TaskDefinitionStatusActive {
			return r
		}
	}
	return nil
}

// Retire makes a revision INACTIVE, as CloudFormation's clean-up does.
func (e *ECS) Retire(arn string) {
	if r := e.revisions[arn]; r != nil && r.Status == types.TaskDefinitionStatusActive {
		r.Status = types.TaskDefinitionStatusInactive
		e.cloud.Log("ecs", "%s is INACTIVE", arn)
	}
}

func (e *ECS) lookup(name string) (*Revision, error) {
	r := e.revisions[name]
	if r == nil && !strings.Contains(name, "/") {
		r = e.newest(name)
	}
	if r == nil {
		return nil, apiError("ClientException", "Unable to describe task definition.")
	}
	return r, nil
}

// DescribeTaskDefinition describes INACTIVE revisions as well; a family means its newest active revision.
func (e *ECS) DescribeTaskDefinition(ctx context.Context, in *ecs.DescribeTaskDefinitionInput, _ ...func(*ecs.Options)) (*ecs.DescribeTaskDefinitionOutput, error) {
	return call(ctx, "ecs:DescribeTaskDefinition", func() (*ecs.DescribeTaskDefinitionOutput, error) {
		r, err := e.lookup(*in.TaskDefinition)
		if err != nil {
			return nil, err
		}
		return &ecs.DescribeTaskDefinitionOutput{TaskDefinition: r.describe()}, nil
	})
}

func (r *Revision) describe() *types.TaskDefinition {
	return &types.TaskDefinition{
		TaskDefinitionArn: &r.Arn, Family: &r.Family, Status: r.Status,
		ContainerDefinitions: []types.ContainerDefinition{{Name: new("payment-processor"), Image: &r.Image}},
	}
}

// ListTaskDefinitions lists one family's revisions of one status (ACTIVE unless told), oldest first unless told.
func (e *ECS) ListTaskDefinitions(ctx context.Context, in *ecs.ListTaskDefinitionsInput, _ ...func(*ecs.Options)) (*ecs.ListTaskDefinitionsOutput, error) {
	return call(ctx, "ecs:ListTaskDefinitions", func() (*ecs.ListTaskDefinitionsOutput, error) {
		status := in.Status
		if status == "" {
			status = types.TaskDefinitionStatusActive
		}
		out := &ecs.ListTaskDefinitionsOutput{}
		for _, r := range e.order {
			if r.Status == status && (in.FamilyPrefix == nil || r.Family == *in.FamilyPrefix) {
				out.TaskDefinitionArns = append(out.TaskDefinitionArns, r.Arn)
			}
		}
		if in.Sort == types.SortOrderDesc {
			slices.Reverse(out.TaskDefinitionArns)
		}
		return out, nil
	})
}

// DeregisterTaskDefinition makes a revision INACTIVE. Tasks that run go on.
func (e *ECS) DeregisterTaskDefinition(ctx context.Context, in *ecs.DeregisterTaskDefinitionInput, _ ...func(*ecs.Options)) (*ecs.DeregisterTaskDefinitionOutput, error) {
	return call(ctx, "ecs:DeregisterTaskDefinition", func() (*ecs.DeregisterTaskDefinitionOutput, error) {
		r, err := e.lookup(*in.TaskDefinition)
		if err != nil {
			return nil, err
		}
		if r.Status != types.TaskDefinitionStatusActive {
			return nil, apiError("ClientException", "The specified task definition is inactive.")
		}
		e.Retire(r.Arn)
		return &ecs.DeregisterTaskDefinitionOutput{TaskDefinition: r.describe()}, nil
	})
}

// DeleteTaskDefinitions deletes INACTIVE revisions, ten at most in a call, and reports the others as failures.
func (e *ECS) DeleteTaskDefinitions(ctx context.Context, in *ecs.DeleteTaskDefinitionsInput, _ ...func(*ecs.Options)) (*ecs.DeleteTaskDefinitionsOutput, error) {
	return call(ctx, "ecs:DeleteTaskDefinitions", func() (*ecs.DeleteTaskDefinitionsOutput, error) {
		if len(in.TaskDefinitions) > 10 {
			return nil, &types.InvalidParameterException{}
		}
		out := &ecs.DeleteTaskDefinitionsOutput{}
		for _, arn := range in.TaskDefinitions {
			if r := e.revisions[arn]; r != nil && r.Status == types.TaskDefinitionStatusInactive {
				r.Status = types.TaskDefinitionStatusDeleteInProgress
				continue
			}
			out.Failures = append(out.Failures, types.Failure{Arn: &arn})
		}
		return out, nil
	})
}
