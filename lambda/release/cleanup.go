package release

import (
	"context"
	"fmt"
	"slices"

	"payment-processor/lambda/deployment"

	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// kept is how many of the newest revisions stay ACTIVE, so that they can be deployed by hand.
const kept = 10

// cleanUp deregisters and deletes old revisions of the task definition: all but the newest and those that are named.
// The template retains each revision (a rollback needs the old one), so nobody else would.
func (h Handler) cleanUp(ctx context.Context, family string, newest int, named []string) error {
	if family == "" { // a filter by nothing would list every family of the account
		return nil
	}
	active, err := h.revisions(ctx, family, types.TaskDefinitionStatusActive)
	if err != nil {
		return err
	}
	for _, arn := range active[min(newest, len(active)):] {
		if slices.Contains(named, arn) {
			continue
		}
		if _, err := h.ECS.DeregisterTaskDefinition(ctx, &ecs.DeregisterTaskDefinitionInput{TaskDefinition: &arn}); err != nil {
			return fmt.Errorf("deregistering %s: %w", revision(arn), err)
		}
	}
	inactive, err := h.revisions(ctx, family, types.TaskDefinitionStatusInactive)
	if err != nil {
		return err
	}
	unused := slices.DeleteFunc(inactive, func(arn string) bool { return slices.Contains(named, arn) })
	for some := range slices.Chunk(unused, 10) { // API_DeleteTaskDefinitions: up to 10
		if _, err := h.ECS.DeleteTaskDefinitions(ctx, &ecs.DeleteTaskDefinitionsInput{TaskDefinitions: some}); err != nil {
			return fmt.Errorf("deleting %d revisions of %s: %w", len(some), family, err)
		}
	}
	return nil
}

// revisions lists the family's task definitions, newest first.
func (h Handler) revisions(ctx context.Context, family string, status types.TaskDefinitionStatus) ([]string, error) {
	var found []string
	pages := ecs.NewListTaskDefinitionsPaginator(h.ECS, &ecs.ListTaskDefinitionsInput{
		FamilyPrefix: &family, Status: status, Sort: types.SortOrderDesc,
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("listing the %s revisions of %s: %w", status, family, err)
		}
		found = append(found, page.TaskDefinitionArns...)
	}
	return found, nil
}

// named are the revisions that a rollback of this update, or the service itself, may still need.
func named(event Event, live deployment.Live) []string {
	return append([]string{event.Properties.TaskDefinition, event.OldProperties.TaskDefinition}, live.Named...)
}
