package functions

import (
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/cfn"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

// The database's functions run here, with the decisions that they have on AWS: a Delete is answered, a request without
// properties and a step that is none are refused.
func TestTheDatabasesFunctions(t *testing.T) {
	m := newMachine(t)
	for _, handler := range []string{"credentials", "rotate"} {
		m.function(handler, func(in *lambda.CreateFunctionInput) {
			in.Handler, in.Environment = &handler, &types.Environment{Variables: map[string]string{"RELEASE_FUNCTION": "release"}}
		})
		m.functions[handler].code.command = "./lambda/database/main"
	}
	event := cfn.Event{RequestType: cfn.RequestDelete, PhysicalResourceID: "id"}
	if answer, failure := m.invoke("credentials", event); failure != "" || answer["PhysicalResourceId"] != "id" {
		t.Errorf("got %v, %s", answer, failure)
	}
	if answer, failure := m.invoke("credentials", cfn.Event{}); failure == "" || !strings.Contains(answer["errorMessage"].(string), "is empty") {
		t.Errorf("got %v, %s", answer, failure)
	}
	if answer, failure := m.invoke("rotate", map[string]string{"Step": "dance"}); failure == "" || !strings.Contains(answer["errorMessage"].(string), "step is") {
		t.Errorf("got %v, %s", answer, failure)
	}
}
