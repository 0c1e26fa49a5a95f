package imagegate

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/smithy-go"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
)

const (
	firstWait   = time.Second
	longestWait = 15 * time.Second
	// A role's policy takes some seconds to be in force everywhere, and a first deployment has just made one.
	// https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency
	settling = 30 * time.Second
)

// retry tries again what failed for a reason that passes, as long as the context lasts, and returns the last error.
func (h Handler) retry(ctx context.Context, try func() error) error {
	start := h.Now()
	for wait := firstWait; ; wait = min(2*wait, longestWait) {
		err := try()
		if err == nil || !passing(err) && (!denied(err) || h.Now().Sub(start) >= settling) {
			return err
		}
		slog.Warn("trying again", "after", wait.String(), "error", err)
		if h.Sleep(ctx, wait) != nil {
			return err
		}
	}
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
	return errors.As(err, &registry) && (registry.Temporary() || registry.StatusCode >= http.StatusInternalServerError)
}

func denied(err error) bool {
	if service, ok := errors.AsType[smithy.APIError](err); ok {
		return slices.Contains([]string{"AccessDenied", "AccessDeniedException"}, service.ErrorCode())
	}
	var registry *transport.Error
	return errors.As(err, &registry) && slices.Contains([]int{http.StatusUnauthorized, http.StatusForbidden}, registry.StatusCode)
}
