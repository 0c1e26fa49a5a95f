package stacks

import (
	"fmt"
	"maps"
	"regexp"
	"strings"
	"testing"
)

// logGroups finds log groups that are unencrypted or endless, and what would make AWS create such ones by itself.
func logGroups(e *environment) []string {
	var findings []string
	for _, r := range e.resources("AWS::Logs::LogGroup") {
		if r.Properties["KmsKeyId"] == nil {
			findings = append(findings, fmt.Sprintf("%v is not encrypted with a key", r))
		}
		if r.Properties["RetentionInDays"] == nil {
			findings = append(findings, fmt.Sprintf("%v is kept for ever", r))
		}
	}
	for _, r := range e.resources("AWS::Lambda::Function") {
		if !e.isLogGroup(r, asObject(r.Properties["LoggingConfig"])["LogGroup"]) {
			findings = append(findings, fmt.Sprintf("%v logs to a group that Lambda makes", r))
		}
	}
	for _, r := range e.resources("AWS::StepFunctions::StateMachine") {
		destinations := listed(asObject(r.Properties["LoggingConfiguration"])["Destinations"])
		if len(destinations) == 0 {
			findings = append(findings, fmt.Sprintf("%v does not log", r))
		}
		logging := asObject(r.Properties["LoggingConfiguration"])
		if logging["Level"] != "ALL" || logging["IncludeExecutionData"] != false || asObject(r.Properties["TracingConfiguration"])["Enabled"] != true {
			findings = append(findings, fmt.Sprintf("%v hides its steps, or shows what they carry", r))
		}
		for _, d := range destinations {
			group, _ := e.reference(r.Stack, asObject(asObject(d)["CloudWatchLogsLogGroup"])["LogGroupArn"])
			switch i := e.index(group); {
			case i < 0 || e.resources()[i].Type != "AWS::Logs::LogGroup":
				findings = append(findings, fmt.Sprintf("%v logs elsewhere", r))
			case !strings.HasPrefix(literal(e.resources()[i].Properties["LogGroupName"]), "/aws/vendedlogs/"):
				findings = append(findings, fmt.Sprintf("%v fills the account's resource policy: after some deployments none succeeds", r))
			}
		}
	}
	for _, r := range e.resources("AWS::ECS::TaskDefinition") {
		for _, c := range listed(r.Properties["ContainerDefinitions"]) {
			if !e.isLogGroup(r, asObject(asObject(asObject(c)["LogConfiguration"])["Options"])["awslogs-group"]) {
				findings = append(findings, fmt.Sprintf("%v: container %v logs elsewhere", r, asObject(c)["Name"]))
			}
		}
	}
	for _, r := range e.resources("AWS::ECS::Cluster") {
		exec := asObject(asObject(r.Properties["Configuration"])["ExecuteCommandConfiguration"])
		if !e.isLogGroup(r, asObject(exec["LogConfiguration"])["CloudWatchLogGroupName"]) || exec["KmsKeyId"] == nil {
			findings = append(findings, fmt.Sprintf("%v does not audit Exec in an encrypted log", r))
		}
	}
	return findings
}

func (e *environment) isLogGroup(of resource, value any) bool {
	id, _ := e.reference(of.Stack, value)
	for _, r := range e.resources("AWS::Logs::LogGroup") {
		if r.key() == id {
			return true
		}
	}
	return false
}

