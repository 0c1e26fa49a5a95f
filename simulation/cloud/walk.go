package cloud

import "slices"

// walk visits resources, each as soon as those that must come before it are done, several at a time.
type walk struct {
	before   func(*Resource) []*Resource
	visit    func(r *Resource, done func(error))
	finished func(error)

	waiting, running []*Resource
	halted           error
	abandon          bool
	over             bool
	starting         bool
}

func (s *Stack) start(resources []*Resource, before func(*Resource) []*Resource, visit func(*Resource, func(error)), finished func(error)) {
	s.walk = &walk{before: before, visit: visit, finished: finished, waiting: slices.Clone(resources)}
	s.walk.next()
}

func (w *walk) next() {
	if w.starting {
		return
	}
	w.starting = true
	for progress := true; progress && w.halted == nil; {
		progress = false
		for _, r := range slices.Clone(w.waiting) {
			if w.halted == nil && !slices.ContainsFunc(w.before(r), w.pending) {
				progress = true
				w.waiting = slices.DeleteFunc(w.waiting, func(other *Resource) bool { return other == r })
				w.running = append(w.running, r)
				w.visit(r, func(err error) { w.done(r, err) })
			}
		}
	}
	w.starting = false
	w.settle()
}

func (w *walk) pending(r *Resource) bool {
	return slices.Contains(w.waiting, r) || slices.Contains(w.running, r)
}

func (w *walk) done(r *Resource, err error) {
	w.running = slices.DeleteFunc(w.running, func(other *Resource) bool { return other == r })
	if err != nil && w.halted == nil {
		w.halted = err
	}
	w.next()
}

// halt starts nothing more, and ends at once when it does not wait for what is running.
func (w *walk) halt(err error, abandon bool) {
	if w.halted == nil {
		w.halted = err
	}
	w.abandon = w.abandon || abandon
	w.settle()
}

func (w *walk) settle() {
	native := slices.ContainsFunc(w.running, func(r *Resource) bool { return r.Timeout == 0 })
	idle := len(w.running) == 0 || w.halted != nil && w.abandon && !native
	if w.over || w.starting || !idle || w.halted == nil && len(w.waiting) > 0 {
		return
	}
	w.over = true
	w.finished(w.halted)
}
