package cloudformation

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"payment-processor/localaws/cloudformation/template"
)

type changeSet struct {
	id, name  string
	kind      types.ChangeSetType
	created   time.Time
	revision  *revision
	changes   []types.Change
	status    types.ChangeSetStatus
	execution types.ExecutionStatus
	reason    string
	mistakes  *mistaken
	in        *sdk.CreateChangeSetInput
}

const (
	noChanges = "The submitted information didn't contain changes. Submit different information to create a change set."
	// early is what AWS says where a property does not exist; who asks DescribeEvents gets to know which.
	early = "The following hook(s)/validation failed: [AWS::EarlyValidation::PropertyValidation]. " +
		"To troubleshoot Early Validation errors, use the DescribeEvents API for detailed failure information."
)

func (c *call) createChangeSet(in *sdk.CreateChangeSetInput) (*sdk.CreateChangeSetOutput, error) {
	name := value(in.ChangeSetName)
	st, err := c.find(in.StackName)
	switch in.ChangeSetType {
	case types.ChangeSetTypeImport:
		return nil, validation("change sets of the type IMPORT are not supported here")
	case types.ChangeSetTypeCreate:
		if err == nil && st.exists() {
			return nil, apiError("AlreadyExistsException", "Stack [%s] already exists and cannot be created again with the changeSet [%s].", st.name, name)
		}
	default:
		if err != nil {
			return nil, err
		}
		if err := st.settled(true); err != nil {
			return nil, err
		}
	}
	if st == nil {
		st = &stack{}
	}
	if slices.ContainsFunc(st.changeSets, func(other *changeSet) bool { return other.name == name }) {
		return nil, apiError("AlreadyExistsException", "ChangeSet %s already exists", name)
	}
	return c.addChangeSet(st, name, in)
}

func (c *call) addChangeSet(st *stack, name string, in *sdk.CreateChangeSetInput) (*sdk.CreateChangeSetOutput, error) {
	fresh := st.id == ""
	if fresh {
		st = c.newStack(c.region, value(in.StackName))
	}
	set := &changeSet{
		id:   fmt.Sprintf("arn:aws:cloudformation:%s:%s:changeSet/%s/%s", c.name, c.options.AccountID, name, uuid()),
		name: name, kind: in.ChangeSetType, created: time.Now(), in: in,
		status: types.ChangeSetStatusCreateComplete, execution: types.ExecutionStatusAvailable,
	}
	var err error
	set.revision, err = c.revise(st, submitted{
		body: in.TemplateBody, url: in.TemplateURL, usePrevious: in.UsePreviousTemplate, parameters: in.Parameters,
		capabilities: in.Capabilities, tags: in.Tags, notifications: in.NotificationARNs, rollback: in.RollbackConfiguration,
		roleARN: in.RoleARN, keepTags: in.Tags == nil,
	})
	if err == nil {
		err = st.sameTypes(set.revision)
	}
	switch later := failsLater(err); {
	case err != nil && !later:
		if fresh {
			c.stacks = c.stacks[:len(c.stacks)-1]
		}
		return nil, err
	case err != nil:
		set.fail(err)
	default:
		if set.changes = st.changes(set.revision); st.unchanged(set.revision, set.changes) {
			set.fail(template.Errorf(noChanges))
		}
	}
	st.changeSets = append(st.changeSets, set)
	if fresh {
		c.enter(st, types.StackStatusReviewInProgress, "User Initiated")
	}
	return &sdk.CreateChangeSetOutput{Id: new(set.id), StackId: new(st.id)}, nil
}

// failsLater tells the mistakes that a failed change set reports from those that make no change set.
func failsLater(err error) bool {
	var mistakes *mistaken
	var missing missingExport
	return errors.As(err, &mistakes) || errors.As(err, &missing)
}

func (set *changeSet) fail(err error) {
	set.status, set.execution, set.reason = types.ChangeSetStatusFailed, types.ExecutionStatusUnavailable, err.Error()
	if errors.As(err, &set.mistakes) {
		set.reason = early + " " + set.reason
	}
}

// sameTypes refuses another type under the same logical id.
func (st *stack) sameTypes(to *revision) error {
	var changed []string
	for _, id := range to.active {
		if rec := st.records[id]; rec != nil && rec.live != nil && rec.kind != to.template.Resources[id].Type {
			changed = append(changed, id)
		}
	}
	if changed != nil {
		return validation("Update of resource type is not permitted. The new template modifies resource type of the following resources: [%s]", strings.Join(changed, ", "))
	}
	return nil
}

