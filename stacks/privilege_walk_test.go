package stacks

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// unscopable are the actions for which AWS knows no resource: the service authorization reference lists none beside
// them. https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
var unscopable = []string{
	"codedeploy:BatchGetDeploymentTargets", "codedeploy:GetDeploymentTarget", "codedeploy:ListDeploymentTargets",
	"codedeploy:PutLifecycleEventHookExecutionStatus", "codedeploy:StopDeployment",
	"ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets",
	"ecr:GetAuthorizationToken",
	"ecs:DeregisterTaskDefinition", "ecs:DescribeTaskDefinition", "ecs:ListTaskDefinitions",
	"logs:CreateLogDelivery", "logs:DeleteLogDelivery", "logs:DescribeResourcePolicies", "logs:GetLogDelivery",
	"logs:ListLogDeliveries", "logs:PutResourcePolicy", "logs:UpdateLogDelivery",
	"elasticloadbalancing:DescribeListeners", "elasticloadbalancing:DescribeRules", "elasticloadbalancing:DescribeTargetGroups",
	"elasticloadbalancing:DescribeTargetHealth",
	"ssmmessages:CreateControlChannel", "ssmmessages:CreateDataChannel", "ssmmessages:OpenControlChannel", "ssmmessages:OpenDataChannel",
	"xray:GetSamplingRules", "xray:GetSamplingTargets", "xray:PutTelemetryRecords", "xray:PutTraceSegments",
}

// lists are the actions that read a list of all there is of a kind in the account: that is their resource, no less.
var lists = []string{"cloudwatch:DescribeAlarms", "logs:DescribeLogGroups"}

// managed are the policies of AWS that a role may have, each with why our own would be no narrower.
var managed = map[string]string{}

// anything is a resource that could be anything; ofAKind is all of a kind in an account.
var (
	anything = regexp.MustCompile(`^(\*|arn:[^:]*:[^:]*:[^:]*:[^:]*:\*)$`)
	ofAKind  = regexp.MustCompile(`^arn:[^:]*:[^:]*:[^:]*:[^:]*:[a-z-]+[/:]\*$`)
)

// privileges finds what roles may do to everything, and could do to less.
func privileges(e *environment) []string {
	var findings []string
	for _, s := range e.statements() {
		if !strings.HasPrefix(s.Type, "AWS::IAM::") || s.Property == "AssumeRolePolicyDocument" || s.Body["Effect"] != "Allow" {
			continue
		}
		if s.Body["NotAction"] != nil || s.Body["NotResource"] != nil {
			findings = append(findings, fmt.Sprintf("%v allows all but something", s))
		}
		resources := func(wide *regexp.Regexp) bool {
			return slices.ContainsFunc(listed(s.Body["Resource"]), func(r any) bool { return wide.MatchString(literal(r)) })
		}
		for _, action := range listed(s.Body["Action"]) {
			if strings.HasSuffix(literal(action), ":*") || action == "*" {
				findings = append(findings, fmt.Sprintf("%v allows %v", s, action))
			}
			free := slices.Contains(unscopable, literal(action))
			if resources(anything) && !free || resources(ofAKind) && !free && !slices.Contains(lists, literal(action)) {
				findings = append(findings, fmt.Sprintf("%v allows %v on %v", s, action, s.Body["Resource"]))
			}
		}
	}
	for _, r := range e.resources("AWS::IAM::Role") {
		for _, policy := range listed(r.Properties["ManagedPolicyArns"]) {
			_, name, _ := strings.Cut(literal(policy), ":policy/")
			if managed[name] == "" {
				findings = append(findings, fmt.Sprintf("%v has AWS's policy %v, which is for everything", r, policy))
			}
		}
	}
	return findings
}

// trust finds roles that others than services and this account may take on.
func trust(e *environment) []string {
	var findings []string
	for _, s := range e.statements() {
		if s.Property != "AssumeRolePolicyDocument" {
			continue
		}
		if len(principals(s.Body, "Service")) == 0 || len(asObject(s.Body["Principal"])) != 1 {
			findings = append(findings, fmt.Sprintf("%v is for %v, want a service", s, s.Body["Principal"]))
		}
	}
	return findings
}

// keyPolicies finds keys that a service may use for anything, and ones that a stranger may use.
func keyPolicies(e *environment) []string {
	var findings []string
	for _, s := range e.statements() {
		if s.Type != "AWS::KMS::Key" || s.Body["Effect"] != "Allow" {
			continue
		}
		if len(principals(s.Body, "Service")) > 0 && !bounded(s.Body) && !viaService(s.Body) {
			findings = append(findings, fmt.Sprintf("%v is for whatever the service wants", s))
		}
		administrator := slices.ContainsFunc(principals(s.Body, "AWS"), func(p string) bool { return strings.HasSuffix(p, ":root") })
		if slices.Contains(listed(s.Body["Action"]), any("kms:*")) && !administrator {
			findings = append(findings, fmt.Sprintf("%v gives the key away", s))
		}
	}
	for _, r := range e.resources("AWS::KMS::Key") {
		if r.Properties["EnableKeyRotation"] != true {
			findings = append(findings, fmt.Sprintf("%v does not rotate", r))
		}
	}
	return findings
}

