package localtest

import (
	"net/http"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
)

func TestAnswersFindTheirOperation(t *testing.T) {
	config := Config(Serve(t, Answers{
		"GetParameter": `{"Parameter":{"Value":"json"}}`,
		"GetRole":      "<R><GetRoleResult><Role><RoleName>query</RoleName></Role></GetRoleResult></R>",
		"status":       "runs",
	}))
	parameter, err := ssm.NewFromConfig(config).GetParameter(t.Context(), &ssm.GetParameterInput{Name: new("p")})
	if err != nil || *parameter.Parameter.Value != "json" {
		t.Errorf("JSON: %v", err)
	}
	role, err := iam.NewFromConfig(config).GetRole(t.Context(), &iam.GetRoleInput{RoleName: new("r")})
	if err != nil || *role.Role.RoleName != "query" {
		t.Errorf("query: %v", err)
	}
	response, err := http.Get(*config.BaseEndpoint + "/prefix/status")
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("a path: %v", err)
	}
	_ = response.Body.Close()
	if _, err := ssm.NewFromConfig(config).DescribeParameters(t.Context(), &ssm.DescribeParametersInput{}); err == nil {
		t.Error("an operation without an answer succeeds")
	}
}