// changeSet finds one by ARN, or by name and stack.
func (c *call) changeSet(stackName, name *string) (*stack, *changeSet, error) {
	for _, st := range c.stacks {
		for _, set := range st.changeSets {
			of := stackName == nil || *stackName == st.id || *stackName == st.name
			if set.id == value(name) || set.name == value(name) && of && st.deleted == nil {
				return st, set, nil
			}
		}
	}
	if stackName != nil {
		if _, err := c.find(stackName); err != nil {
			return nil, nil, apiError("ChangeSetNotFound", "Stack [%s] does not exist", *stackName)
		}
	}
	return nil, nil, apiError("ChangeSetNotFound", "ChangeSet [%s] does not exist", value(name))
}

func (c *call) describeChangeSet(in *sdk.DescribeChangeSetInput) (*sdk.DescribeChangeSetOutput, error) {
	st, set, err := c.changeSet(in.StackName, in.ChangeSetName)
	if err != nil {
		return nil, err
	}
	out := &sdk.DescribeChangeSetOutput{
		ChangeSetId: new(set.id), ChangeSetName: new(set.name), StackId: new(st.id), StackName: new(st.name), CreationTime: new(set.created),
		Status: set.status, ExecutionStatus: set.execution, Description: set.in.Description, Capabilities: set.in.Capabilities,
		NotificationARNs: set.in.NotificationARNs, RollbackConfiguration: set.in.RollbackConfiguration, OnStackFailure: set.in.OnStackFailure,
		IncludeNestedStacks: set.in.IncludeNestedStacks, ImportExistingResources: set.in.ImportExistingResources,
		DeploymentConfig: set.in.DeploymentConfig, Changes: slices.Clone(set.changes),
		Parameters: set.revision.parameters, Tags: set.revision.tags,
	}
	if set.reason != "" {
		out.StatusReason = new(set.reason)
	}
	if in.IncludePropertyValues == nil || !*in.IncludePropertyValues {
		for i := range out.Changes {
			plain := *out.Changes[i].ResourceChange
			plain.BeforeContext, plain.AfterContext = nil, nil
			out.Changes[i].ResourceChange = &plain
		}
	}
	return out, nil
}

func (c *call) listChangeSets(in *sdk.ListChangeSetsInput) (*sdk.ListChangeSetsOutput, error) {
	st, err := c.find(in.StackName)
	if err != nil {
		return nil, err
	}
	out := &sdk.ListChangeSetsOutput{}
	for _, set := range st.changeSets {
		out.Summaries = append(out.Summaries, types.ChangeSetSummary{
			ChangeSetId: new(set.id), ChangeSetName: new(set.name), StackId: new(st.id), StackName: new(st.name), CreationTime: new(set.created),
			Status: set.status, ExecutionStatus: set.execution, Description: set.in.Description, StatusReason: new(set.reason),
		})
	}
	return out, nil
}

// deleteChangeSet succeeds where there is none, as AWS's does.
func (c *call) deleteChangeSet(in *sdk.DeleteChangeSetInput) (*sdk.DeleteChangeSetOutput, error) {
	if st, set, err := c.changeSet(in.StackName, in.ChangeSetName); err == nil {
		st.changeSets = slices.DeleteFunc(st.changeSets, func(other *changeSet) bool { return other == set })
	}
	return &sdk.DeleteChangeSetOutput{}, nil
}

func (c *call) executeChangeSet(in *sdk.ExecuteChangeSetInput) (*sdk.ExecuteChangeSetOutput, error) {
	st, set, err := c.changeSet(in.StackName, in.ChangeSetName)
	if err != nil {
		return nil, err
	}
	out := &sdk.ExecuteChangeSetOutput{}
	if st.seen(in.ClientRequestToken) {
		return out, nil
	}
	if set.execution != types.ExecutionStatusAvailable {
		return nil, apiError("InvalidChangeSetStatus", "ChangeSet [%s] cannot be executed in its current status of [%s]", set.id, set.status)
	}
	flags := flags{token: in.ClientRequestToken, disableRollback: in.DisableRollback, retainExceptOnCreate: in.RetainExceptOnCreate, onFailure: types.OnFailure(set.in.OnStackFailure)}
	if err := c.bring(st, set.revision, flags); err != nil {
		return nil, err
	}
	set.execution = types.ExecutionStatusExecuteComplete
	st.changeSet, st.changeSets = set.id, []*changeSet{set} // the others no longer say what would change
	return out, nil
}
