package main

import (
	"strings"
	"testing"

	"payment-processor/lambda/internal/runtimetest"

	"github.com/aws/aws-lambda-go/cfn"
)

// CloudFormation waits for an answer at the URL of the request, whatever happens.
func TestMainAnswersCloudFormation(t *testing.T) {
	runtimetest.Refuse(t, "ParameterNotFound") // and for DescribeServices an error that does not pass
	got := runtimetest.Run(t, main).Request(t, cfn.Event{RequestType: cfn.RequestCreate, ResourceProperties: map[string]any{
		"Architecture": "X86_64", "ParameterPath": "/payment-processor-dev/image",
	}})
	if !strings.Contains(got, `"FAILED"`) || !strings.Contains(got, "look up service") {
		t.Errorf("answered %s", got)
	}
}
