package deployment

import (
	"errors"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/smithy-go"
)

// Failure is the end of a request as CloudFormation shows it: looking again would not help.
type Failure string

func (f Failure) Error() string { return string(f) }

// Short is the failure in as many words as CloudFormation reads of an answer.
func Short(err error) Failure {
	return Failure(strings.ToValidUTF8(err.Error()[:min(len(err.Error()), longest)], ""))
}

// Transient reports whether the same call may succeed at the next poll: throttling, a fault of the service, a lost or
// late answer. What a service refuses is not transient, nor is what these functions themselves refuse.
func Transient(err error) bool {
	var failure Failure
	if err == nil || errors.As(err, &failure) || errors.Is(err, ErrSuperseded) {
		return false
	}
	var refusal smithy.APIError
	if !errors.As(err, &refusal) {
		return true
	}
	return refusal.ErrorFault() == smithy.FaultServer ||
		retry.IsErrorRetryables(retry.DefaultRetryables).IsErrorRetryable(err) == aws.TrueTernary ||
		hasCode(err, "TooManyUpdates", "InternalFailure", "InternalServerError", "ServiceUnavailable")
}

// NotFound reports whether the thing that was asked for, or the thing that holds it, does not exist.
func NotFound(err error) bool {
	return hasCode(err,
		"ApplicationDoesNotExistException", "DeploymentGroupDoesNotExistException", "DeploymentDoesNotExistException",
		"ClusterNotFoundException", "ServiceNotFoundException", "ServiceNotActiveException",
		"ListenerNotFound", "TargetGroupNotFound", "ParameterNotFound")
}

// Denied reports whether IAM refused the call. A policy takes a while to reach every service after it was written.
func Denied(err error) bool {
	return hasCode(err, "AccessDenied", "AccessDeniedException", "UnauthorizedOperation")
}

// Busy reports whether CodeDeploy refused a deployment because the group has one already, perhaps one that
// ListDeployments does not show yet.
func Busy(err error) bool {
	return hasCode(err, "DeploymentLimitExceededException")
}

func hasCode(err error, codes ...string) bool {
	var refusal smithy.APIError
	return errors.As(err, &refusal) && slices.Contains(codes, refusal.ErrorCode())
}
