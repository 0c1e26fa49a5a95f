// Package cloud models the parts of AWS that a blue/green release touches: CloudFormation with the CDK Provider
// framework, CodeDeploy, ECS, ECR, Elastic Load Balancing and Systems Manager's parameters. Its services have the
// methods of the aws-sdk-go-v2 clients, and nothing in it sleeps: time is a Clock that its owner moves. What each rule
// of the model rests on stands in Rules.
package cloud

import (
	"container/heap"
	"time"
)

// Clock is virtual time: a queue of what happens when.
type Clock struct {
	// Speed divides every duration, for an owner who moves the clock as the wall's goes but cannot wait as long; 0 is 1.
	Speed  float64
	now    time.Time
	serial int
	queue  events
	// Observe is called after everything that happens; nil: not at all.
	Observe func()
}

// NewClock starts at an instant.
func NewClock(start time.Time) *Clock { return &Clock{now: start} }

// Now is the current virtual time.
func (c *Clock) Now() time.Time { return c.now }

// After makes f happen once, after d.
func (c *Clock) After(d time.Duration, f func()) {
	if c.Speed > 0 {
		d = time.Duration(float64(d) / c.Speed)
	}
	c.Unhurried(d, f)
}

// Unhurried is After for what happens at no other speed: somebody real is waited for.
func (c *Clock) Unhurried(d time.Duration, f func()) {
	c.serial++
	heap.Push(&c.queue, event{c.now.Add(d), c.serial, f})
}

// Next is when the next event is due; false when nothing is due any more.
func (c *Clock) Next() (time.Time, bool) {
	if len(c.queue) == 0 {
		return time.Time{}, false
	}
	return c.queue[0].at, true
}

// Step moves to the next event and lets it happen; false when nothing is due any more.
func (c *Clock) Step() bool {
	if len(c.queue) == 0 {
		return false
	}
	e := heap.Pop(&c.queue).(event)
	if e.at.After(c.now) {
		c.now = e.at
	}
	e.happen()
	if c.Observe != nil {
		c.Observe()
	}
	return true
}

// Advance lets d pass and everything that is due in it happen. It may be called from within an event: this is how the
// world goes on while a Lambda waits for the answer of a call.
func (c *Clock) Advance(d time.Duration) {
	end := c.now.Add(d)
	for len(c.queue) > 0 && !c.queue[0].at.After(end) {
		c.Step()
	}
	if end.After(c.now) {
		c.now = end
	}
}

type event struct {
	at     time.Time
	serial int // events of the same instant happen in the order in which they were asked for
	happen func()
}

type events []event

func (e events) Len() int { return len(e) }
func (e events) Less(i, j int) bool {
	if e[i].at.Equal(e[j].at) {
		return e[i].serial < e[j].serial
	}
	return e[i].at.Before(e[j].at)
}
func (e events) Swap(i, j int) { e[i], e[j] = e[j], e[i] }
func (e *events) Push(x any)   { *e = append(*e, x.(event)) }
func (e *events) Pop() any {
	old := *e
	last := old[len(old)-1]
	*e = old[:len(old)-1]
	return last
}
