package cloud

import (
	"reflect"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
)

// rollBack sends Update(new → old) to every resource that the update has touched.
func (s *Stack) rollBack() {
	s.set(types.StackStatusUpdateRollbackInProgress)
	var touched []*Resource
	for _, r := range s.Resources {
		if r.touched {
			touched = append(touched, r)
		}
	}
	s.restore(touched)
}

// ContinueUpdateRollback tries again what a failed rollback did not reach; false when there is none.
func (s *Stack) ContinueUpdateRollback() bool {
	if s.Status != types.StackStatusUpdateRollbackFailed {
		return false
	}
	s.cloud.Log("user", "continues the rollback")
	s.set(types.StackStatusUpdateRollbackInProgress)
	s.again()
	return true
}

func (s *Stack) restore(resources []*Resource) {
	order := s.dependencies
	if s.Rollback.Reverse {
		order = s.dependents
	}
	s.start(resources, order, s.revert, func(err error) {
		if err == nil {
			s.set(types.StackStatusUpdateRollbackCompleteCleanupInProgress)
			s.cleanUp(types.StackStatusUpdateRollbackComplete)
			return
		}
		var left []*Resource
		for _, r := range resources {
			if r.touched {
				left = append(left, r)
			}
		}
		s.again = func() { s.restore(left) }
		s.set(types.StackStatusUpdateRollbackFailed)
	})
}

func (s *Stack) revert(r *Resource, done func(error)) {
	if r.before == nil { // made by this update
		if r.state != nil {
			s.cleanup = append(s.cleanup, leftover{r, r.state.physical, r.state.properties, false})
			r.state = nil
		}
		r.touched = false
		done(nil)
		return
	}
	properties := r.before.properties
	if s.Rollback.ReAsk && !s.Rollback.Reverse {
		properties = r.Properties(s.template, s.attribute)
	}
	if r.state.physical != r.before.physical && reflect.DeepEqual(properties, r.before.properties) {
		s.replaced(r, r.before.physical, s.Rollback.Discard)
		r.state, r.literal, r.touched = r.before, r.literalBefore, false
		done(nil)
		return
	}
	request := Request{Type: Update, Physical: r.state.physical, Properties: properties, Old: r.attempted}
	s.request(r, request, func(a Answer) {
		if a.Err != nil {
			done(a.Err)
			return
		}
		s.replaced(r, a.Physical, s.Rollback.Discard)
		attributes := r.before.attributes
		if s.Rollback.ReAsk || a.Physical != r.before.physical {
			attributes = a.Attributes
		}
		r.state = &state{a.Physical, properties, attributes}
		r.literal, r.touched = r.literalBefore, false
		done(nil)
	})
}