// unencrypted finds what keeps data as plain text. Secrets and parameters cannot.
func unencrypted(e *environment) []string {
	var findings []string
	for _, r := range e.resources() {
		p := r.Properties
		encrypted := true
		switch r.Type {
		case "AWS::S3::Bucket":
			encrypted = p["BucketEncryption"] != nil
		case "AWS::SNS::Topic":
			encrypted = p["KmsMasterKeyId"] != nil
		case "AWS::SQS::Queue":
			encrypted = p["KmsMasterKeyId"] != nil || p["SqsManagedSseEnabled"] == true
		case "AWS::ECR::Repository":
			encrypted = asObject(p["EncryptionConfiguration"])["KmsKey"] != nil
		case "AWS::KinesisFirehose::DeliveryStream":
			to := asObject(p["ExtendedS3DestinationConfiguration"])
			waiting := asObject(p["DeliveryStreamEncryptionConfigurationInput"])
			encrypted = waiting["KeyARN"] != nil && waiting["KeyType"] == "CUSTOMER_MANAGED_CMK" &&
				asObject(asObject(to["EncryptionConfiguration"])["KMSEncryptionConfig"])["AWSKMSKeyARN"] != nil
		case "AWS::CloudTrail::Trail":
			encrypted = p["KMSKeyId"] != nil
		case "AWS::RDS::DBCluster":
			encrypted = p["StorageEncrypted"] == true && p["KmsKeyId"] != nil && p["PerformanceInsightsKmsKeyId"] != nil &&
				asObject(p["MasterUserSecret"])["KmsKeyId"] != nil
		case "AWS::RDS::DBInstance":
			encrypted = p["PerformanceInsightsKMSKeyId"] != nil
		case "AWS::EFS::FileSystem", "AWS::EC2::Volume":
			encrypted = p["Encrypted"] == true
		case "AWS::DynamoDB::Table":
			encrypted = asObject(p["SSESpecification"])["SSEEnabled"] == true
		}
		if !encrypted {
			findings = append(findings, fmt.Sprintf("%v is not encrypted", r))
		}
	}
	return findings
}

var (
	credentialName  = regexp.MustCompile(`(?i)(password|passwd|secret|token|credential|private_?key|api_?key)`)
	credentialValue = regexp.MustCompile(`AKIA[0-9A-Z]{16}|-----BEGIN|\{\{resolve:(secretsmanager|ssm-secure):`)
)

// plainSecrets finds credentials whose value stands in a template, or would stand in an environment variable that
// everybody who may describe the task or the function can read.
func plainSecrets(e *environment) []string {
	var findings []string
	for _, r := range e.resources() {
		variables := object{}
		maps.Copy(variables, asObject(asObject(r.Properties["Environment"])["Variables"]))
		for _, c := range listed(r.Properties["ContainerDefinitions"]) {
			for _, v := range listed(asObject(c)["Environment"]) {
				variables[literal(asObject(v)["Name"])] = asObject(v)["Value"]
			}
		}
		for name, value := range variables {
			// A reference to a secret is its ARN.
			if _, isReference := e.reference(r.Stack, value); credentialName.MatchString(name) && !isReference {
				findings = append(findings, fmt.Sprintf("%v has a plain %s", r, name))
			}
		}
		if r.Type == "AWS::SecretsManager::Secret" {
			generated := asObject(r.Properties["GenerateSecretString"])
			if r.Properties["SecretString"] != nil || strings.Contains(literal(generated["SecretStringTemplate"]), `"password"`) {
				findings = append(findings, fmt.Sprintf("%v has its value in the template", r))
			}
		}
		if r.Properties["MasterUserPassword"] != nil {
			findings = append(findings, fmt.Sprintf("%v has its master password in the template", r))
		}
		visit(r.Properties, "", func(path string, value any) {
			if s, ok := value.(string); ok && credentialValue.MatchString(s) {
				findings = append(findings, fmt.Sprintf("%v has a credential in %s", r, path))
			}
		})
	}
	return findings
}

