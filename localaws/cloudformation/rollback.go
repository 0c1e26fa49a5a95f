package cloudformation

import (
	"context"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"payment-processor/localaws/resource"
)

// rollBack brings back what the update has touched.
func (o *operation) rollBack(reason string) {
	o.turn("ROLLBACK")
	o.set(types.StackStatusUpdateRollbackInProgress, reason)
	o.restore()
}

// proceed goes on with a rollback that failed, without the resources to skip.
func (o *operation) proceed(skip []string) {
	o.rolling = true
	o.set(types.StackStatusUpdateRollbackInProgress, "User Initiated")
	o.mu.Lock()
	for _, id := range skip {
		o.undo[id].reverted = true
		o.records[id].live, o.records[id].attempted = o.undo[id].before, nil
		o.note(o.records[id], o.undo[id].before.physical, types.ResourceStatusUpdateComplete, "Resource skipped during UpdateRollback")
	}
	o.mu.Unlock()
	o.restore()
}

// restore goes backwards: what depends on a resource gets its old properties before that resource does.
func (o *operation) restore() {
	o.mu.Lock()
	var ids []string
	for _, id := range slices.Sorted(maps.Keys(o.undo)) {
		if !o.undo[id].reverted {
			ids = append(ids, id)
		}
	}
	before := reversed(ids, o.needs())
	o.mu.Unlock()
	failed := walk{ids: ids, before: before, visit: o.revert, failed: func() {}}.run()
	if len(failed) > 0 {
		o.set(types.StackStatusUpdateRollbackFailed, o.blame(failed))
		return
	}
	o.set(types.StackStatusUpdateRollbackCompleteCleanupInProgress, "")
	o.clean(o.discarded())
	o.set(types.StackStatusUpdateRollbackComplete, "")
}

// needs answers what the resources depend on as they are now.
func (o *operation) needs() func(id string) []string {
	all := map[string][]string{}
	for id, rec := range o.records {
		if rec.live != nil {
			all[id] = rec.live.needs
		}
	}
	return func(id string) []string { return all[id] }
}

// revert brings one resource back: nothing for one that this update has made, the old physical resource where it was
// replaced, and Update(new → old) where it was changed in place, or may have been.
func (o *operation) revert(id string) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	rec, u := o.records[id], o.undo[id]
	switch {
	case u.before == nil:
		rec.live = nil
	case !u.changed, rec.attempted == nil && equal(rec.live.properties, u.before.properties) && equal(rec.live.tags, u.before.tags):
		o.note(rec, rec.live.physical, types.ResourceStatusUpdateInProgress, "")
		rec.live = u.before
		o.note(rec, rec.live.physical, types.ResourceStatusUpdateComplete, "")
	default:
		if err := o.revertInPlace(rec, u); err != nil {
			return err
		}
	}
	rec.attempted = nil
	u.reverted = true
	return nil
}

func (o *operation) revertInPlace(rec *record, u *undo) error {
	old := rec.attempted
	if old == nil {
		old = rec.live.properties
	}
	o.note(rec, u.before.physical, types.ResourceStatusUpdateInProgress, "")
	result, err := o.ask(opUpdate, u.before, func(ctx context.Context, p resource.Provider, r resource.Request) (resource.Result, error) {
		r.Old = old
		return p.Update(ctx, r)
	})
	if err != nil {
		return o.fail(rec, err)
	}
	back := *u.before
	back.answered(result, u.before)
	if back.physical != u.before.physical {
		u.made = append(u.made, u.before)
	}
	rec.live = &back
	o.note(rec, back.physical, types.ResourceStatusUpdateComplete, "")
	return nil
}
