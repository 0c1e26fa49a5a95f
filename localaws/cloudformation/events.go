package cloudformation

import (
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
)

// Event is a change of the status of a stack, or of a resource.
type Event struct {
	ID          string
	OperationID string
	StackID     string
	StackName   string
	Region      string
	LogicalID   string // of a stack: its name
	PhysicalID  string // of a stack: its ARN
	Type        string // of a stack: AWS::CloudFormation::Stack
	Status      string
	Reason      string
	Token       string // ClientRequestToken
	Time        time.Time
}

// OfStack tells the events of a stack from those of its resources.
func (e Event) OfStack() bool { return e.PhysicalID == e.StackID }

const stackType = "AWS::CloudFormation::Stack"

// emit completes an event, keeps it and tells the observer.
func (s *Server) emit(st *stack, e Event) {
	e.ID, e.StackID, e.StackName, e.Region, e.Time = uuid(), st.id, st.name, st.region, time.Now()
	if op := st.operation; op != nil {
		e.OperationID, e.Token = op.id, op.token
	}
	if n := len(st.events); n > 0 && e.Time.Sub(st.events[n-1].Time) < time.Millisecond {
		e.Time = st.events[n-1].Time.Add(time.Millisecond) // the CDK CLI sorts events by their time, which is in milliseconds
	}
	if !e.OfStack() {
		e.ID = fmt.Sprintf("%s-%s-%s", e.LogicalID, e.Status, e.ID)
	}
	st.events = append(st.events, e)
	s.options.Observe(e)
}

// enter gives a stack a status.
func (s *Server) enter(st *stack, status types.StackStatus, reason string) {
	st.status, st.reason = status, reason
	s.emit(st, Event{LogicalID: st.name, PhysicalID: st.id, Type: stackType, Status: string(status), Reason: reason})
}

// set gives the operation's stack a status.
func (o *operation) set(status types.StackStatus, reason string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.enter(o.stack, status, reason)
}

// note gives a resource a status. The physical id is the event's; the record keeps its own.
func (o *operation) note(rec *record, physical string, status types.ResourceStatus, reason string) {
	rec.status, rec.reason, rec.changed = status, reason, time.Now()
	o.tell(rec.id, rec.kind, physical, status, reason)
}

// tell is an event of a physical resource that is no longer, or not yet, the one of its logical id.
func (o *operation) tell(id, kind, physical string, status types.ResourceStatus, reason string) {
	o.emit(o.stack, Event{LogicalID: id, PhysicalID: physical, Type: kind, Status: string(status), Reason: reason})
}
