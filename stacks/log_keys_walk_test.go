package stacks

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// logKeys finds log groups that CloudWatch Logs may not use the key of: CloudFormation cannot make such a group. What
// CloudFormation names begins with the stack's name.
func logKeys(e *environment) []string {
	var findings []string
	for _, r := range e.resources("AWS::Logs::LogGroup") {
		name := literal(r.Properties["LogGroupName"])
		if r.Properties["LogGroupName"] == nil {
			name = e.Config.names().stack(r.Stack) + "-" + r.ID + "-AbC123"
		}
		key, _ := e.reference(r.Stack, r.Properties["KmsKeyId"])
		if !e.encryptsLog(key, name) {
			findings = append(findings, fmt.Sprintf("%v: CloudWatch Logs may not use %s for %s", r, key, name))
		}
	}
	return findings
}

// encryptsLog reports whether a statement of the key lets the region's CloudWatch Logs encrypt and decrypt the group.
//
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
func (e *environment) encryptsLog(key, group string) bool {
	return slices.ContainsFunc(e.statements(), func(s statement) bool {
		if s.key() != key || s.Body["Effect"] != "Allow" || !slices.Contains(principals(s.Body, "Service"), "logs.us-east-2.amazonaws.com") {
			return false
		}
		for _, action := range []string{"kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"} {
			if !slices.Contains(listed(s.Body["Action"]), any(action)) {
				return false
			}
		}
		patterns := asObject(asObject(s.Body["Condition"])["ArnLike"])["kms:EncryptionContext:aws:logs:arn"]
		return slices.ContainsFunc(listed(patterns), func(p any) bool {
			_, pattern, _ := strings.Cut(literal(p), ":log-group:")
			return pattern != "" && regexp.MustCompile("^"+strings.ReplaceAll(regexp.QuoteMeta(pattern), `\*`, ".*")+"$").MatchString(group)
		})
	})
}

func TestLogKeysFires(t *testing.T) {
	with := func(principal, action, group string) string {
		return `{"L": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "/ecs/a-dev", "KmsKeyId": {"Fn::GetAtt": ["K", "Arn"]}}},
			"K": {"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": {"Statement": [{"Effect": "Allow", "Principal": {"Service": "` + principal + `"},
			"Action": ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:Describe*", "` + action + `"],
			"Condition": {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": "arn:aws:logs:us-east-2:1:log-group:` + group + `"}}}]}}}}`
	}
	const logs, generate = "logs.us-east-2.amazonaws.com", "kms:GenerateDataKey*"
	for _, s := range []sabotage{
		{with(logs, generate, "/ecs/b-dev"), "may not use"},
		{with(logs, "kms:Sign", "/ecs/a-dev"), "may not use"},
		{with("logs.us-west-2.amazonaws.com", generate, "/ecs/a-dev"), "may not use"},
		{strings.Replace(with(logs, generate, "/ecs/a-dev"), `"Fn::GetAtt": ["K", "Arn"]`, `"Ref": "Other"`, 1), "may not use"},
		{strings.Replace(with(logs, generate, "payment-processor-other-dev-*"), `"LogGroupName": "/ecs/a-dev", `, "", 1), "payment-processor-platform-dev-L-"},
	} {
		s.try(t, logKeys)
	}
	harmless(t, logKeys, with(logs, generate, "/ecs/a-dev"))
	harmless(t, logKeys, strings.Replace(with(logs, generate, "payment-processor-platform-dev-*"), `"LogGroupName": "/ecs/a-dev", `, "", 1))
}
