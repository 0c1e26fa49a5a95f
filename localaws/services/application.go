package services

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/codedeploy"
	"github.com/aws/aws-sdk-go-v2/service/codedeploy/types"
)

// CodeDeploy answers AWS CodeDeploy's API for ECS. Its methods are those of the SDK's client.
type CodeDeploy struct{ model *Model }

// CodeDeploy is the model's CodeDeploy.
func (m *Model) CodeDeploy() CodeDeploy { return CodeDeploy{m} }

type application struct {
	types.ApplicationInfo
	groups map[string]*deploymentGroup
}

func (m *Model) application(name *string) (*application, error) {
	if found := m.applications[deref(name)]; found != nil {
		return found, nil
	}
	return nil, &types.ApplicationDoesNotExistException{Message: new("No application found for name: " + deref(name))}
}

// CreateApplication makes one for ECS; others are not supported here.
func (c CodeDeploy) CreateApplication(_ context.Context, in *codedeploy.CreateApplicationInput) (*codedeploy.CreateApplicationOutput, error) {
	defer c.model.enter()()
	name := deref(in.ApplicationName)
	switch {
	case name == "":
		return nil, &types.ApplicationNameRequiredException{Message: new("Must specify applicationName")}
	case in.ComputePlatform != types.ComputePlatformEcs:
		return nil, &types.InvalidComputePlatformException{Message: new("compute platform is " + string(in.ComputePlatform) + ", and only ECS is supported here")}
	case c.model.applications[name] != nil:
		return nil, &types.ApplicationAlreadyExistsException{Message: new("Application already exists: " + name)}
	}
	made := &application{types.ApplicationInfo{
		ApplicationId: new(identify("")), ApplicationName: &name, ComputePlatform: in.ComputePlatform, CreateTime: new(time.Now()),
	}, map[string]*deploymentGroup{}}
	c.model.applications[name] = made
	c.model.tagDeploy(c.model.arn("codedeploy", "application:"+name), in.Tags)
	return &codedeploy.CreateApplicationOutput{ApplicationId: made.ApplicationId}, nil
}

// GetApplication describes one.
func (c CodeDeploy) GetApplication(_ context.Context, in *codedeploy.GetApplicationInput) (*codedeploy.GetApplicationOutput, error) {
	defer c.model.enter()()
	found, err := c.model.application(in.ApplicationName)
	if err != nil {
		return nil, err
	}
	return &codedeploy.GetApplicationOutput{Application: &found.ApplicationInfo}, nil
}

// ListApplications lists their names.
func (c CodeDeploy) ListApplications(context.Context, *codedeploy.ListApplicationsInput) (*codedeploy.ListApplicationsOutput, error) {
	defer c.model.enter()()
	return &codedeploy.ListApplicationsOutput{Applications: slices.Sorted(maps.Keys(c.model.applications))}, nil
}

// DeleteApplication deletes its deployment groups as well, and succeeds for one that is not there.
func (c CodeDeploy) DeleteApplication(_ context.Context, in *codedeploy.DeleteApplicationInput) (*codedeploy.DeleteApplicationOutput, error) {
	defer c.model.enter()()
	if found, err := c.model.application(in.ApplicationName); err == nil {
		for _, group := range found.groups {
			group.release()
		}
	}
	delete(c.model.applications, deref(in.ApplicationName))
	delete(c.model.tags, c.model.arn("codedeploy", "application:"+deref(in.ApplicationName)))
	return &codedeploy.DeleteApplicationOutput{}, nil
}

// TagResource adds or changes tags.
func (c CodeDeploy) TagResource(_ context.Context, in *codedeploy.TagResourceInput) (*codedeploy.TagResourceOutput, error) {
	defer c.model.enter()()
	c.model.tagDeploy(deref(in.ResourceArn), in.Tags)
	return &codedeploy.TagResourceOutput{}, nil
}

// UntagResource removes tags.
func (c CodeDeploy) UntagResource(_ context.Context, in *codedeploy.UntagResourceInput) (*codedeploy.UntagResourceOutput, error) {
	defer c.model.enter()()
	for _, key := range in.TagKeys {
		delete(c.model.tags[deref(in.ResourceArn)], key)
	}
	return &codedeploy.UntagResourceOutput{}, nil
}

// ListTagsForResource lists those of an application or a deployment group.
func (c CodeDeploy) ListTagsForResource(_ context.Context, in *codedeploy.ListTagsForResourceInput) (*codedeploy.ListTagsForResourceOutput, error) {
	defer c.model.enter()()
	out := &codedeploy.ListTagsForResourceOutput{Tags: []types.Tag{}}
	for _, tag := range c.model.tagged(deref(in.ResourceArn)) {
		out.Tags = append(out.Tags, types.Tag{Key: tag.Key, Value: tag.Value})
	}
	return out, nil
}

func (m *Model) tagDeploy(arn string, tags []types.Tag) {
	if m.tags[arn] == nil {
		m.tags[arn] = map[string]string{}
	}
	for _, tag := range tags {
		m.tags[arn][deref(tag.Key)] = deref(tag.Value)
	}
}
