package bootstrap

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// State is what /ready answers. It never holds a credential.
type State struct {
	Ready    bool   `json:"ready"`
	Database string `json:"database"`         // "reachable", "not reachable", "not configured" or "not checked"
	Reason   string `json:"reason,omitempty"` // why it is not reachable, or not checked
}

const (
	fresh    = time.Second     // how long an answer is good for: many who ask cost the database one connection
	patience = 3 * time.Second // below the five seconds that load balancer and hook wait
)

// readiness asks the database for all who ask at the same time.
type readiness struct {
	check func(context.Context) State

	lock  sync.Mutex
	known State
	since time.Time
}

func newReadiness(check func(context.Context) State) *readiness { return &readiness{check: check} }

func (r *readiness) now() State {
	r.lock.Lock()
	defer r.lock.Unlock()
	if time.Since(r.since) < fresh {
		return r.known
	}
	// Not the request's context: who hangs up must not spoil the answer for the others.
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	state := r.check(ctx)
	if state != r.known {
		slog.Info("database", "state", state.Database, "reason", state.Reason)
	}
	r.known, r.since = state, time.Now()
	return state
}
