package runtimetest

import (
	"context"
	"errors"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/cfn"
	"github.com/aws/aws-lambda-go/lambda"
)

func TestRequest(t *testing.T) {
	api := Run(t, func() {
		lambda.Start(cfn.LambdaWrap(func(context.Context, cfn.Event) (string, map[string]any, error) {
			return "id", nil, errors.New("not today")
		}))
	})
	if got := api.Request(t, cfn.Event{RequestType: cfn.RequestCreate}); !strings.Contains(got, "not today") {
		t.Errorf("answered %s", got)
	}
}

func TestRefuse(t *testing.T) {
	Refuse(t, "Throttling")
	response, err := http.Get(os.Getenv("AWS_ENDPOINT_URL"))
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if code := response.Header.Get("X-Amzn-ErrorType"); code != "Throttling" || response.StatusCode != http.StatusBadRequest {
		t.Errorf("answered %s, %q", response.Status, code)
	}
}
