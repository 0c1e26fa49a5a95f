package database

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"payment-processor/lambda/deployment"
	"payment-processor/lambda/internal/awstest"
	"payment-processor/lambda/internal/postgres"

	"github.com/aws/aws-lambda-go/cfn"
	"github.com/jackc/pgx/v5/pgconn"
)

func TestPersist(t *testing.T) {
	quiet := slog.New(slog.DiscardHandler)
	attempts := func(problem error, succeedAt int) int {
		n := 0
		_ = persist(t.Context(), func(context.Context, time.Duration) error { return nil }, quiet, func() error {
			if n++; n >= succeedAt {
				return nil
			}
			return problem
		})
		return n
	}
	for _, test := range []struct {
		problem error
		want    int
	}{
		{awstest.Refusal("AccessDeniedException"), refusals},
		{&pgconn.PgError{Code: "28P01"}, refusals},
		{&pgconn.PgError{Code: "57P03"}, 20},
		{errors.New("connection reset"), 20},
		{awstest.Refusal("ThrottlingException"), 20},
		{awstest.Refusal("InvalidRequestException"), 1},
		{&pgconn.PgError{Code: "42501"}, 1},
		{deployment.Failure("no"), 1},
		{postgres.ErrPassword, 1},
	} {
		if got := attempts(test.problem, 20); got != test.want {
			t.Errorf("%v is met %d times, want %d", test.problem, got, test.want)
		}
	}
}

// A function that is killed answers nobody.
func TestTimeToAnswerIsLeft(t *testing.T) {
	w := external(t)
	w.secrets.Fault = func(string, bool) error { return awstest.Refusal("ThrottlingException") }
	killed := time.Now().Add(time.Hour)
	ctx, cancel := context.WithDeadline(t.Context(), killed)
	defer cancel()
	givenUp := 0
	sleep := func(ctx context.Context, _ time.Duration) error {
		givenUp++
		if ends, _ := ctx.Deadline(); killed.Sub(ends) != margin {
			t.Errorf("gives up %v before it is killed, want %v", killed.Sub(ends), margin)
		}
		return context.DeadlineExceeded
	}
	c, r := w.credentials(), w.rotation()
	c.Sleep, r.Sleep = sleep, sleep
	_, err := c.Handle(ctx, w.event(cfn.RequestCreate, nil))
	if again := r.Handle(ctx, Step{Step: steps[0], SecretID: secretArn}); err == nil || again == nil || givenUp != 2 {
		t.Errorf("gave up %d times: %v, %v", givenUp, err, again)
	}
}
