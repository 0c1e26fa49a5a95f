package cloudformation

import (
	"encoding/json"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"payment-processor/localaws/cloudformation/template"
	"payment-processor/localaws/schema"
)

// changes are what bringing a stack to a revision would do, in order of logical ids.
func (st *stack) changes(to *revision) []types.Change {
	p := planned{stack: st, to: to, by: map[string]*types.ResourceChange{}}
	for _, id := range to.order() {
		if change := p.change(id); change != nil {
			p.by[id] = change
		}
	}
	for id, rec := range st.records {
		if rec.live != nil && !slices.Contains(to.active, id) {
			p.by[id] = &types.ResourceChange{
				Action: types.ChangeActionRemove, LogicalResourceId: new(id), ResourceType: new(rec.kind),
				PhysicalResourceId: new(rec.live.physical), PolicyAction: policyAction("", rec.live.deletion),
				BeforeContext: contextOf(rec.live.literal, rec.live.metadata),
			}
		}
	}
	var all []types.Change
	for _, id := range slices.Sorted(maps.Keys(p.by)) {
		all = append(all, types.Change{Type: types.ChangeTypeResource, ResourceChange: p.by[id]})
	}
	return all
}

// planned collects changes, what others depend on first.
type planned struct {
	*stack
	to *revision
	by map[string]*types.ResourceChange
}

func (p planned) change(id string) *types.ResourceChange {
	definition := p.to.template.Resources[id]
	made := &types.ResourceChange{
		Action: types.ChangeActionAdd, LogicalResourceId: new(id), ResourceType: new(definition.Type),
		AfterContext: contextOf(p.to.literals[id], definition.Metadata),
	}
	rec := p.records[id]
	if rec == nil || rec.live == nil || rec.live.partial {
		return made
	}
	made.Action, made.PhysicalResourceId = types.ChangeActionModify, new(rec.live.physical)
	made.BeforeContext = contextOf(rec.live.literal, rec.live.metadata)
	p.compare(made, rec, definition)
	p.follow(made, definition)
	if len(made.Scope) == 0 && rec.attempted == nil {
		return nil
	}
	made.Replacement = replacement(made.Details)
	if made.Replacement == types.ReplacementTrue {
		made.PolicyAction = policyAction("ReplaceAnd", definition.UpdateReplacePolicy)
	}
	return made
}

// compare lists what the template itself changes.
func (p planned) compare(change *types.ResourceChange, rec *record, definition template.Resource) {
	known, _ := schema.Find(definition.Type)
	old, _ := rec.live.literal.(map[string]any)
	for _, one := range known.Compare(old, p.to.literals[*change.LogicalResourceId].(map[string]any), equal) {
		attribute := types.ResourceAttributeProperties
		if one.Name == known.Tags {
			attribute = types.ResourceAttributeTags
		}
		add(change, attribute, one.Name, "/Properties"+one.Path, types.RequiresRecreation(one.Replacement))
		detail := &change.Details[len(change.Details)-1]
		detail.ChangeSource, detail.Evaluation = types.ChangeSourceDirectModification, types.EvaluationTypeStatic
	}
	if known.Tags != "" && !equal(anyMap(rec.live.tags), anyMap(p.to.tagMap())) {
		add(change, types.ResourceAttributeTags, "", "", types.RequiresRecreationNever)
	}
	if !equal(either(rec.live.metadata), either(definition.Metadata)) {
		add(change, types.ResourceAttributeMetadata, "", "", types.RequiresRecreationNever)
	}
	if rec.live.deletion != definition.DeletionPolicy {
		add(change, types.ResourceAttributeDeletionPolicy, "", "", types.RequiresRecreationNever)
	}
	if rec.live.replace != definition.UpdateReplacePolicy {
		add(change, types.ResourceAttributeUpdateReplacePolicy, "", "", types.RequiresRecreationNever)
	}
}

