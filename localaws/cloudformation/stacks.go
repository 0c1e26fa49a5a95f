package cloudformation

import (
	"slices"
	"strings"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
)

// flags are what a request says of how to go on.
type flags struct {
	token                                 *string
	disableRollback, retainExceptOnCreate *bool
	onFailure                             types.OnFailure
}

func is(flag *bool) bool { return flag != nil && *flag }

// seen tells whether a request is a repetition.
func (st *stack) seen(token *string) bool { return token != nil && st.tokens[*token] }

// bring starts the operation that brings a stack to a revision.
func (c *call) bring(st *stack, to *revision, f flags) error {
	disable := is(f.disableRollback) || f.onFailure == types.OnFailureDoNothing
	creating := !st.exists()
	if !creating {
		if err := st.settled(disable); err != nil {
			return err
		}
	}
	st.tokens[value(f.token)] = f.token != nil
	st.target, st.disableRollback = to, disable
	if to.roleARN != nil {
		st.roleARN = *to.roleARN
	}
	kind, run := "CREATE_STACK", (*operation).create
	if !creating {
		kind, run = "UPDATE_STACK", (*operation).update
		st.updated = new(time.Now())
	}
	c.begin(c.region, st, value(f.token), kind, func(o *operation) {
		o.disableRollback, o.retainExceptOnCreate, o.deleteOnFailure = disable, is(f.retainExceptOnCreate), f.onFailure == types.OnFailureDelete
		run(o)
	})
	st.status = map[bool]types.StackStatus{true: types.StackStatusCreateInProgress, false: types.StackStatusUpdateInProgress}[creating]
	return nil
}

func (c *call) createStack(in *sdk.CreateStackInput) (*sdk.CreateStackOutput, error) {
	if st, err := c.find(in.StackName); err == nil && !st.seen(in.ClientRequestToken) {
		return nil, apiError("AlreadyExistsException", "Stack [%s] already exists", st.name)
	} else if err == nil {
		return &sdk.CreateStackOutput{StackId: new(st.id)}, nil
	}
	st := c.newStack(c.region, value(in.StackName))
	to, err := c.revise(st, submitted{
		body: in.TemplateBody, url: in.TemplateURL, parameters: in.Parameters, capabilities: in.Capabilities, tags: in.Tags,
		notifications: in.NotificationARNs, rollback: in.RollbackConfiguration, roleARN: in.RoleARN,
	})
	if err == nil {
		st.protected = is(in.EnableTerminationProtection)
		err = c.bring(st, to, flags{in.ClientRequestToken, in.DisableRollback, in.RetainExceptOnCreate, in.OnFailure})
	}
	if err != nil {
		c.stacks = c.stacks[:len(c.stacks)-1]
		return nil, err
	}
	return &sdk.CreateStackOutput{StackId: new(st.id)}, nil
}

func (c *call) updateStack(in *sdk.UpdateStackInput) (*sdk.UpdateStackOutput, error) {
	st, err := c.find(in.StackName)
	if err != nil {
		return nil, err
	}
	out := &sdk.UpdateStackOutput{StackId: new(st.id)}
	if st.seen(in.ClientRequestToken) {
		return out, nil
	}
	if err := st.settled(is(in.DisableRollback)); err != nil {
		return nil, err
	}
	to, err := c.revise(st, submitted{
		body: in.TemplateBody, url: in.TemplateURL, usePrevious: in.UsePreviousTemplate, parameters: in.Parameters,
		capabilities: in.Capabilities, tags: in.Tags, notifications: in.NotificationARNs, rollback: in.RollbackConfiguration,
		roleARN: in.RoleARN, keepTags: in.Tags == nil,
	})
	if err == nil {
		err = st.sameTypes(to)
	}
	if err == nil && st.unchanged(to, st.changes(to)) {
		err = validation("No updates are to be performed.")
	}
	if err == nil {
		err = c.bring(st, to, flags{token: in.ClientRequestToken, disableRollback: in.DisableRollback, retainExceptOnCreate: in.RetainExceptOnCreate})
	}
	if err != nil {
		return nil, err
	}
	return out, nil
}

