package services

import (
	"maps"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/codedeploy"
)

// A rollback deletes what a creation answers. One whose name is taken must answer nothing, or its namesake goes.
func TestWhoseNameIsTakenLeavesItsNamesakeAlone(t *testing.T) {
	a := newAccount(t, hasty)
	s := stack{a, a.Providers()}
	for kind, properties := range map[string]map[string]any{
		"AWS::CodeDeploy::Application":      {"ApplicationName": "taken", "ComputePlatform": "ECS"},
		"AWS::CodeDeploy::DeploymentConfig": with(configProperties, "DeploymentConfigName", "taken"),
	} {
		s.create(kind, properties)
		result, err := s.registry[kind].Create(t.Context(), s.request(kind, properties))
		if err == nil || result.PhysicalID != "" {
			t.Errorf("%s: the rollback of %v would delete %q", kind, err, result.PhysicalID)
		}
	}
	result, err := s.registry["AWS::CodeDeploy::DeploymentGroup"].Create(t.Context(), s.request("", with(groupProperties, "ApplicationName", "none")))
	if err == nil || result.PhysicalID != "" {
		t.Errorf("a group of no application: %v, %q", err, result.PhysicalID)
	}
	must[*codedeploy.GetApplicationOutput](t)(a.deploy.GetApplication(t.Context(), &codedeploy.GetApplicationInput{ApplicationName: new("taken")}))
}

func with(properties map[string]any, name string, value any) map[string]any {
	all := maps.Clone(properties)
	all[name] = value
	return all
}
