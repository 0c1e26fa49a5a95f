package cloud

import (
	"errors"
	"fmt"
	"reflect"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
)

var errCancelled = errors.New("Resource update cancelled")

// Create makes every resource, each after those it depends on.
func (s *Stack) Create(template any) {
	s.set(types.StackStatusCreateInProgress)
	s.wanted = template
	s.forward(types.StackStatusCreateComplete, func() {
		s.set(types.StackStatusRollbackInProgress)
		s.remove(false, types.StackStatusRollbackComplete, types.StackStatusRollbackFailed)
	})
}

// Update changes the resources whose properties change.
func (s *Stack) Update(template any) {
	s.updated = new(s.cloud.Now())
	s.set(types.StackStatusUpdateInProgress)
	s.wanted = template
	s.forward(types.StackStatusUpdateComplete, s.rollBack)
}

// CancelUpdate turns an update in progress back; false when there is none.
func (s *Stack) CancelUpdate() bool {
	if s.Status != types.StackStatusUpdateInProgress {
		return false
	}
	s.cloud.Log("user", "cancels the update")
	s.walk.halt(errCancelled, s.Rollback.Abandon)
	return true
}

// Delete removes what there is, dependents first.
func (s *Stack) Delete() {
	s.set(types.StackStatusDeleteInProgress)
	s.remove(true, types.StackStatusDeleteComplete, types.StackStatusDeleteFailed)
}

func (s *Stack) forward(complete types.StackStatus, failed func()) {
	s.cleanup = nil
	for _, r := range s.Resources {
		r.before, r.touched = r.state, false
	}
	s.start(s.Resources, s.dependencies, s.provide, func(err error) {
		if err != nil {
			s.cloud.Log("cloudformation", "%v", err)
			s.cloud.After(s.cloud.between(time.Second, 5*time.Second), failed)
			return
		}
		s.template = s.wanted
		if complete == types.StackStatusUpdateComplete {
			s.set(types.StackStatusUpdateCompleteCleanupInProgress)
		}
		s.cleanUp(complete)
	})
}

func (s *Stack) provide(r *Resource, done func(error)) {
	properties := r.Properties(s.wanted, s.attribute)
	literal, news := s.unresolved(r)
	if r.state != nil && (reflect.DeepEqual(r.state.properties, properties) || reflect.DeepEqual(r.literal, literal) && !news) {
		done(nil)
		return
	}
	r.touched, r.attempted, r.literal, r.literalBefore = true, properties, literal, r.literal
	request := Request{Type: Create, Properties: properties}
	if r.state != nil {
		request.Type, request.Physical, request.Old = Update, r.state.physical, r.state.properties
	}
	s.request(r, request, func(a Answer) {
		if a.Err != nil {
			if request.Type == Create {
				r.state = &state{physical: a.Physical, properties: properties}
			}
			done(fmt.Errorf("%s: %w", r.ID, a.Err))
			return
		}
		s.replaced(r, a.Physical, false)
		r.state = &state{a.Physical, properties, a.Attributes}
		done(nil)
	})
}

// unresolved are a resource's properties as the template has them, and whether this update has touched a resource to
// which they refer. Without either a resource is left alone, even if an attribute has another value by now.
func (s *Stack) unresolved(r *Resource) (literal any, news bool) {
	literal = r.Properties(s.wanted, func(id, name string) string {
		news = news || s.resource(id).touched
		return id + "." + name
	})
	return literal, news
}

// replaced notes the resource that a new physical id leaves behind.
func (s *Stack) replaced(r *Resource, physical string, discard bool) {
	if r.state != nil && r.state.physical != physical {
		s.cleanup = append(s.cleanup, leftover{r, r.state.physical, r.state.properties, r.Retain && !discard})
	}
}

// cleanUp deletes what was replaced. Its failures do not fail the operation.
func (s *Stack) cleanUp(status types.StackStatus) {
	if len(s.cleanup) == 0 {
		s.set(status)
		return
	}
	left := s.cleanup[0]
	s.cleanup = s.cleanup[1:]
	if left.retain || left.resource.state != nil && left.resource.state.physical == left.physical {
		s.cleanUp(status)
		return
	}
	s.request(left.resource, Request{Type: Delete, Physical: left.physical, Properties: left.properties}, func(Answer) { s.cleanUp(status) })
}

func (s *Stack) remove(retain bool, complete, failed types.StackStatus) {
	s.start(s.Resources, s.dependents, func(r *Resource, done func(error)) {
		if r.state == nil || retain && r.Retain {
			r.state = nil
			done(nil)
			return
		}
		request := Request{Type: Delete, Physical: r.state.physical, Properties: r.state.properties}
		s.request(r, request, func(a Answer) {
			if a.Err == nil {
				r.state = nil
			}
			done(a.Err)
		})
	}, func(err error) {
		if err != nil {
			s.set(failed)
			return
		}
		s.set(complete)
	})
}

func (s *Stack) dependencies(r *Resource) []*Resource {
	var all []*Resource
	for _, id := range r.DependsOn {
		all = append(all, s.resource(id))
	}
	return all
}

func (s *Stack) dependents(r *Resource) []*Resource {
	var all []*Resource
	for _, other := range s.Resources {
		for _, id := range other.DependsOn {
			if id == r.ID {
				all = append(all, other)
			}
		}
	}
	return all
}
