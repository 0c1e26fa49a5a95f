package imagegate

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// live returns the image that serves production traffic, the PRIMARY task set's. It is empty while there is no
// service, which is so in a first deployment.
func (h Handler) live(ctx context.Context, p Properties) (string, error) {
	sets, err := h.taskSets(ctx, p)
	if err != nil {
		return "", err
	}
	for _, set := range sets {
		if *set.Status != "PRIMARY" {
			continue
		}
		images, err := h.containerImages(ctx, *set.TaskDefinition)
		if err != nil {
			return "", err
		}
		image, found := images[p.Container]
		if !found {
			return "", fmt.Errorf("%s is live and has no container %s", *set.TaskDefinition, p.Container)
		}
		return image, nil
	}
	return "", nil
}

// taskSets returns those of the service, none if there is no such service.
func (h Handler) taskSets(ctx context.Context, p Properties) ([]types.TaskSet, error) {
	out, err := h.ECS.DescribeServices(ctx, &ecs.DescribeServicesInput{Cluster: &p.Cluster, Services: []string{p.Service}})
	if missing := new(types.ClusterNotFoundException); errors.As(err, &missing) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("look up service %s: %w", p.Service, err)
	}
	var sets []types.TaskSet
	for _, service := range out.Services {
		if *service.Status == "ACTIVE" {
			sets = append(sets, service.TaskSets...)
		}
	}
	return sets, nil
}

// containerImages returns the image of each container of a task definition.
func (h Handler) containerImages(ctx context.Context, taskDefinition string) (map[string]string, error) {
	out, err := h.ECS.DescribeTaskDefinition(ctx, &ecs.DescribeTaskDefinitionInput{TaskDefinition: &taskDefinition})
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", taskDefinition, err)
	}
	images := map[string]string{}
	for _, container := range out.TaskDefinition.ContainerDefinitions {
		images[*container.Name] = *container.Image
	}
	return images, nil
}

// revisions returns the active task definitions of the family: what may run, or be rolled back to.
func (h Handler) revisions(ctx context.Context, p Properties) ([]string, error) {
	var all []string
	pages := ecs.NewListTaskDefinitionsPaginator(h.ECS, &ecs.ListTaskDefinitionsInput{
		FamilyPrefix: &p.Family, Status: types.TaskDefinitionStatusActive,
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		all = append(all, page.TaskDefinitionArns...)
	}
	return all, nil
}
