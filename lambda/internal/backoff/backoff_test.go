package backoff

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"testing"
	"time"
)

var errPassing, errLasting = errors.New("passing"), errors.New("lasting")

// A service that is overloaded is left alone longer and longer, and what fails for good fails at once.
func TestDo(t *testing.T) {
	const s = time.Second
	for name, test := range map[string]struct {
		outcomes []error
		time     time.Duration
		pauses   []time.Duration
		want     error
	}{
		"succeeds":           {[]error{nil}, time.Hour, nil, nil},
		"succeeds later":     {append(slices.Repeat([]error{errPassing}, 6), nil), time.Hour, []time.Duration{s, 2 * s, 4 * s, 8 * s, 15 * s, 15 * s}, nil},
		"fails for good":     {[]error{errPassing, errLasting}, time.Hour, []time.Duration{s}, errLasting},
		"its time runs out":  {slices.Repeat([]error{errPassing}, 3), 5 * s, []time.Duration{s, 2 * s, 4 * s}, errPassing},
		"its time has ended": {[]error{errPassing}, 0, []time.Duration{s}, errPassing},
	} {
		t.Run(name, func(t *testing.T) {
			var pauses []time.Duration
			left, tries := test.time, 0
			retry := Retry{Again: func(err error) bool { return errors.Is(err, errPassing) }, Log: slog.New(slog.DiscardHandler)}
			retry.Sleep = func(_ context.Context, pause time.Duration) error {
				pauses = append(pauses, pause)
				if left -= pause; left < 0 {
					return context.DeadlineExceeded
				}
				return nil
			}
			err := retry.Do(t.Context(), func() error { tries++; return test.outcomes[tries-1] })
			if !errors.Is(err, test.want) || tries != len(test.outcomes) || !slices.Equal(pauses, test.pauses) {
				t.Errorf("after %d tries and pauses of %v: %v", tries, pauses, err)
			}
		})
	}
}
