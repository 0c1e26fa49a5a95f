package cloudformation

import (
	"context"
	"errors"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"payment-processor/localaws/cloudformation/template"
	"payment-processor/localaws/resource"
	"payment-processor/localaws/schema"
)

// What a fault can be told to hit.
const (
	opCreate = "Create"
	opUpdate = "Update"
	opDelete = "Delete"
)

// provide makes or changes one resource as the target says, or leaves it alone.
func (o *operation) provide(id string) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	rec := o.record(id, o.target.template.Resources[id].Type)
	want, err := o.want(id)
	if err != nil {
		return o.fail(rec, err)
	}
	before := rec.live
	if before != nil && !before.partial && rec.attempted == nil && !o.differs(before, want) {
		rec.live = want.over(before)
		return nil
	}
	u := o.undo[id]
	if u == nil {
		u = &undo{before: before}
		o.undo[id] = u
	}
	if before == nil || before.partial {
		return o.make(rec, u, want, types.ResourceStatusCreateInProgress, types.ResourceStatusCreateComplete, "")
	}
	if replaced, err := o.mustReplace(before, want); err != nil {
		return o.fail(rec, err)
	} else if replaced {
		return o.replace(rec, u, want)
	}
	return o.change(rec, u, want)
}

// want is the resource as the target has it, not made yet.
func (o *operation) want(id string) (*live, error) {
	target := o.target
	properties, err := target.properties(id, o.attribute)
	definition := target.template.Resources[id]
	made := &live{
		id: id, kind: definition.Type, properties: properties, literal: target.literals[id], tags: target.tagMap(),
		needs: target.template.Dependencies(id), deletion: definition.DeletionPolicy, replace: definition.UpdateReplacePolicy,
		metadata: definition.Metadata,
	}
	if err == nil {
		err = target.checkProperties(id, properties)
	}
	return made, err
}

// over is a physical resource under what the template says now without asking for anything of it.
func (l *live) over(before *live) *live {
	made := *l
	made.physical, made.attributes, made.properties, made.tags = before.physical, before.attributes, before.properties, before.tags
	return &made
}

// differs tells whether a resource must be asked to change: because the template asks for something else, or because
// something it refers to has been touched and now answers differently.
func (o *operation) differs(before, want *live) bool {
	if known, is := schema.Find(want.kind); is && known.Tags != "" && !equal(before.tags, want.tags) {
		return true
	}
	if equal(before.properties, want.properties) {
		return false
	}
	return !equal(before.literal, want.literal) || slices.ContainsFunc(want.needs, func(id string) bool { return o.undo[id] != nil })
}

// mustReplace asks the schema. A resource that the template names cannot be there twice.
func (o *operation) mustReplace(before, want *live) (bool, error) {
	known, _ := schema.Find(want.kind)
	for _, change := range known.Compare(before.properties, want.properties, equal) {
		if change.Replacement != schema.Always {
			continue
		}
		named := len(known.Identifier) > 0
		for _, name := range known.Identifier {
			named = named && want.properties[name] != nil && equal(before.properties[name], want.properties[name])
		}
		if named {
			return false, template.Errorf("CloudFormation cannot update a stack when a custom-named resource requires replacing. Rename %s and update the stack again.", before.physical)
		}
		return true, nil
	}
	return false, nil
}

func (o *operation) replace(rec *record, u *undo, want *live) error {
	return o.make(rec, u, want, types.ResourceStatusUpdateInProgress, types.ResourceStatusUpdateComplete,
		"Requested update requires the creation of a new physical resource; hence creating one.")
}

// make creates a physical resource. The lock is held, but not while the provider works.
func (o *operation) make(rec *record, u *undo, want *live, progress, complete types.ResourceStatus, reason string) error {
	physical := ""
	if rec.live != nil {
		physical = rec.live.physical
	}
	o.note(rec, physical, progress, reason)
	result, err := o.ask(opCreate, want, func(ctx context.Context, p resource.Provider, r resource.Request) (resource.Result, error) {
		return p.Create(ctx, r)
	})
	want.physical, want.attributes, want.partial = result.PhysicalID, result.Attributes, err != nil
	if want.physical != "" {
		u.made = append(u.made, want)
	}
	if err != nil {
		if rec.live == nil && want.physical != "" {
			rec.live = want
		}
		rec.attempted = want.properties
		return o.fail(rec, err)
	}
	rec.live, rec.attempted = want, nil
	o.note(rec, want.physical, progress, "Resource creation Initiated")
	o.note(rec, want.physical, complete, "")
	return nil
}

// change updates a physical resource in place, where its provider does not ask for another.
func (o *operation) change(rec *record, u *undo, want *live) error {
	before := rec.live
	o.note(rec, before.physical, types.ResourceStatusUpdateInProgress, "")
	want.physical = before.physical
	result, err := o.ask(opUpdate, want, func(ctx context.Context, p resource.Provider, r resource.Request) (resource.Result, error) {
		r.Old = before.properties
		return p.Update(ctx, r)
	})
	switch {
	case errors.Is(err, resource.ErrReplace):
		want.physical = ""
		return o.replace(rec, u, want)
	case err != nil:
		rec.attempted, u.changed = want.properties, true
		return o.fail(rec, err)
	}
	want.answered(result, before)
	u.changed = u.changed || want.physical == before.physical
	u.made = append(u.made, want)
	rec.live, rec.attempted = want, nil
	o.note(rec, want.physical, types.ResourceStatusUpdateComplete, "")
	return nil
}

// answered takes over what an update answers; what it leaves out stays.
func (l *live) answered(result resource.Result, before *live) {
	l.physical, l.attributes = or(result.PhysicalID, before.physical), result.Attributes
	if result.Attributes == nil {
		l.attributes = before.attributes
	}
}

// fail notes why a resource is not what the target says.
func (o *operation) fail(rec *record, err error) error {
	status, cancelled, physical := types.ResourceStatusCreateFailed, "Resource creation cancelled", ""
	if rec.live != nil && !rec.live.partial {
		status, cancelled = types.ResourceStatusUpdateFailed, "Resource update cancelled"
	}
	if rec.live != nil {
		physical = rec.live.physical
	}
	reason := err.Error()
	if errors.Is(err, context.Canceled) {
		reason = cancelled
	}
	o.note(rec, physical, status, reason)
	return err
}

// ask sends one request to the resource's provider, through the faults, without the lock.
func (o *operation) ask(kind string, l *live, send func(context.Context, resource.Provider, resource.Request) (resource.Result, error)) (resource.Result, error) {
	request := resource.Request{
		StackID: o.stack.id, StackName: o.name, LogicalID: l.id, Type: l.kind, PhysicalID: l.physical,
		Token: token(), AccountID: o.options.AccountID, Region: o.home.name, Tags: l.tags,
	}
	ctx, rolling := o.ctx, o.rolling
	o.mu.Unlock()
	defer o.mu.Lock()
	provider, _ := o.provider(l.kind) // there is one: types are checked before anything is made
	var err error
	if request.Properties, err = o.dynamic(ctx, l.properties); err != nil {
		return resource.Result{}, err
	}
	var result resource.Result
	err = o.faults.around(ctx, hit{o.name, l.id, kind, rolling}, func() error {
		result, err = send(ctx, provider, request)
		return err
	})
	return result, err
}
