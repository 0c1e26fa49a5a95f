package simulation

import (
	"time"

	"payment-processor/simulation/cloud"

	"pgregory.net/rapid"
)

// Plan is one history: what people, AWS and chance do. Everything in it is drawn by rapid, so that a failing history
// can be made smaller.
type Plan struct {
	Seed    uint64 // of the durations that AWS takes
	Rules   cloud.RollbackRules
	Canary  bool // else all at once
	Crowded bool // the family has more old revisions than are kept
	Updates []Change
	Destroy bool
}

// Change is one deployment of the stack: the first creates it.
type Change struct {
	Image      Image
	Tag        TagChoice
	Task       bool // something else of the task definition changes
	Listener   bool // a property of the listener changes
	FailsFirst bool // a resource on which nothing depends fails
	FailsLast  bool // a resource that depends on Release fails
	Pause      time.Duration
	Events     []Event
	Faults     []Fault
}

// Image is what the pushed image is like.
type Image string

// The images that a pipeline may push.
const (
	Good     Image = "good"
	Broken   Image = "tasks never become healthy"
	Refused  Image = "the lifecycle hook fails, or on creation Release"
	Alarming Image = "alarms fire under traffic"
)

// TagChoice is which tag the configuration names.
type TagChoice string

// The choices.
const (
	Pushed  TagChoice = "the image just pushed"
	Earlier TagChoice = "an image of before"
	None    TagChoice = "no tag"
	Missing TagChoice = "a tag that is not there"
)

// Event is something that happens at a moment of an update.
type Event struct {
	Kind string
	At   time.Duration
}

// The kinds of events.
const (
	Cancel     = "cancelled update"
	Foreign    = "foreign deployment"
	AlarmFires = "alarm"
	TagMoved   = "tag moved"
	TagRemoved = "tag removed"
	Scaled     = "scaling"
	Expired    = "image expiry"
	Rotated    = "rotation of the credentials"
)

// How much happens in a history.
const (
	maxFaults   = 4
	maxHistory  = 5
	maxEventsAt = 30 * time.Minute
	step        = 5 * time.Second
)

// Fault is what happens to some calls of the Lambdas, or to the delivery of an event.
type Fault struct {
	Kind string
	Call int // of the update, counted from 0; of a delivery: which one
	Long int // so many calls in a row
}

// The kinds of faults.
const (
	Throttle    = "throttling"
	Refusal     = "5xx before the effect"
	LostAnswer  = "5xx after the effect"
	Hang        = "call that hangs"
	KillBefore  = "Lambda killed before the effect"
	KillAfter   = "Lambda killed after the effect"
	LostEvent   = "lost event"
	DoubleEvent = "duplicated event"
)

var (
	faultKinds = []string{Throttle, Refusal, LostAnswer, Hang, KillBefore, KillAfter, LostEvent, DoubleEvent}
	eventKinds = []string{Cancel, Foreign, AlarmFires, TagMoved, TagRemoved, Scaled, Expired, Rotated}
)

func drawPlan(t *rapid.T) Plan {
	p := Plan{
		Seed:    rapid.Uint64().Draw(t, "seed"),
		Rules:   cloud.RollbackRules{Reverse: drawBool(t, "reverse"), ReAsk: drawBool(t, "reask"), Discard: drawBool(t, "discard"), Abandon: drawBool(t, "abandon")},
		Canary:  drawBool(t, "canary"),
		Crowded: one(t, 6, "crowded"),
		Destroy: drawBool(t, "destroy"),
	}
	for i := range upTo(t, maxHistory, "updates") + 1 {
		p.Updates = append(p.Updates, drawChange(t, i == 0))
	}
	return p
}

func drawChange(t *rapid.T, first bool) Change {
	c := Change{
		Image:    rapid.SampledFrom([]Image{Good, Good, Good, Alarming, Refused, Broken}).Draw(t, "image"),
		Tag:      rapid.SampledFrom([]TagChoice{Pushed, Pushed, Pushed, None, Earlier, Missing}).Draw(t, "tag"),
		Task:     one(t, 3, "task"),
		Listener: one(t, 3, "listener"),
		Pause:    time.Duration(upTo(t, 60, "pause")) * time.Minute,
	}
	if first { // most stacks get made
		c.Tag = rapid.SampledFrom([]TagChoice{None, None, None, Pushed, Pushed, Pushed, Pushed, Missing}).Draw(t, "first tag")
		if !one(t, 8, "bad first image") {
			c.Image = Good
		}
	}
	c.FailsFirst = one(t, 10, "fails first") && (!first || one(t, 3, "on creation"))
	c.FailsLast = !c.FailsFirst && !first && one(t, 5, "fails last")
	for range upTo(t, 4, "events") {
		at := time.Duration(upTo(t, int(maxEventsAt/step), "at")) * step
		c.Events = append(c.Events, Event{rapid.SampledFrom(eventKinds).Draw(t, "event"), at})
	}
	if one(t, 2, "faults") {
		for range upTo(t, maxFaults, "faults") + 1 {
			c.Faults = append(c.Faults, drawFault(t))
		}
	}
	return c
}

func drawFault(t *rapid.T) Fault {
	f := Fault{Kind: rapid.SampledFrom(faultKinds).Draw(t, "fault")}
	if f.Kind == LostEvent || f.Kind == DoubleEvent {
		f.Call, f.Long = upTo(t, 7, "delivery"), 1
		return f
	}
	f.Call = upTo(t, 200, "call")
	f.Long = rapid.SampledFrom([]int{1, 1, 4, 12}).Draw(t, "long")
	return f
}

func drawBool(t *rapid.T, label string) bool { return rapid.Bool().Draw(t, label) }

// one draws true once in n.
func one(t *rapid.T, n int, label string) bool { return upTo(t, n, label) == n-1 }

// upTo draws from 0 to n-1, each as often: rapid's own integers prefer small ones.
func upTo(t *rapid.T, n int, label string) int { return rapid.SampledFrom(numbers[:n]).Draw(t, label) }

var numbers = func() (all []int) {
	for i := range 400 {
		all = append(all, i)
	}
	return all
}()
