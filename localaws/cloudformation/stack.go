package cloudformation

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"payment-processor/localaws/cloudformation/template"
)

// stack is everything that is kept of one.
type stack struct {
	id, name, region string
	status           types.StackStatus
	reason           string
	created          time.Time
	updated, deleted *time.Time

	current *revision // what the stack was last brought to; nil before it was created
	target  *revision // what an operation is bringing it to, or failed to bring it to
	outputs []types.Output
	records map[string]*record
	undo    map[string]*undo // what has been touched since current was reached

	events     []Event
	changeSets []*changeSet
	changeSet  string // the one that was executed last
	operation  *operation
	operations []types.OperationEntry
	tokens     map[string]bool // of requests that were accepted

	protected       bool
	disableRollback bool
	roleARN         string
}

// record is what a stack knows of one logical id.
type record struct {
	id, kind string
	live     *live // nil before it is created and after it is deleted
	status   types.ResourceStatus
	reason   string
	changed  time.Time
	// attempted are the properties of an update that failed, so that nobody knows which of them hold.
	attempted map[string]any
}

// live is a physical resource. It is never changed, only replaced by another.
type live struct {
	id, kind, physical string
	properties         map[string]any // resolved, as in the last request that succeeded
	literal            any            // with references to resources in place
	attributes         map[string]any
	tags               map[string]string
	needs              []string // logical ids
	deletion, replace  string   // policies
	metadata           any
	partial            bool // its creation failed
}

// undo remembers what to bring back.
type undo struct {
	before   *live // nil: there was none
	made     []*live
	changed  bool // it was asked to change, or may have been
	reverted bool
}

func (s *Server) newStack(r *region, name string) *stack {
	st := &stack{
		id:   fmt.Sprintf("arn:aws:cloudformation:%s:%s:stack/%s/%s", r.name, s.options.AccountID, name, uuid()),
		name: name, region: r.name, status: types.StackStatusReviewInProgress, created: time.Now(), records: map[string]*record{}, undo: map[string]*undo{}, tokens: map[string]bool{},
	}
	r.stacks = append(r.stacks, st)
	return st
}

// find looks for a stack by name, and by ARN even when it is deleted.
func (r *region) find(nameOrID *string) (*stack, error) {
	if nameOrID == nil || *nameOrID == "" {
		return nil, validation("1 validation error detected: Value null at 'stackName' failed to satisfy constraint: Member must not be null")
	}
	for _, st := range r.stacks {
		if st.id == *nameOrID || st.name == *nameOrID && st.deleted == nil {
			return st, nil
		}
	}
	return nil, validation("Stack with id %s does not exist", *nameOrID)
}

// settled tells whether an update may begin.
func (st *stack) settled(disableRollback bool) error {
	switch st.status {
	case types.StackStatusCreateComplete, types.StackStatusUpdateComplete, types.StackStatusUpdateRollbackComplete:
		return nil
	case types.StackStatusCreateFailed, types.StackStatusUpdateFailed:
		if disableRollback && st.target != nil {
			return nil
		}
	}
	return validation("Stack:%s is in %s state and can not be updated.", st.id, st.status)
}

// exists tells whether there is more of it than a change set.
func (st *stack) exists() bool {
	return st.deleted == nil && st.status != types.StackStatusReviewInProgress
}

func (st *stack) record(id, kind string) *record {
	if st.records[id] == nil {
		st.records[id] = &record{id: id, kind: kind}
	}
	return st.records[id]
}

// exports of a stack by name.
func (st *stack) exports() map[string]string { return exportsOf(st.outputs) }

func exportsOf(outputs []types.Output) map[string]string {
	all := map[string]string{}
	for _, output := range outputs {
		if output.ExportName != nil {
			all[*output.ExportName] = *output.OutputValue
		}
	}
	return all
}

// importers are the names of the stacks that use an export, or are about to.
func (r *region) importers(export string) []string {
	var names []string
	for _, st := range r.stacks {
		for _, revision := range []*revision{st.current, st.target} {
			if st.deleted == nil && revision != nil && revision.imports[export] && !slices.Contains(names, st.name) {
				names = append(names, st.name)
			}
		}
	}
	slices.Sort(names)
	return names
}

// exporter is the stack that has an export.
func (r *region) exporter(export string) (*stack, string, bool) {
	for _, st := range r.stacks {
		if value, has := st.exports()[export]; has && st.deleted == nil {
			return st, value, true
		}
	}
	return nil, "", false
}

// checkExports refuses an export that others have, and the loss or change of one that others use.
func (r *region) checkExports(st *stack, outputs []types.Output) error {
	wanted := exportsOf(outputs)
	for name := range wanted {
		if other, _, taken := r.exporter(name); taken && other != st {
			return template.Errorf("Export with name %s is already exported by stack %s", name, other.name)
		}
	}
	for name, value := range st.exports() {
		users := strings.Join(r.importers(name), " and ")
		now, still := wanted[name]
		switch {
		case users == "" || still && now == value:
		case still:
			return template.Errorf("Export %s cannot be updated as it is in use by %s", name, users)
		default:
			return template.Errorf("Export %s cannot be deleted as it is in use by %s", name, users)
		}
	}
	return nil
}