func viaService(body object) bool {
	for _, keys := range asObject(body["Condition"]) {
		if asObject(keys)["kms:ViaService"] != nil {
			return true
		}
	}
	return false
}

func TestPrivilegesFires(t *testing.T) {
	policy := func(body string) string {
		return `{"P": {"Type": "AWS::IAM::Policy", "Properties": {"PolicyDocument": {"Statement": [` + body + `]}}}}`
	}
	for _, s := range []sabotage{
		{policy(`{"Effect": "Allow", "Action": "ecs:UpdateService", "Resource": "*"}`), "allows ecs:UpdateService on *"},
		{policy(`{"Effect": "Allow", "Action": ["ecr:GetAuthorizationToken", "ecr:PutImage"], "Resource": ["*"]}`), "allows ecr:PutImage on"},
		{policy(`{"Effect": "Allow", "Action": "iam:PassRole", "Resource": "arn:aws:iam::1:role/*"}`), "allows iam:PassRole"},
		{policy(`{"Effect": "Allow", "Action": "logs:PutLogEvents", "Resource": {"Fn::Join": ["", ["arn:aws:logs:us-east-2:",
		   {"Ref": "AWS::AccountId"}, ":log-group:*"]]}}`), "allows logs:PutLogEvents"},
		{policy(`{"Effect": "Allow", "Action": "logs:DescribeLogGroups", "Resource": "*"}`), "allows logs:DescribeLogGroups"},
		{policy(`{"Effect": "Allow", "Action": "ecs:*", "Resource": {"Ref": "X"}}`), "allows ecs:*"},
		{policy(`{"Effect": "Allow", "NotAction": "iam:*", "Resource": {"Ref": "X"}}`), "all but something"},
		{`{"R": {"Type": "AWS::IAM::Role", "Properties": {"Policies": [{"PolicyDocument": {"Statement":
		   {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}}}]}}}`, "allows s3:GetObject"},
		{`{"R": {"Type": "AWS::IAM::Role", "Properties": {"ManagedPolicyArns": ["arn:aws:iam::aws:policy/AdministratorAccess"]}}}`, "AWS's policy"},
	} {
		s.try(t, privileges)
	}
	harmless(t, privileges, policy(`{"Effect": "Allow", "Action": "ecr:GetAuthorizationToken", "Resource": "*"},
		{"Effect": "Deny", "Action": "*", "Resource": "*"},
		{"Effect": "Allow", "Action": "logs:DescribeLogGroups", "Resource": "arn:aws:logs:us-east-2:1:log-group:*"},
		{"Effect": "Allow", "Action": "s3:GetObject", "Resource": {"Fn::Join": ["", [{"Fn::GetAtt": ["Bucket", "Arn"]}, "/*"]]}}`))
}

// An exception that nobody needs any more is an open door for the next policy.
func TestNoExceptionIsIdle(t *testing.T) {
	used := map[string]bool{}
	for _, s := range synthesized(t, "dev").statements() {
		for _, action := range listed(s.Body["Action"]) {
			used[literal(action)] = true
		}
	}
	for _, action := range slices.Concat(unscopable, lists) {
		if !used[action] {
			t.Errorf("nobody is allowed %s", action)
		}
	}
}

func TestTrustFires(t *testing.T) {
	role := func(principal string) string {
		return `{"R": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": {"Statement":
			[{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": ` + principal + `}]}}}}`
	}
	sabotage{role(`{"AWS": "*"}`), "want a service"}.try(t, trust)
	sabotage{role(`{"AWS": "arn:aws:iam::999999999999:root"}`), "want a service"}.try(t, trust)
	sabotage{role(`{"Service": "ecs.amazonaws.com", "AWS": "x"}`), "want a service"}.try(t, trust)
	harmless(t, trust, role(`{"Service": "ecs-tasks.amazonaws.com"}`))
}

func TestKeyPoliciesFires(t *testing.T) {
	key := func(body string) string {
		return `{"K": {"Type": "AWS::KMS::Key", "Properties": {"EnableKeyRotation": true, "KeyPolicy": {"Statement": [` + body + `]}}}}`
	}
	for _, s := range []sabotage{
		{key(`{"Effect": "Allow", "Principal": {"Service": "logs.us-east-2.amazonaws.com"}, "Action": "kms:Decrypt", "Resource": "*"}`), "whatever the service wants"},
		{key(`{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::1:role/x"}, "Action": "kms:*", "Resource": "*"}`), "gives the key away"},
		{`{"K": {"Type": "AWS::KMS::Key"}}`, "does not rotate"},
	} {
		s.try(t, keyPolicies)
	}
	harmless(t, keyPolicies, key(`{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::1:root"}, "Action": "kms:*", "Resource": "*"},
		{"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "kms:Decrypt", "Condition": {"StringEquals": {"kms:ViaService": "sns"}}},
		{"Effect": "Allow", "Principal": {"Service": "logs.amazonaws.com"}, "Action": "kms:Decrypt", "Condition": {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": "x"}}}`))
}
