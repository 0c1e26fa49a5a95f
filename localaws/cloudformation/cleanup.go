package cloudformation

import (
	"context"
	"maps"
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"payment-processor/localaws/cloudformation/template"
	"payment-processor/localaws/resource"
)

// leftover is a physical resource that no logical id stands for any more.
type leftover struct {
	*live
	keep bool
}

// outdated are the leftovers of an update that succeeded: what was replaced, and what the template no longer has.
func (o *operation) outdated() []leftover {
	o.mu.Lock()
	defer o.mu.Unlock()
	var all []leftover
	for _, id := range slices.Sorted(maps.Keys(o.records)) {
		rec := o.records[id]
		if u := o.undo[id]; u != nil && rec.live != nil {
			keep := rec.live.replace != template.Delete && rec.live.replace != template.Snapshot
			all = append(all, leftovers(append([]*live{u.before}, u.made...), rec.live.physical, keep)...)
		}
		if !slices.Contains(o.current.active, id) {
			if rec.live != nil {
				all = append(all, leftover{rec.live, retained(rec.live.deletion)})
			}
			delete(o.records, id)
		}
	}
	o.undo, o.target = map[string]*undo{}, nil
	return all
}

// discarded are the leftovers of an update that was rolled back: what it has made.
func (o *operation) discarded() []leftover {
	o.mu.Lock()
	defer o.mu.Unlock()
	var all []leftover
	for _, id := range slices.Sorted(maps.Keys(o.undo)) {
		u, rec := o.undo[id], o.records[id]
		physical := ""
		if rec.live != nil {
			physical = rec.live.physical
		}
		for _, l := range leftovers(u.made, physical, false) {
			l.keep = l.deletion == template.Retain && !o.retainExceptOnCreate
			all = append(all, l)
		}
	}
	maps.DeleteFunc(o.records, func(_ string, rec *record) bool { return rec.live == nil })
	o.undo, o.target = map[string]*undo{}, nil
	return all
}

// leftovers are those that are not the physical resource in use, each once.
func leftovers(made []*live, physical string, keep bool) []leftover {
	var all []leftover
	seen := map[string]bool{physical: true}
	for _, l := range made {
		if l != nil && !seen[l.physical] {
			seen[l.physical] = true
			all = append(all, leftover{l, keep})
		}
	}
	return all
}

func retained(policy string) bool {
	return policy == template.Retain || policy == template.RetainExceptOnCreate
}

// clean deletes leftovers, dependents first. What cannot be deleted is left behind: AWS reports it and goes on.
func (o *operation) clean(all []leftover) {
	byNumber := map[string]leftover{}
	numbers := make([]string, 0, len(all))
	for i, l := range all {
		numbers = append(numbers, strconv.Itoa(i))
		byNumber[strconv.Itoa(i)] = l
	}
	needs := func(number string) []string {
		var on []string
		for _, other := range numbers {
			if slices.Contains(byNumber[number].needs, byNumber[other].id) {
				on = append(on, other)
			}
		}
		return on
	}
	walk{ids: numbers, before: reversed(numbers, needs), visit: func(number string) error {
		o.mu.Lock()
		defer o.mu.Unlock()
		_ = o.discard(byNumber[number], o.tell)
		return nil
	}}.run()
}

// discard deletes a physical resource, or leaves it to its owner.
func (o *operation) discard(l leftover, tell func(id, kind, physical string, status types.ResourceStatus, reason string)) error {
	if l.keep {
		tell(l.id, l.kind, l.physical, types.ResourceStatusDeleteSkipped, "")
		return nil
	}
	tell(l.id, l.kind, l.physical, types.ResourceStatusDeleteInProgress, "")
	_, err := o.ask(opDelete, l.live, func(ctx context.Context, p resource.Provider, r resource.Request) (resource.Result, error) {
		return resource.Result{}, p.Delete(ctx, r)
	})
	if err != nil {
		tell(l.id, l.kind, l.physical, types.ResourceStatusDeleteFailed, err.Error())
		return err
	}
	tell(l.id, l.kind, l.physical, types.ResourceStatusDeleteComplete, "")
	return nil
}
