// Package backoff tries again what may succeed later, in time that is the caller's: the simulation's is not the machine's.
package backoff

import (
	"context"
	"log/slog"
	"time"
)

// The pause after a failure doubles each time, from first to longest.
const (
	first   = time.Second
	longest = 15 * time.Second
)

// Retry says what is tried again, and how.
type Retry struct {
	Again func(error) bool                           // may the same succeed later? Asked once for each failure
	Sleep func(context.Context, time.Duration) error // returns early, with its error, when the context ends
	Log   *slog.Logger
}

// Do tries until it succeeds, is not to be tried again, or ctx ends, and returns the last error.
func (r Retry) Do(ctx context.Context, try func() error) error {
	for pause := first; ; pause = min(2*pause, longest) {
		err := try()
		if err == nil || !r.Again(err) {
			return err
		}
		r.Log.Warn("trying again", "after", pause.String(), "error", err)
		if r.Sleep(ctx, pause) != nil {
			return err
		}
	}
}
