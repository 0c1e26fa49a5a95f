package cloudformation

import (
	"slices"
)

// walk visits ids, each as soon as those that must come before it are done, several at a time.
type walk struct {
	ids    []string
	before func(id string) []string
	visit  func(id string) error
	halt   <-chan struct{} // closed: nothing more is started
	failed func()          // called once, for the first failure; nothing more is started. Absent: what can go on, goes on
}

type visited struct {
	id  string
	err error
}

// run answers the ids whose visits failed, in order of their names.
func (w walk) run() []string {
	waiting := slices.Clone(w.ids)
	ahead := map[string]bool{} // not done well yet
	for _, id := range w.ids {
		ahead[id] = true
	}
	var failures []string
	results := make(chan visited)
	running, stopped := 0, false
	start := func(id string) {
		waiting = slices.DeleteFunc(waiting, func(other string) bool { return other == id })
		running++
		go func() { results <- visited{id, w.visit(id)} }()
	}
	for {
		for _, id := range slices.Clone(waiting) {
			if !stopped && !slices.ContainsFunc(w.before(id), func(other string) bool { return ahead[other] && other != id }) {
				start(id)
			}
		}
		if running == 0 && len(waiting) > 0 && !stopped && failures == nil {
			start(waiting[0]) // a circle, of what several templates left over: begin anywhere
		}
		if running == 0 {
			slices.Sort(failures)
			return failures
		}
		select {
		case <-w.halt:
			stopped, w.halt = true, nil
		case done := <-results:
			running--
			if done.err == nil {
				delete(ahead, done.id)
				continue
			}
			failures = append(failures, done.id)
			if w.failed != nil && !stopped {
				stopped = true
				w.failed()
			}
		}
	}
}

// reversed turns "comes before" around.
func reversed(ids []string, needs func(id string) []string) func(id string) []string {
	dependents := map[string][]string{}
	for _, id := range ids {
		for _, other := range needs(id) {
			dependents[other] = append(dependents[other], id)
		}
	}
	return func(id string) []string { return dependents[id] }
}
