package simulation

import (
	"time"

	"payment-processor/simulation/cloud"
)

// latency is short, but for once in a while: then much happens between two calls of a function.
func (w *World) latency() time.Duration {
	w.report.Calls++
	if w.rand.IntN(60) == 0 {
		return time.Duration(1+w.rand.IntN(15)) * time.Second
	}
	return 30 * time.Millisecond
}

// fault is what the plan has for this call of a function.
func (w *World) fault() string {
	call := w.calls
	w.calls++
	for _, f := range w.change.Faults {
		if f.Kind != LostEvent && f.Kind != DoubleEvent && call >= f.Call && call < f.Call+f.Long {
			return f.Kind
		}
	}
	return ""
}

func (w *World) inject(kind, where string) {
	w.report.Faults[kind]++
	w.update.faults = true
	w.log("fault", "%s: %s", kind, where)
	switch kind {
	case KillBefore, KillAfter, LostEvent, DoubleEvent:
		w.replayed = kind
	}
	if kind == KillBefore || kind == KillAfter || kind == LostEvent {
		w.update.excuse = kind
	}
}

// deliver is how CloudFormation's event for a custom resource reaches the function.
func (w *World) deliver(request cloud.Request) []time.Duration {
	delays := []time.Duration{time.Second}
	for _, f := range w.change.Faults {
		if f.Call != w.events {
			continue
		}
		switch f.Kind {
		case LostEvent:
			w.inject(LostEvent, request.ID)
			delays = nil
		case DoubleEvent:
			w.inject(DoubleEvent, request.ID)
			delays = append(delays, time.Duration(w.rand.IntN(1200))*time.Second)
		}
	}
	w.events++
	return delays
}
