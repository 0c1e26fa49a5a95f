package start

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/cfn"
)

// answerLimit is how long CloudFormation's bucket may take to accept an answer.
const answerLimit = 10 * time.Second

// Answering returns a function of a custom resource that answers CloudFormation itself, whatever happens, and keeps the
// address to which it does out of its log.
func Answering(handle cfn.CustomResourceFunction) cfn.CustomResourceLambdaFunction {
	http.DefaultClient.Timeout = answerLimit // cfn answers with it
	answer := cfn.LambdaWrap(func(ctx context.Context, event cfn.Event) (string, map[string]any, error) {
		id, data, err := handle(ctx, event)
		return id, data, short(err)
	})
	return func(ctx context.Context, event cfn.Event) (string, error) {
		_, err := answer(ctx, event)
		return "", addressless(err)
	}
}

// CloudFormation refuses a response of more than 4,096 bytes, ids and JSON escapes included.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-responses.html
const longestReason = 2000

func short(reason error) error {
	if reason == nil || len(reason.Error()) <= longestReason {
		return reason
	}
	return errors.New(strings.ToValidUTF8(reason.Error()[:longestReason], "") + "…")
}

// addressless takes the address out of an error of net/http. The one at which CloudFormation waits for the answer is
// signed: whoever reads it in a log could answer in our place.
func addressless(err error) error {
	if failed := new(url.Error); errors.As(err, &failed) {
		return failed.Err
	}
	return err
}
