package providers

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"

	"payment-processor/localaws/resource"
)

func keyPolicy(actions ...any) map[string]any {
	return map[string]any{"Version": "2012-10-17", "Statement": []any{map[string]any{"Effect": "Allow", "Action": actions,
		"Principal": map[string]any{"AWS": "arn:aws:iam::123456789012:root"}, "Resource": "*"}}}
}

func TestKey(t *testing.T) {
	client := kms.NewFromConfig(local(t))
	life{kind: "AWS::KMS::Key",
		properties: func(string) map[string]any {
			return map[string]any{"Description": "one", "EnableKeyRotation": true, "KeyPolicy": keyPolicy("kms:*"), "Enabled": "true",
				"Tags": tag("Name", "key"), "PendingWindowInDays": 7}
		},
		changes: []func(map[string]any){
			func(p map[string]any) {
				p["Description"], p["KeyPolicy"], p["RotationPeriodInDays"] = "two", keyPolicy("kms:*", "kms:Decrypt"), 180
				retags(p)
			},
			func(p map[string]any) { p["EnableKeyRotation"] = "false"; p["Enabled"] = false; delete(p, "KeyPolicy") },
		},
		check: func(t *testing.T, step int, result resource.Result) {
			key := &result.PhysicalID
			if result.Attributes["Arn"] != "arn:aws:kms:us-east-2:123456789012:key/"+*key {
				t.Errorf("attributes %v", result.Attributes)
			}
			policy, err := client.GetKeyPolicy(t.Context(), &kms.GetKeyPolicyInput{KeyId: key, PolicyName: new("default")})
			if err != nil || strings.Contains(aws.ToString(policy.Policy), "kms:Decrypt") != (step > 0) {
				t.Errorf("step %d: policy %v %v", step, policy, err)
			}
			rotation, err := client.GetKeyRotationStatus(t.Context(), &kms.GetKeyRotationStatusInput{KeyId: key})
			if err != nil || rotation.KeyRotationEnabled != (step < 2) {
				t.Errorf("step %d: rotation %v", step, err)
			}
			described, err := client.DescribeKey(t.Context(), &kms.DescribeKeyInput{KeyId: key})
			if err != nil || described.KeyMetadata.Enabled != (step < 2) {
				t.Errorf("step %d: enabled %v", step, err)
			}
		}}.live(t)
	made(t, "AWS::KMS::Key", map[string]any{})
	refused(t, "AWS::KMS::Key", "MalformedPolicyDocumentException", map[string]any{"KeyPolicy": allow("kms:*")})
}

func TestAlias(t *testing.T) {
	one, two := made(t, "AWS::KMS::Key", map[string]any{}), made(t, "AWS::KMS::Key", map[string]any{})
	properties := func(unique string) map[string]any {
		return map[string]any{"AliasName": "alias/" + unique, "TargetKeyId": one.Attributes["Arn"]}
	}
	life{kind: "AWS::KMS::Alias", properties: properties,
		changes: []func(map[string]any){func(p map[string]any) { p["TargetKeyId"] = two.PhysicalID }}}.live(t)
	made(t, "AWS::KMS::Alias", properties("taken"))
	refused(t, "AWS::KMS::Alias", "AlreadyExistsException", properties("taken"))
}

func TestParameter(t *testing.T) {
	properties := func(unique string) map[string]any {
		return map[string]any{"Name": "/payments/" + unique, "Type": "String", "Value": "33", "AllowedPattern": "^[0-9]+$",
			"Tags": map[string]any{"Name": "parameter"}}
	}
	life{kind: "AWS::SSM::Parameter", properties: properties,
		changes: []func(map[string]any){func(p map[string]any) {
			p["Value"] = "34"
			p["Tags"] = map[string]any{"Other": "value"}
		}},
		check: func(t *testing.T, step int, result resource.Result) {
			if want := []string{"33", "34"}[step]; result.Attributes["Value"] != want {
				t.Errorf("step %d: %v", step, result.Attributes)
			}
		}}.live(t)
	made(t, "AWS::SSM::Parameter", properties("taken"))
	refused(t, "AWS::SSM::Parameter", "ParameterAlreadyExists", properties("taken"))
	refused(t, "AWS::SSM::Parameter", "ParameterPatternMismatch", map[string]any{"Type": "String", "Value": "x", "AllowedPattern": "^y$"})
	refused(t, "AWS::SSM::Parameter", "not a valid enum value", map[string]any{"Type": "SecureString", "Value": "x"})
}
