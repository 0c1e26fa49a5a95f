package cloudformation

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"

	sdk "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
)

const page = 100

// paged cuts a list. The token is the place where the next page begins.
func paged[T any](all []T, token *string) ([]T, *string) {
	from, _ := strconv.Atoi(value(token))
	from = min(max(from, 0), len(all))
	if rest := all[from:]; len(rest) > page {
		return rest[:page], new(strconv.Itoa(from + page))
	}
	return all[from:], nil
}

func optional(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// latest is the revision that describes a stack.
func (st *stack) latest() *revision {
	if st.target != nil {
		return st.target
	}
	return st.current
}

func (st *stack) describe() types.Stack {
	made := types.Stack{
		StackId: new(st.id), StackName: new(st.name), StackStatus: st.status, StackStatusReason: optional(st.reason),
		CreationTime: new(st.created), LastUpdatedTime: st.updated, DeletionTime: st.deleted, DisableRollback: new(st.disableRollback),
		EnableTerminationProtection: new(st.protected), Outputs: st.outputs, RoleARN: optional(st.roleARN), ChangeSetId: optional(st.changeSet),
		DriftInformation:      &types.StackDriftInformation{StackDriftStatus: types.StackDriftStatusNotChecked},
		RollbackConfiguration: &types.RollbackConfiguration{}, LastOperations: st.operations[:min(len(st.operations), 5)],
	}
	if r := st.latest(); r != nil {
		made.Description, made.Parameters, made.Tags = optional(r.template.Description), r.parameters, r.tags
		made.Capabilities, made.NotificationARNs = r.capabilities, r.notifications
		if r.rollback != nil {
			made.RollbackConfiguration = r.rollback
		}
	}
	return made
}

func (c *call) describeStacks(in *sdk.DescribeStacksInput) (*sdk.DescribeStacksOutput, error) {
	out := &sdk.DescribeStacksOutput{}
	if in.StackName != nil {
		st, err := c.find(in.StackName)
		if err != nil {
			return nil, err
		}
		out.Stacks = []types.Stack{st.describe()}
		return out, nil
	}
	var all []*stack
	for _, st := range slices.Backward(c.stacks) {
		if st.deleted == nil {
			all = append(all, st)
		}
	}
	all, out.NextToken = paged(all, in.NextToken)
	for _, st := range all {
		out.Stacks = append(out.Stacks, st.describe())
	}
	return out, nil
}

func (c *call) listStacks(in *sdk.ListStacksInput) (*sdk.ListStacksOutput, error) {
	var all []types.StackSummary
	for _, st := range slices.Backward(c.stacks) {
		if len(in.StackStatusFilter) > 0 && !slices.Contains(in.StackStatusFilter, st.status) {
			continue
		}
		made := types.StackSummary{
			StackId: new(st.id), StackName: new(st.name), StackStatus: st.status, StackStatusReason: optional(st.reason),
			CreationTime: new(st.created), LastUpdatedTime: st.updated, DeletionTime: st.deleted,
			DriftInformation: &types.StackDriftInformationSummary{StackDriftStatus: types.StackDriftStatusNotChecked},
		}
		if r := st.latest(); r != nil {
			made.TemplateDescription = optional(r.template.Description)
		}
		all = append(all, made)
	}
	out := &sdk.ListStacksOutput{}
	out.StackSummaries, out.NextToken = paged(all, in.NextToken)
	return out, nil
}

// resources of a stack by logical id, those that failed to be made too.
func (st *stack) resources() []types.StackResource {
	var all []types.StackResource
	for _, id := range slices.Sorted(maps.Keys(st.records)) {
		rec := st.records[id]
		made := types.StackResource{
			StackId: new(st.id), StackName: new(st.name), LogicalResourceId: new(id), ResourceType: new(rec.kind), ResourceStatus: rec.status,
			ResourceStatusReason: optional(rec.reason), Timestamp: new(rec.changed),
			DriftInformation: &types.StackResourceDriftInformation{StackResourceDriftStatus: types.StackResourceDriftStatusNotChecked},
		}
		if rec.live != nil {
			made.PhysicalResourceId = new(rec.live.physical)
		}
		all = append(all, made)
	}
	return all
}

func (c *call) describeStackResources(in *sdk.DescribeStackResourcesInput) (*sdk.DescribeStackResourcesOutput, error) {
	out := &sdk.DescribeStackResourcesOutput{}
	for _, st := range c.stacks {
		named := in.StackName != nil && (st.id == *in.StackName || st.name == *in.StackName && st.deleted == nil)
		all := st.resources()
		has := func(r types.StackResource) bool { return value(r.PhysicalResourceId) == value(in.PhysicalResourceId) }
		if named || in.StackName == nil && in.PhysicalResourceId != nil && st.deleted == nil && slices.ContainsFunc(all, has) {
			out.StackResources = slices.DeleteFunc(all, func(r types.StackResource) bool {
				return in.LogicalResourceId != nil && *r.LogicalResourceId != *in.LogicalResourceId
			})
			return out, nil
		}
	}
	if in.StackName == nil {
		return nil, validation("Stack for %s does not exist", value(in.PhysicalResourceId))
	}
	return nil, validation("Stack with id %s does not exist", *in.StackName)
}

func (c *call) listStackResources(in *sdk.ListStackResourcesInput) (*sdk.ListStackResourcesOutput, error) {
	st, err := c.find(in.StackName)
	if err != nil {
		return nil, err
	}
	out := &sdk.ListStackResourcesOutput{}
	var all []types.StackResource
	all, out.NextToken = paged(st.resources(), in.NextToken)
	for _, r := range all {
		out.StackResourceSummaries = append(out.StackResourceSummaries, types.StackResourceSummary{
			LogicalResourceId: r.LogicalResourceId, PhysicalResourceId: r.PhysicalResourceId, ResourceType: r.ResourceType,
			ResourceStatus: r.ResourceStatus, ResourceStatusReason: r.ResourceStatusReason, LastUpdatedTimestamp: r.Timestamp,
			DriftInformation: &types.StackResourceDriftInformationSummary{StackResourceDriftStatus: types.StackResourceDriftStatusNotChecked},
		})
	}
	return out, nil
}

func (c *call) describeStackResource(in *sdk.DescribeStackResourceInput) (*sdk.DescribeStackResourceOutput, error) {
	st, err := c.find(in.StackName)
	if err != nil {
		return nil, err
	}
	for _, r := range st.resources() {
		if *r.LogicalResourceId != value(in.LogicalResourceId) {
			continue
		}
		detail := &types.StackResourceDetail{
			StackId: r.StackId, StackName: r.StackName, LogicalResourceId: r.LogicalResourceId, PhysicalResourceId: r.PhysicalResourceId,
			ResourceType: r.ResourceType, ResourceStatus: r.ResourceStatus, ResourceStatusReason: r.ResourceStatusReason,
			LastUpdatedTimestamp: r.Timestamp, DriftInformation: r.DriftInformation,
		}
		if l := st.records[*r.LogicalResourceId].live; l != nil && l.metadata != nil {
			text, _ := json.Marshal(l.metadata) // it came from JSON or YAML
			detail.Metadata = new(string(text))
		}
		return &sdk.DescribeStackResourceOutput{StackResourceDetail: detail}, nil
	}
	return nil, validation("Resource %s does not exist for stack %s", value(in.LogicalResourceId), st.name)
}
