package providers

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"payment-processor/localaws/resource"
)

const secretType = "AWS::SecretsManager::"

func secretValue(t *testing.T, id string) (value, version string) {
	t.Helper()
	found, err := secretsmanager.NewFromConfig(local(t)).GetSecretValue(t.Context(),
		&secretsmanager.GetSecretValueInput{SecretId: &id})
	if err != nil {
		t.Fatal(err)
	}
	return *found.SecretString, *found.VersionId
}

func generate(pairs ...any) map[string]any {
	return with(map[string]any{"SecretStringTemplate": `{"username":"app","port":5432}`, "GenerateStringKey": "password",
		"PasswordLength": 40, "ExcludePunctuation": true}, pairs...)
}

func TestSecret(t *testing.T) {
	var versions []string
	life{
		kind: secretType + "Secret",
		properties: func(unique string) map[string]any {
			return map[string]any{"Name": "s-" + unique, "Description": "one", "GenerateSecretString": generate(), "Tags": tag("a", "b")}
		},
		changes: []func(map[string]any){
			func(p map[string]any) { p["Description"], p["Tags"] = "two", tag("c", "d") },
			func(p map[string]any) { p["GenerateSecretString"] = generate("PasswordLength", 50) },
		},
		check: func(t *testing.T, step int, result resource.Result) {
			value, version := secretValue(t, result.PhysicalID)
			versions = append(versions, version)
			content := map[string]any{}
			if err := json.Unmarshal([]byte(value), &content); err != nil {
				t.Fatal(err)
			}
			password := content["password"].(string)
			if len(password) != []int{40, 40, 50}[step] || strings.ContainsAny(password, "!$%&/()=?") || content["username"] != "app" || content["port"] != 5432.0 {
				t.Errorf("step %d: %d characters in the password of %v", step, len(password), content)
			}
		},
	}.live(t)
	if versions[0] != versions[1] || versions[1] == versions[2] {
		t.Errorf("versions %v: an update of the description must keep the value, one of its generator must not", versions)
	}
	life{kind: secretType + "Secret", properties: func(string) map[string]any { return map[string]any{"SecretString": "{}"} },
		changes: []func(map[string]any){func(p map[string]any) { p["SecretString"] = "[]" }}}.live(t)
}

func TestSecretsThatAreRefused(t *testing.T) {
	plain := made(t, secretType+"Secret", map[string]any{"Name": "taken-" + unique(), "GenerateSecretString": map[string]any{}})
	if value, _ := secretValue(t, plain.PhysicalID); len(value) != 32 {
		t.Errorf("a generated secret has %d characters, want 32", len(value))
	}
	name := strings.Split(afterLast(plain.PhysicalID, ":"), "-")
	for reason, properties := range map[string]map[string]any{
		"ResourceExistsException":     {"Name": name[0] + "-" + name[1], "SecretString": "x"},
		"can't specify both":          {"SecretString": "x", "GenerateSecretString": generate()},
		"both SecretStringTemplate":   {"GenerateSecretString": map[string]any{"GenerateStringKey": "password"}},
		"must be a valid JSON object": {"GenerateSecretString": generate("SecretStringTemplate", "[")},
		"Property /PasswordLength":    {"GenerateSecretString": generate("PasswordLength", "long")},
		"Property /AddReplicaRegions": {"SecretString": "x", "AddReplicaRegions": "us-west-2"},
	} {
		refused(t, secretType+"Secret", reason, properties)
	}
}

func TestSecretPolicy(t *testing.T) {
	life{
		kind: secretType + "ResourcePolicy",
		properties: func(unique string) map[string]any {
			secret := made(t, secretType+"Secret", map[string]any{"Name": "p-" + unique, "SecretString": "{}"}).PhysicalID
			return map[string]any{"SecretId": secret, "ResourcePolicy": policyOf("Effect", "Deny", "Action", "secretsmanager:*")}
		},
		changes: []func(map[string]any){func(p map[string]any) {
			p["ResourcePolicy"] = policyOf("Effect", "Deny", "Action", "secretsmanager:GetSecretValue")
		}},
	}.live(t)
	refused(t, secretType+"ResourcePolicy", "syntax error", map[string]any{"SecretId": "none", "ResourcePolicy": policyOf("Effect", "")})
}

func TestSecretTargetAttachment(t *testing.T) {
	cluster := made(t, "AWS::RDS::DBCluster", databaseCluster("DatabaseName", "payments")).PhysicalID
	instance := made(t, "AWS::RDS::DBInstance", databaseInstance()).PhysicalID
	secret := made(t, secretType+"Secret", map[string]any{"SecretString": `{"username":"app","password":"x"}`}).PhysicalID
	content := func() map[string]any {
		value, _ := secretValue(t, secret)
		fields := map[string]any{}
		_ = json.Unmarshal([]byte(value), &fields)
		return fields
	}
	life{
		kind: secretType + "SecretTargetAttachment",
		properties: func(string) map[string]any {
			return map[string]any{"SecretId": secret, "TargetId": cluster, "TargetType": "AWS::RDS::DBCluster"}
		},
		changes: []func(map[string]any){func(p map[string]any) { p["TargetId"], p["TargetType"] = instance, "AWS::RDS::DBInstance" }},
		check: func(t *testing.T, step int, _ resource.Result) {
			fields := content()
			if fields["engine"] != []string{"postgres", "mysql"}[step] || fields["host"] == nil || fields["username"] != "app" ||
				step == 0 && (fields["dbClusterIdentifier"] != cluster || fields["dbname"] != "payments") {
				t.Errorf("step %d: %v", step, fields)
			}
		},
	}.live(t)
	if fields := content(); len(fields) != 2 {
		t.Errorf("after the attachment's end the secret is %v", fields)
	}
	refused(t, secretType+"SecretTargetAttachment", "not supported", map[string]any{"SecretId": secret, "TargetType": "AWS::Redshift::Cluster"})
	text := made(t, secretType+"Secret", map[string]any{"SecretString": "text"}).PhysicalID
	refused(t, secretType+"SecretTargetAttachment", "no JSON object", map[string]any{"SecretId": text, "TargetId": cluster, "TargetType": "AWS::RDS::DBCluster"})
	for engine, want := range map[string]string{"aurora-mysql": "mysql", "postgres": "postgres"} {
		if got := family(engine); got != want {
			t.Errorf("%s is of the family %s, want %s", engine, got, want)
		}
	}
}

// The gateway calls the function of a rotation; moto would look for it among its own.
func TestRotationSchedule(t *testing.T) {
	life{
		kind: secretType + "RotationSchedule",
		properties: func(string) map[string]any {
			secret := made(t, secretType+"Secret", map[string]any{"SecretString": "{}"}).PhysicalID
			return map[string]any{"SecretId": secret, "RotationRules": map[string]any{"AutomaticallyAfterDays": 30}}
		},
		changes: []func(map[string]any){func(p map[string]any) { p["RotateImmediatelyOnUpdate"] = "false" }},
	}.live(t)
}
