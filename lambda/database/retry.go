package database

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"payment-processor/lambda/deployment"
	"payment-processor/lambda/internal/backoff"
	"payment-processor/lambda/internal/postgres"

	"github.com/aws/smithy-go"
)

// margin is left of a function's time to answer.
const margin = 10 * time.Second

// refusals are how often a login or a call may be refused: the master's password may have changed while its secret did
// not say so yet, and a new policy takes a while to be in force everywhere.
const refusals = 6

// persist tries again what failed for a reason that passes, as long as the context lasts, and returns the last error.
func persist(ctx context.Context, sleep func(context.Context, time.Duration) error, log *slog.Logger, try func() error) error {
	refused := 0
	again := func(err error) bool {
		if postgres.Refused(err) || deployment.Denied(err) {
			refused++
			return refused < refusals
		}
		return passes(err)
	}
	return backoff.Retry{Again: again, Sleep: sleep, Log: log}.Do(ctx, try)
}

// passes reports whether the same may succeed later. What this package itself refuses is a Failure.
func passes(err error) bool {
	if failure := deployment.Failure(""); errors.As(err, &failure) || errors.Is(err, deployment.ErrSuperseded) {
		return false
	}
	if refusal := smithy.APIError(nil); errors.As(err, &refusal) {
		return deployment.Transient(err)
	}
	if errors.Is(err, postgres.ErrPort) || errors.Is(err, postgres.ErrEnvironment) || errors.Is(err, postgres.ErrPassword) {
		return false
	}
	return postgres.Passes(err)
}
