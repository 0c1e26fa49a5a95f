package cloud

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
)

// scripted answers with what the template says, and notes what it was asked.
type scripted struct {
	asked []string
	fail  map[string]bool // by resource and type
}

func (s *scripted) Provide(r Request, answer func(Answer)) {
	s.asked = append(s.asked, r.Type+" "+r.Resource)
	var err error
	if s.fail[r.Type+" "+r.Resource] {
		err = errors.New("no")
	}
	physical, _ := r.Properties.(string)
	answer(Answer{Physical: physical, Err: err})
}

func resource(id string, p Provider, on ...string) *Resource {
	return &Resource{ID: id, DependsOn: on, Provider: p, Properties: func(t any, get func(id, name string) string) any {
		return id + t.(string)
	}}
}

func TestStackRollsBackWhatItHasTouchedAndMade(t *testing.T) {
	c := newAccount()
	p := &scripted{fail: map[string]bool{}}
	s := c.CloudFormation.NewStack("stack", RollbackRules{}, resource("a", p), resource("b", p, "a"))
	if s.Physical("a") != "" || s.attribute("a", "Ref") != "" || s.CancelUpdate() || s.ContinueUpdateRollback() {
		t.Error("there is nothing yet")
	}
	s.Create("1")
	s.Resources = append(s.Resources, resource("new", p, "a"), resource("last", p, "b", "new"))
	p.fail["Create last"] = true
	s.Update("2")
	c.Advance(time.Minute)
	if s.Status != types.StackStatusUpdateRollbackComplete || s.Physical("a") != "a1" || s.Physical("new") != "" {
		t.Errorf("%s: a is %q, new is %q; asked %v", s.Status, s.Physical("a"), s.Physical("new"), p.asked)
	}
	if !slices.Contains(p.asked, "Delete new") {
		t.Errorf("asked %v", p.asked)
	}
	p.fail["Delete a"] = true
	s.Delete()
	if s.Status != types.StackStatusDeleteFailed {
		t.Errorf("status %s", s.Status)
	}
}

func TestRollbackOfACreation(t *testing.T) {
	for _, deletes := range []bool{true, false} {
		c := newAccount()
		p := &scripted{fail: map[string]bool{"Create b": true, "Delete a": !deletes}}
		s := c.CloudFormation.NewStack("stack", RollbackRules{}, resource("a", p), resource("b", p, "a"))
		s.Create("1")
		c.Advance(time.Minute)
		if want := map[bool]types.StackStatus{true: types.StackStatusRollbackComplete, false: types.StackStatusRollbackFailed}[deletes]; s.Status != want {
			t.Errorf("status %s, want %s", s.Status, want)
		}
	}
}

func TestAFailedRollbackIsContinued(t *testing.T) {
	c := newAccount()
	p := &scripted{fail: map[string]bool{"Update b": true}}
	s := c.CloudFormation.NewStack("stack", RollbackRules{Reverse: true}, resource("a", p), resource("b", p, "a"))
	s.Create("1")
	s.Update("2")
	c.Advance(time.Minute)
	if s.Status != types.StackStatusUpdateRollbackFailed {
		t.Errorf("status %s", s.Status)
	}
	p.fail = nil
	s.ContinueUpdateRollback()
	if s.Status != types.StackStatusUpdateRollbackComplete || s.Physical("b") != "b1" {
		t.Errorf("status %s, b is %q", s.Status, s.Physical("b"))
	}
}

func once(Request) []time.Duration { return []time.Duration{time.Second} }

// A resource that neither completes nor fails must end the operation, in the framework's time or in CloudFormation's.
func TestSilence(t *testing.T) {
	c := newAccount()
	provided := Provided{Cloud: c, Deliver: once, Interval: time.Minute, Total: 30 * time.Minute,
		OnEvent: func(context.Context, Request) (any, string, error) { return nil, "", nil },
		IsComplete: func(context.Context, Request, any) (bool, map[string]string, error) {
			return false, nil, nil
		}}
	invoked := Invoked{Cloud: c, Deliver: once, Handle: func(context.Context, Request) (string, map[string]string, error) {
		return "", nil, ErrKilled
	}}
	for name, provider := range map[string]Provider{"framework": provided, "function": invoked} {
		r := resource(name, provider)
		r.Timeout = time.Hour
		s := c.CloudFormation.NewStack(name, RollbackRules{}, r)
		s.Create("1")
		c.Advance(3 * time.Hour)
		if s.Status != types.StackStatusRollbackFailed {
			t.Errorf("%s: status %s", name, s.Status)
		}
	}
}
