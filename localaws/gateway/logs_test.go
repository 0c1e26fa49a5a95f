package gateway

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"payment-processor/localaws/internal/localtest"
)

func TestSavedQueries(t *testing.T) {
	address := port(t, Options{})
	logs := func(operation, body string) (int, string) {
		return jsonCall(t, address, "logs", logsTarget+operation, body)
	}
	_, answer := logs("PutQueryDefinition", `{"name":"slow payments","queryString":"fields @message"}`)
	var query struct{ QueryDefinitionID string }
	if err := json.Unmarshal([]byte(answer), &query); err != nil || len(query.QueryDefinitionID) != 36 {
		t.Fatalf("saved as %s", answer)
	}
	id := `"queryDefinitionId":"` + query.QueryDefinitionID + `"`
	if status, answer := logs("PutQueryDefinition", `{`+id+`,"name":"slow payments","queryString":"stats count()"}`); status != http.StatusOK {
		t.Errorf("saving again: %d %s", status, answer)
	}
	for filter, found := range map[string]bool{`{}`: true, `{"queryDefinitionNamePrefix":"slow"}`: true, `{"queryDefinitionNamePrefix":"fast"}`: false} {
		if _, answer := logs("DescribeQueryDefinitions", filter); strings.Contains(answer, "stats count()") != found || strings.Contains(answer, "@message") {
			t.Errorf("queries by %s: %s", filter, answer)
		}
	}
	if status, answer := logs("DeleteQueryDefinition", `{`+id+`}`); status != http.StatusOK {
		t.Errorf("deleting: %d %s", status, answer)
	}
	if status, answer := logs("DeleteQueryDefinition", `{`+id+`}`); status != http.StatusBadRequest || !strings.Contains(answer, "ResourceNotFoundException") {
		t.Errorf("deleting again: %d %s", status, answer)
	}
}

func TestKeysOfLogGroups(t *testing.T) {
	address := port(t, Options{})
	logs := func(operation, body string) string {
		t.Helper()
		status, answer := jsonCall(t, address, "logs", logsTarget+operation, body)
		if status != http.StatusOK {
			t.Errorf("%s: %d %s", operation, status, answer)
		}
		return answer
	}
	const group = `{"logGroupName":"keyed","kmsKeyId":"arn:first"}`
	logs("CreateLogGroup", group)
	for _, step := range []struct{ operation, input, want, not string }{
		{"DescribeLogGroups", `{}`, "arn:first", "arn:second"},
		{"AssociateKmsKey", `{"logGroupName":"keyed","kmsKeyId":"arn:second"}`, "arn:second", "arn:first"},
		{"DisassociateKmsKey", `{"logGroupName":"keyed"}`, "keyed", "kmsKeyId"},
	} {
		logs(step.operation, step.input)
		if answer := logs("DescribeLogGroups", `{"logGroupNamePrefix":"keyed"}`); !strings.Contains(answer, step.want) || strings.Contains(answer, step.not) {
			t.Errorf("after %s: %s", step.operation, answer)
		}
	}
	logs("DeleteLogGroup", `{"logGroupName":"keyed"}`)
	logs("CreateLogGroup", group)
	if answer := logs("DescribeLogGroups", `{"logGroupNamePrefix":"keyed"}`); !strings.Contains(answer, "arn:first") {
		t.Errorf("a new group of that name: %s", answer)
	}
	faulty := newLogsGaps(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		refuse(w, r, http.StatusBadRequest, "InvalidParameterException", "no")
	}))
	status, answer := jsonCall(t, localtest.Serve(t, faulty), "logs", logsTarget+"DescribeLogGroups", "{}")
	if status != http.StatusBadRequest || !strings.Contains(answer, "InvalidParameterException") {
		t.Errorf("a refusal became %d %s", status, answer)
	}
}