// follow lists what changes because something it refers to does: the Ref of what is replaced, and every attribute of
// what is changed. Only then is it known what they answer.
func (p planned) follow(change *types.ResourceChange, definition template.Resource) {
	known, _ := schema.Find(definition.Type)
	for _, name := range slices.Sorted(maps.Keys(definition.Properties)) {
		for _, reference := range template.References(p.to.literals[*change.LogicalResourceId].(map[string]any)[name]) {
			cause := p.by[reference.ID]
			changed := cause != nil && cause.Action == types.ChangeActionModify && slices.Contains(cause.Scope, types.ResourceAttributeProperties)
			if !changed || reference.Attribute == "" && cause.Replacement == types.ReplacementFalse {
				continue
			}
			add(change, types.ResourceAttributeProperties, name, "/Properties/"+name, types.RequiresRecreation(known.Replacement(name)))
			detail := &change.Details[len(change.Details)-1]
			detail.ChangeSource, detail.Evaluation, detail.CausingEntity = types.ChangeSourceResourceReference, types.EvaluationTypeDynamic, new(reference.ID)
			if reference.Attribute != "" {
				detail.ChangeSource, detail.CausingEntity = types.ChangeSourceResourceAttribute, new(reference.ID+"."+reference.Attribute)
			}
		}
	}
}

func add(change *types.ResourceChange, attribute types.ResourceAttribute, name, path string, recreation types.RequiresRecreation) {
	if !slices.Contains(change.Scope, attribute) {
		change.Scope = append(change.Scope, attribute)
	}
	detail := types.ResourceChangeDetail{
		ChangeSource: types.ChangeSourceDirectModification, Evaluation: types.EvaluationTypeStatic,
		Target: &types.ResourceTargetDefinition{Attribute: attribute, RequiresRecreation: recreation},
	}
	if name != "" {
		detail.Target.Name, detail.Target.Path, detail.Target.AttributeChangeType = new(name), new(path), types.AttributeChangeTypeModify
	}
	change.Details = append(change.Details, detail)
}

func replacement(details []types.ResourceChangeDetail) types.Replacement {
	worst := types.ReplacementFalse
	for _, detail := range details {
		switch {
		case detail.Target.RequiresRecreation == types.RequiresRecreationNever:
		case detail.Target.RequiresRecreation == types.RequiresRecreationAlways && detail.Evaluation == types.EvaluationTypeStatic:
			return types.ReplacementTrue
		default:
			worst = types.ReplacementConditional
		}
	}
	return worst
}

func policyAction(prefix, policy string) types.PolicyAction {
	if policy == template.RetainExceptOnCreate {
		policy = template.Retain
	}
	return types.PolicyAction(prefix + policy)
}

// contextOf is how a change set shows a resource.
func contextOf(properties, metadata any) *string {
	shown := map[string]any{"Properties": properties}
	if metadata != nil {
		shown["Metadata"] = metadata
	}
	text, _ := json.Marshal(shown) // it came from JSON or YAML
	return new(string(text))
}

func anyMap(tags map[string]string) map[string]any {
	all := map[string]any{}
	for key, text := range tags {
		all[key] = text
	}
	return all
}

// order has what others depend on first.
func (r *revision) order() []string {
	var ordered []string
	done := map[string]bool{}
	var visit func(id string)
	visit = func(id string) {
		if done[id] {
			return
		}
		done[id] = true
		for _, other := range r.template.Dependencies(id) {
			visit(other)
		}
		if slices.Contains(r.active, id) {
			ordered = append(ordered, id)
		}
	}
	for _, id := range r.active {
		visit(id)
	}
	return ordered
}

// unchanged tells whether an update would do nothing: no resource, output or tag differs.
func (st *stack) unchanged(to *revision, changes []types.Change) bool {
	return len(changes) == 0 && st.current != nil && st.target == nil &&
		equal(anyMap(st.current.tagMap()), anyMap(to.tagMap())) && equal(st.current.shown(), to.shown())
}

// shown are the outputs as the template has them.
func (r *revision) shown() any {
	all := map[string]any{}
	for key, definition := range r.template.Outputs {
		if r.scope.Holds(definition.Condition) {
			resolved, _ := r.with(r.unknown).Resolve([]any{definition.Value, either(definition.Export)}) // worked before
			all[key] = []any{definition.Description, resolved}
		}
	}
	return all
}
