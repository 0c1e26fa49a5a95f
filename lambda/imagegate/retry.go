package imagegate

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"payment-processor/lambda/internal/backoff"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/smithy-go"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
)

// settling is how long a role's policy may take to be in force everywhere: a first deployment has just made one.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency
const settling = 30 * time.Second

// retry tries again what failed for a reason that passes, as long as the context lasts, and returns the last error.
func (h Handler) retry(ctx context.Context, try func() error) error {
	start := h.Now()
	again := func(err error) bool { return passing(err) || denied(err) && h.Now().Sub(start) < settling }
	return backoff.Retry{Again: again, Sleep: h.Sleep, Log: slog.Default()}.Do(ctx, try)
}

// passing reports whether the same call may succeed later: throttling, the service's own faults, the network, a call
// that hung. When it is the function's own time that is over, there is no later.
func passing(err error) bool {
	if retry.IsErrorRetryables(retry.DefaultRetryables).IsErrorRetryable(err) == aws.TrueTernary {
		return true
	}
	var service smithy.APIError
	if errors.As(err, &service) && service.ErrorFault() == smithy.FaultServer {
		return true
	}
	var registry *transport.Error
	return errors.As(err, &registry) && (registry.Temporary() || registry.StatusCode/100 == 5)
}

func denied(err error) bool {
	if service, ok := errors.AsType[smithy.APIError](err); ok {
		return slices.Contains([]string{"AccessDenied", "AccessDeniedException"}, service.ErrorCode())
	}
	var registry *transport.Error
	return errors.As(err, &registry) && slices.Contains([]int{http.StatusUnauthorized, http.StatusForbidden}, registry.StatusCode)
}
