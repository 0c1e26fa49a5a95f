package start

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/aws/aws-lambda-go/cfn"
)

// answerLimit is how long CloudFormation's bucket may take to accept an answer.
const answerLimit = 10 * time.Second

// Answering returns a function of a custom resource that answers CloudFormation itself, whatever happens, and keeps the
// address to which it does out of its log.
func Answering(handle cfn.CustomResourceFunction) cfn.CustomResourceLambdaFunction {
	http.DefaultClient.Timeout = answerLimit // cfn answers with it
	answer := cfn.LambdaWrap(handle)
	return func(ctx context.Context, event cfn.Event) (string, error) {
		_, err := answer(ctx, event)
		return "", addressless(err)
	}
}

// addressless takes the address out of an error of net/http. The one at which CloudFormation waits for the answer is
// signed: whoever reads it in a log could answer in our place.
func addressless(err error) error {
	if failed := new(url.Error); errors.As(err, &failed) {
		return failed.Err
	}
	return err
}
