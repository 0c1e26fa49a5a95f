package bootstrap

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// Whoever asks often must not cost the database a connection each time.
func TestReadinessIsAskedOnceASecond(t *testing.T) {
	var asked atomic.Int32
	ready := newReadiness(func(ctx context.Context) State {
		if deadline, limited := ctx.Deadline(); !limited || time.Until(deadline) > patience {
			t.Error("the database may take its time")
		}
		asked.Add(1)
		return State{Ready: true}
	})
	synctest.Test(t, func(t *testing.T) {
		done := make(chan State)
		for range 50 {
			go func() { done <- ready.now() }()
		}
		for range 50 {
			if !(<-done).Ready {
				t.Error("not ready")
			}
		}
		if asked.Load() != 1 {
			t.Errorf("asked %d times for 50 requests", asked.Load())
		}
		time.Sleep(fresh) // of synctest's clock
		ready.now()
		if asked.Load() != 2 {
			t.Error("an old answer is given again")
		}
	})
}

// The log says when the database came and went, and is silent in between.
func TestOnlyChangesAreLogged(t *testing.T) {
	var log bytes.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&log, nil)))
	defer slog.SetDefault(before)
	state := State{Database: "reachable"}
	ready := newReadiness(func(context.Context) State { return state })
	for range 5 {
		ready.now()
		ready.since = time.Time{}
	}
	state = State{Database: "not reachable"}
	ready.now()
	if lines := strings.Count(log.String(), "\n"); lines != 2 {
		t.Errorf("logged %d lines, want one for each change:\n%s", lines, &log)
	}
}
