package cloudformation

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"payment-processor/localaws/cloudformation/template"
)

// operation brings one stack from one stable state to another.
type operation struct {
	*Server
	*stack
	home  *region
	id    string
	token string
	ctx   context.Context
	end   context.CancelFunc // of resources in progress
	stop  sync.Once
	halt  chan struct{} // closed: nothing more is started
	done  chan struct{}

	cancelled            bool // by CancelUpdateStack, or by a deletion during creation
	beyond               bool // too far to be cancelled
	rolling              bool
	disableRollback      bool
	retainExceptOnCreate bool
	deleteOnFailure      bool
}

var errCancelled = errors.New("cancelled")

// begin starts an operation of a stack that has none. The caller holds the lock.
func (s *Server) begin(home *region, st *stack, token, kind string, run func(*operation)) {
	o := &operation{Server: s, stack: st, home: home, token: token, halt: make(chan struct{}), done: make(chan struct{})}
	st.operation = o
	o.identify(kind)
	o.ctx, o.end = context.WithCancel(s.ctx)
	s.running.Go(func() {
		defer close(o.done)
		defer func() { o.end() }()
		run(o)
		s.mu.Lock()
		defer s.mu.Unlock()
		if st.operation == o {
			st.operation = nil
		}
	})
}

// identify gives the operation an id. A rollback has one of its own.
func (o *operation) identify(kind string) {
	o.id = uuid()
	o.operations = slices.Insert(o.operations, 0, types.OperationEntry{OperationId: new(o.id), OperationType: types.OperationType(kind)})
}

// cancelRest starts nothing more, and ends what is in progress after the time of grace.
func (o *operation) cancelRest() {
	o.stop.Do(func() {
		close(o.halt)
		end := o.end
		time.AfterFunc(o.options.Grace, end)
	})
}

// create makes a stack.
func (o *operation) create() {
	o.set(types.StackStatusCreateInProgress, "User Initiated")
	reason := o.forward()
	switch {
	case reason == "":
		o.clean(o.outdated())
		o.set(types.StackStatusCreateComplete, "")
	case o.wasCancelled():
	case o.deleteOnFailure:
		o.remove(types.StackStatusDeleteInProgress, reason, nil)
	case o.disableRollback:
		o.set(types.StackStatusCreateFailed, reason)
	default:
		o.undoCreate(reason + "Rollback requested by user.")
	}
}

func (o *operation) undoCreate(reason string) {
	o.turn("ROLLBACK")
	o.remove(types.StackStatusRollbackInProgress, reason, nil)
}

// update changes a stack.
func (o *operation) update() {
	o.set(types.StackStatusUpdateInProgress, "User Initiated")
	reason := o.forward()
	switch {
	case reason == "":
		o.set(types.StackStatusUpdateCompleteCleanupInProgress, "")
		o.clean(o.outdated())
		o.set(types.StackStatusUpdateComplete, "")
	case o.disableRollback && !o.wasCancelled():
		o.set(types.StackStatusUpdateFailed, reason)
	default:
		if o.wasCancelled() {
			reason = "User Initiated"
		}
		o.rollBack(reason)
	}
}

// forward makes and changes what the target says. The answer is the reason why it failed.
func (o *operation) forward() string {
	target := o.target
	failed := walk{
		ids: target.active, before: target.template.Dependencies, visit: o.provide, halt: o.halt, failed: o.cancelRest,
	}.run()
	if len(failed) > 0 {
		return o.blame(failed)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.cancelled {
		return errCancelled.Error()
	}
	outputs, err := target.outputs(o.attribute)
	if err == nil {
		err = o.home.checkExports(o.stack, outputs)
	}
	if err != nil {
		return err.Error() + ". "
	}
	o.outputs, o.current, o.beyond = outputs, target, true
	return ""
}

// blame names the resources that failed, those made apart from those changed.
func (o *operation) blame(failed []string) string {
	o.mu.Lock()
	defer o.mu.Unlock()
	by := map[types.ResourceStatus][]string{}
	for _, id := range failed {
		by[o.records[id].status] = append(by[o.records[id].status], id)
	}
	var text strings.Builder
	for _, verb := range []string{"create", "update", "delete"} {
		if ids := by[types.ResourceStatus(strings.ToUpper(verb)+"_FAILED")]; ids != nil {
			fmt.Fprintf(&text, "The following resource(s) failed to %s: [%s]. ", verb, strings.Join(ids, ", "))
		}
	}
	return text.String()
}

func (o *operation) wasCancelled() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.cancelled
}

// turn begins a rollback: what is in progress no longer ends with what failed.
func (o *operation) turn(kind string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.identify(kind)
	o.rolling, o.beyond = true, true
	o.ctx, o.end = context.WithCancel(o.Server.ctx)
	o.halt = nil
}

// attribute answers Ref and Fn::GetAtt. The resource is there: it is made before what refers to it.
func (o *operation) attribute(id, name string) (any, error) {
	rec := o.records[id]
	if name == "" {
		return rec.live.physical, nil
	}
	value, has := rec.live.attributes[name]
	if !has && custom(rec.kind) {
		return nil, template.Errorf("CustomResource attribute error: Vendor response doesn't contain %s key in object %s|%s", name, o.stack.id, id)
	}
	if !has {
		return nil, template.Errorf("Attribute %s of resource %s does not exist", name, id)
	}
	return value, nil
}
