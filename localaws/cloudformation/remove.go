package cloudformation

import (
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"payment-processor/localaws/cloudformation/template"
)

// remove deletes every resource, dependents first: of a stack that is deleted, or whose creation is rolled back.
func (o *operation) remove(status types.StackStatus, reason string, retain []string) {
	o.set(status, reason)
	deleting := status == types.StackStatusDeleteInProgress
	o.mu.Lock()
	var ids []string
	for id := range o.records {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	before := reversed(ids, o.needs())
	o.mu.Unlock()
	failed := walk{ids: ids, before: before, visit: func(id string) error { return o.removeOne(id, !deleting || o.deleteOnFailure, retain) }}.run()
	end := strings.TrimSuffix(string(status), "IN_PROGRESS")
	if len(failed) > 0 {
		o.set(types.StackStatus(end+"FAILED"), o.blame(failed))
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.outputs, o.current, o.undo, o.target = nil, nil, map[string]*undo{}, nil
	if deleting {
		o.deleted = new(time.Now())
	}
	o.enter(o.stack, types.StackStatus(end+"COMPLETE"), "")
}

// removeOne deletes what there is of one logical id. Unmade is a creation that is rolled back: only then does
// RetainExceptOnCreate not retain.
func (o *operation) removeOne(id string, unmade bool, retain []string) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	rec := o.records[id]
	var all []*live
	if rec.live != nil {
		all = append(all, rec.live)
	}
	if u := o.undo[id]; u != nil {
		all = append(all, append([]*live{u.before}, u.made...)...)
	}
	for _, l := range leftovers(all, "", false) {
		l.keep = retained(l.deletion)
		if unmade {
			l.keep = l.deletion == template.Retain && !o.retainExceptOnCreate
		}
		l.keep = l.keep || slices.Contains(retain, id)
		if err := o.discard(l, func(_, _, physical string, status types.ResourceStatus, reason string) {
			o.note(rec, physical, status, reason)
		}); err != nil {
			return err
		}
	}
	rec.live = nil
	delete(o.undo, id)
	return nil
}
