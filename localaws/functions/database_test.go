package functions

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lambda"
)

// The database's functions decide for themselves here too: what they refuse, and whom they answer.
func TestTheDatabasesFunctions(t *testing.T) {
	m := newMachine(t)
	for _, handler := range []string{"credentials", "rotate"} {
		m.function(handler, func(in *lambda.CreateFunctionInput) { in.Handler = &handler })
		m.functions[handler].code.command = "./lambda/database/main"
	}
	answer, failed := m.invoke("rotate", map[string]string{"Step": "otherSecret"})
	if message, _ := answer["errorMessage"].(string); failed == "" || !strings.Contains(message, "otherSecret") {
		t.Errorf("another step: %v", answer)
	}
	id := uuid(identity())
	answers := m.expect(id)
	event := map[string]any{
		"RequestType": "Delete", "RequestId": id, "ResponseURL": m.responseURL(id, time.Now()), "PhysicalResourceId": "database-credentials/Thing",
	}
	if answer, failed := m.invoke("credentials", event); failed != "" {
		t.Errorf("%v", answer)
	}
	if said := <-answers; said.Status != "SUCCESS" || said.PhysicalResourceID != "database-credentials/Thing" {
		t.Errorf("CloudFormation hears %+v", said)
	}
}