func TestLogGroupsFires(t *testing.T) {
	for _, s := range []sabotage{
		{`{"L": {"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": 30}}}`, "not encrypted"},
		{`{"L": {"Type": "AWS::Logs::LogGroup", "Properties": {"KmsKeyId": "k"}}}`, "for ever"},
		{`{"F": {"Type": "AWS::Lambda::Function"}}`, "a group that Lambda makes"},
		{`{"F": {"Type": "AWS::Lambda::Function", "Properties": {"LoggingConfig": {"LogGroup": "/aws/lambda/mine"}}}}`, "a group that Lambda makes"},
		{`{"M": {"Type": "AWS::StepFunctions::StateMachine"}}`, "does not log"},
		{`{"M": {"Type": "AWS::StepFunctions::StateMachine", "Properties": {"LoggingConfiguration":
		   {"Destinations": [{"CloudWatchLogsLogGroup": {"LogGroupArn": "arn"}}]}}}}`, "logs elsewhere"},
		{`{"L": {"Type": "AWS::Logs::LogGroup"}, "M": {"Type": "AWS::StepFunctions::StateMachine", "Properties": {"LoggingConfiguration":
		   {"Destinations": [{"CloudWatchLogsLogGroup": {"LogGroupArn": {"Fn::GetAtt": ["L", "Arn"]}}}]}}}}`, "fills the account's resource policy"},
		{`{"M": {"Type": "AWS::StepFunctions::StateMachine", "Properties": {"LoggingConfiguration": {"Level": "ERROR"}}}}`, "hides its steps"},
		{`{"M": {"Type": "AWS::StepFunctions::StateMachine", "Properties": {"TracingConfiguration": {"Enabled": true},
		   "LoggingConfiguration": {"Level": "ALL", "IncludeExecutionData": true}}}}`, "hides its steps"},
		{`{"M": {"Type": "AWS::StepFunctions::StateMachine", "Properties": {"LoggingConfiguration": {"Level": "ALL", "IncludeExecutionData": false}}}}`, "hides its steps"},
		{`{"T": {"Type": "AWS::ECS::TaskDefinition", "Properties": {"ContainerDefinitions": [{"Name": "app"}]}}}`, "container app logs elsewhere"},
		{`{"C": {"Type": "AWS::ECS::Cluster"}}`, "does not audit Exec"},
	} {
		s.try(t, logGroups)
	}
	harmless(t, logGroups, `{"L": {"Type": "AWS::Logs::LogGroup", "Properties": {"KmsKeyId": "k", "RetentionInDays": 30}},
		"F": {"Type": "AWS::Lambda::Function", "Properties": {"LoggingConfig": {"LogGroup": {"Ref": "L"}}}}}`)
}

func TestUnencryptedFires(t *testing.T) {
	for _, kind := range []string{
		"AWS::S3::Bucket", "AWS::SNS::Topic", "AWS::SQS::Queue", "AWS::RDS::DBCluster", "AWS::RDS::DBInstance",
		"AWS::EFS::FileSystem", "AWS::EC2::Volume", "AWS::DynamoDB::Table",
		"AWS::ECR::Repository", "AWS::KinesisFirehose::DeliveryStream", "AWS::CloudTrail::Trail",
	} {
		sabotage{`{"X": {"Type": "` + kind + `"}}`, "is not encrypted"}.try(t, unencrypted)
	}
	harmless(t, unencrypted, `{"Q": {"Type": "AWS::SQS::Queue", "Properties": {"SqsManagedSseEnabled": true}}}`)
}

func TestPlainSecretsFires(t *testing.T) {
	for _, s := range []sabotage{
		{`{"F": {"Type": "AWS::Lambda::Function", "Properties": {"Environment": {"Variables": {"DB_PASSWORD": "hunter2"}}}}}`, "a plain DB_PASSWORD"},
		{`{"T": {"Type": "AWS::ECS::TaskDefinition", "Properties": {"ContainerDefinitions":
		   [{"Environment": [{"Name": "API_KEY", "Value": "k"}]}]}}}`, "a plain API_KEY"},
		{`{"S": {"Type": "AWS::SecretsManager::Secret", "Properties": {"SecretString": "x"}}}`, "its value in the template"},
		{`{"S": {"Type": "AWS::SecretsManager::Secret", "Properties": {"GenerateSecretString":
		   {"SecretStringTemplate": "{\"password\": \"x\"}"}}}}`, "its value in the template"},
		{`{"D": {"Type": "AWS::RDS::DBCluster", "Properties": {"MasterUserPassword": {"Ref": "Anything"}}}}`, "its master password"},
		{`{"X": {"Type": "AWS::X::Y", "Properties": {"Deep": ["AKIAABCDEFGHIJKLMNOP"]}}}`, "a credential in Deep"},
		{`{"X": {"Type": "AWS::X::Y", "Properties": {"A": "{{resolve:secretsmanager:db}}"}}}`, "a credential in A"},
	} {
		s.try(t, plainSecrets)
	}
	harmless(t, plainSecrets, `{"S": {"Type": "AWS::SecretsManager::Secret"}, "F": {"Type": "AWS::Lambda::Function",
		"Properties": {"Environment": {"Variables": {"SECRET_ARN": {"Ref": "S"}, "LOG_LEVEL": "info"}}}}}`)
}
