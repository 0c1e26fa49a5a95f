package providers

import (
	"strings"
	"testing"
)

// A rollback deletes what a creation answers. One whose name is taken must answer nothing, or its namesake goes.
func TestWhoseNameIsTakenLeavesItsNamesakeAlone(t *testing.T) {
	group := made(t, "AWS::Logs::LogGroup", map[string]any{}).PhysicalID
	for kind, properties := range map[string]map[string]any{
		"AWS::Logs::LogGroup":         {"LogGroupName": "/taken/" + unique()},
		"AWS::Logs::LogStream":        {"LogGroupName": group, "LogStreamName": "taken"},
		"AWS::IAM::Role":              {"RoleName": "taken-" + unique(), "AssumeRolePolicyDocument": trust("lambda.amazonaws.com")},
		"AWS::SecretsManager::Secret": {"Name": "taken-" + unique(), "SecretString": "{}"},
		"AWS::ECR::Repository":        {"RepositoryName": "taken-" + unique()},
	} {
		t.Run(kind, func(t *testing.T) {
			made(t, kind, properties)
			provider := providerOf(t, kind) // made has found it
			result, err := provider.Create(t.Context(), asked(kind, properties))
			if err == nil || !strings.Contains(strings.ToLower(err.Error()), "already exists") {
				t.Errorf("it says %v", err)
			}
			if result.PhysicalID != "" {
				t.Errorf("the rollback would delete %s", result.PhysicalID)
			}
		})
	}
}

// A rule for nobody is refused, in a group and on its own; moto would make none of it.
func TestARuleIsForOne(t *testing.T) {
	vpc, _ := ground(t)
	group := made(t, "AWS::EC2::SecurityGroup", map[string]any{"GroupDescription": "one", "VpcId": vpc.PhysicalID}).PhysicalID
	for name, more := range map[string]map[string]any{"nobody": {}, "two": {"CidrIp": "10.0.0.0/8", "CidrIpv6": "::/0"}} {
		t.Run(name, func(t *testing.T) {
			rule := with(more, "IpProtocol", "tcp", "FromPort", 80, "ToPort", 80)
			for _, kind := range []string{"AWS::EC2::SecurityGroupIngress", "AWS::EC2::SecurityGroupEgress"} {
				refused(t, kind, "Exactly one of", with(rule, "GroupId", group))
			}
			refused(t, "AWS::EC2::SecurityGroup", "Exactly one of",
				map[string]any{"GroupDescription": "two", "VpcId": vpc.PhysicalID, "SecurityGroupIngress": []any{rule}})
		})
	}
}