func (c *call) deleteStack(in *sdk.DeleteStackInput) (*sdk.DeleteStackOutput, error) {
	out := &sdk.DeleteStackOutput{}
	st, err := c.find(in.StackName)
	gone := err != nil || st.deleted != nil
	if gone || st.seen(in.ClientRequestToken) || st.status == types.StackStatusDeleteInProgress {
		return out, nil // the deletion of what is not there succeeds
	}
	creating := st.status == types.StackStatusCreateInProgress
	switch {
	case st.protected:
		return nil, validation("Stack [%s] cannot be deleted while TerminationProtection is enabled", st.name)
	case len(in.RetainResources) > 0 && st.status != types.StackStatusDeleteFailed:
		return nil, validation("Invalid operation on stack [%s]. RetainResources can only be specified while the stack is in DELETE_FAILED state", st.id)
	case strings.HasSuffix(string(st.status), "_IN_PROGRESS") && !creating && st.exists():
		return nil, validation("Stack [%s] cannot be deleted while in status %s", st.id, st.status)
	}
	st.tokens[value(in.ClientRequestToken)] = in.ClientRequestToken != nil
	for name := range st.exports() {
		if users := c.importers(name); users != nil {
			c.enter(st, st.status, "Export "+name+" cannot be deleted as it is in use by "+strings.Join(users, " and "))
			return out, nil
		}
	}
	earlier := st.operation
	if creating {
		earlier.cancelled = true
		earlier.cancelRest()
	}
	st.status = types.StackStatusDeleteInProgress
	c.begin(c.region, st, value(in.ClientRequestToken), "DELETE_STACK", func(o *operation) {
		if earlier != nil {
			<-earlier.done
		}
		o.remove(types.StackStatusDeleteInProgress, "User Initiated", slices.Clone(in.RetainResources))
	})
	return out, nil
}

func (c *call) cancelUpdateStack(in *sdk.CancelUpdateStackInput) (*sdk.CancelUpdateStackOutput, error) {
	st, err := c.find(in.StackName)
	if err != nil {
		return nil, err
	}
	if st.status != types.StackStatusUpdateInProgress || st.operation.beyond {
		return nil, validation("CancelUpdateStack cannot be called from current stack status")
	}
	st.operation.cancelled = true
	st.operation.cancelRest()
	return &sdk.CancelUpdateStackOutput{}, nil
}

func (c *call) continueUpdateRollback(in *sdk.ContinueUpdateRollbackInput) (*sdk.ContinueUpdateRollbackOutput, error) {
	st, err := c.find(in.StackName)
	if err != nil {
		return nil, err
	}
	out := &sdk.ContinueUpdateRollbackOutput{}
	if st.seen(in.ClientRequestToken) {
		return out, nil
	}
	if st.status != types.StackStatusUpdateRollbackFailed {
		return nil, validation("Stack:%s is in %s state and can not continue update rollback.", st.id, st.status)
	}
	for _, id := range in.ResourcesToSkip {
		if u := st.undo[id]; u == nil || u.reverted || st.records[id].status != types.ResourceStatusUpdateFailed {
			return nil, validation("The following resources to skip are not in UPDATE_FAILED state: [%s]", id)
		}
	}
	st.tokens[value(in.ClientRequestToken)] = in.ClientRequestToken != nil
	st.status = types.StackStatusUpdateRollbackInProgress
	c.begin(c.region, st, value(in.ClientRequestToken), "CONTINUE_ROLLBACK", func(o *operation) { o.proceed(in.ResourcesToSkip) })
	return out, nil
}

func (c *call) rollbackStack(in *sdk.RollbackStackInput) (*sdk.RollbackStackOutput, error) {
	st, err := c.find(in.StackName)
	if err != nil {
		return nil, err
	}
	out := &sdk.RollbackStackOutput{StackId: new(st.id)}
	if st.seen(in.ClientRequestToken) {
		return out, nil
	}
	run, status := (*operation).undoCreate, types.StackStatusRollbackInProgress
	switch {
	case st.status == types.StackStatusUpdateFailed && st.current != nil:
		run, status = (*operation).rollBack, types.StackStatusUpdateRollbackInProgress
	case st.status != types.StackStatusCreateFailed && st.status != types.StackStatusUpdateFailed:
		return nil, validation("Stack:%s is in %s state and can not be rolled back.", st.id, st.status)
	}
	st.tokens[value(in.ClientRequestToken)] = in.ClientRequestToken != nil
	st.status = status
	c.begin(c.region, st, value(in.ClientRequestToken), "ROLLBACK", func(o *operation) {
		o.retainExceptOnCreate = is(in.RetainExceptOnCreate)
		run(o, "User Initiated")
	})
	return out, nil
}

func (c *call) updateTerminationProtection(in *sdk.UpdateTerminationProtectionInput) (*sdk.UpdateTerminationProtectionOutput, error) {
	st, err := c.find(in.StackName)
	if err != nil {
		return nil, err
	}
	if in.EnableTerminationProtection == nil {
		return nil, validation("EnableTerminationProtection must not be null")
	}
	st.protected = *in.EnableTerminationProtection
	return &sdk.UpdateTerminationProtectionOutput{StackId: new(st.id)}, nil
}
