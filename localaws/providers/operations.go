package providers

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"

	"payment-processor/localaws/resource"
)

// operations makes a Provider of three functions. It words errors as CloudFormation does, and lets Delete succeed where
// there is nothing left to delete.
type operations struct {
	create, update func(context.Context, resource.Request) (resource.Result, error)
	remove         func(context.Context, resource.Request) error
}

func (o operations) Create(ctx context.Context, request resource.Request) (resource.Result, error) {
	result, err := o.create(ctx, request)
	if taken(err) {
		return resource.Result{}, reason(err) // what has the name is not this resource's to delete
	}
	return result, reason(err)
}

func (o operations) Update(ctx context.Context, request resource.Request) (resource.Result, error) {
	result, err := o.update(ctx, request)
	return result, reason(err)
}

func (o operations) Delete(ctx context.Context, request resource.Request) error {
	if request.PhysicalID == "" {
		return nil
	}
	if err := o.remove(ctx, request); !missing(err) {
		return reason(err)
	}
	return nil
}

// reason words an SDK's error as stack events show it. Other errors stay what they are.
func reason(err error) error {
	var refused smithy.APIError
	if !errors.As(err, &refused) {
		return err
	}
	status, requestID, service := http.StatusBadRequest, "", ""
	if call, is := errors.AsType[*smithy.OperationError](err); is {
		service = strings.ReplaceAll(call.Service(), " ", "")
	}
	if response, is := errors.AsType[*awshttp.ResponseError](err); is {
		status, requestID = response.HTTPStatusCode(), response.ServiceRequestID()
	}
	return refusal{err, fmt.Sprintf("%s (Service: %s, Status Code: %d, Request ID: %s) (%s)",
		cmp.Or(refused.ErrorMessage(), refused.ErrorCode()),
		service, status, requestID, refused.ErrorCode())}
}

// refusal is an error in other words.
type refusal struct {
	error
	words string
}

func (r refusal) Error() string { return r.words }
func (r refusal) Unwrap() error { return r.error }

// missing tells whether an error says that what it was asked of is not there.
func missing(err error) bool {
	var refused smithy.APIError
	if !errors.As(err, &refused) {
		return false
	}
	code := refused.ErrorCode()
	return strings.Contains(code, "NotFound") || strings.HasPrefix(code, "NoSuch") || strings.Contains(code, "NonExistent") ||
		slices.Contains([]string{"StateMachineDoesNotExist", "WAFNonexistentItemException", "QueueDoesNotExist"}, code)
}

// taken tells whether an error says that what was to be made is there already.
func taken(err error) bool {
	var refused smithy.APIError
	return errors.As(err, &refused) && strings.Contains(refused.ErrorCode(), "Exists")
}

// said is a refusal in the words of AWS, which begin as sentences do.
func said(format string, values ...any) error { return fmt.Errorf(format, values...) }
