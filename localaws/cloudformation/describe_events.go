package cloudformation

import (
	"slices"

	sdk "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
)

func (c *call) describeStackEvents(in *sdk.DescribeStackEventsInput) (*sdk.DescribeStackEventsOutput, error) {
	st, err := c.find(in.StackName)
	if err != nil {
		return nil, err
	}
	var all []types.StackEvent
	for _, e := range slices.Backward(st.events) {
		all = append(all, types.StackEvent{
			EventId: new(e.ID), StackId: new(e.StackID), StackName: new(e.StackName), LogicalResourceId: new(e.LogicalID),
			PhysicalResourceId: new(e.PhysicalID), ResourceType: new(e.Type), ResourceStatus: types.ResourceStatus(e.Status),
			ResourceStatusReason: optional(e.Reason), Timestamp: new(e.Time), ClientRequestToken: optional(e.Token), OperationId: optional(e.OperationID),
		})
	}
	out := &sdk.DescribeStackEventsOutput{}
	out.StackEvents, out.NextToken = paged(all, in.NextToken)
	return out, nil
}

// describeEvents tells why a change set failed, and what the resources of a stack went through.
func (c *call) describeEvents(in *sdk.DescribeEventsInput) (*sdk.DescribeEventsOutput, error) {
	var all []types.OperationEvent
	if in.ChangeSetName != nil {
		st, set, err := c.changeSet(in.StackName, in.ChangeSetName)
		if err != nil {
			return nil, err
		}
		all = set.events(st)
	} else {
		st, err := c.find(in.StackName)
		if err != nil {
			return nil, err
		}
		all = st.operationEvents(value(in.OperationId), in.Filters != nil && is(in.Filters.FailedEvents))
	}
	out := &sdk.DescribeEventsOutput{}
	out.OperationEvents, out.NextToken = paged(all, in.NextToken)
	return out, nil
}

func (set *changeSet) events(st *stack) []types.OperationEvent {
	var all []types.OperationEvent
	if set.mistakes == nil {
		return all
	}
	for _, mistake := range set.mistakes.all {
		all = append(all, types.OperationEvent{
			EventId: new(uuid()), StackId: new(st.id), EventType: types.EventTypeValidationError, Timestamp: new(set.created),
			LogicalResourceId: new(set.mistakes.id), ResourceType: new(set.mistakes.kind), PhysicalResourceId: new(""),
			OperationType: types.OperationTypeCreateChangeset, ValidationName: new("PROPERTY_VALIDATION"), ValidationStatus: types.ValidationStatusFailed,
			ValidationFailureMode: types.HookFailureModeFail, ValidationStatusReason: new(mistake.Text),
			ValidationPath: new("/Resources/" + set.mistakes.id + "/Properties" + mistake.Path[1:]),
		})
	}
	return all
}

func (st *stack) operationEvents(operation string, failed bool) []types.OperationEvent {
	var all []types.OperationEvent
	for _, e := range slices.Backward(st.events) {
		wrong := len(e.Status) > 7 && e.Status[len(e.Status)-7:] == "_FAILED"
		if operation != "" && e.OperationID != operation || failed && !wrong {
			continue
		}
		all = append(all, types.OperationEvent{
			EventId: new(e.ID), StackId: new(e.StackID), EventType: types.EventTypeStackEvent, Timestamp: new(e.Time), LogicalResourceId: new(e.LogicalID),
			PhysicalResourceId: new(e.PhysicalID), ResourceType: new(e.Type), ResourceStatus: types.ResourceStatus(e.Status),
			ResourceStatusReason: optional(e.Reason), OperationId: optional(e.OperationID), ClientRequestToken: optional(e.Token),
		})
	}
	return all
}
