package providers

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/iam"

	"payment-processor/localaws/resource"
)

func trust(service string) map[string]any {
	return map[string]any{"Version": "2012-10-17", "Statement": []any{map[string]any{
		"Effect": "Allow", "Principal": map[string]any{"Service": service}, "Action": "sts:AssumeRole"}}}
}

func allow(actions ...any) map[string]any {
	return map[string]any{"Version": "2012-10-17", "Statement": []any{map[string]any{
		"Effect": "Allow", "Action": actions, "Resource": "*"}}}
}

const readOnly = "arn:aws:iam::aws:policy/ReadOnlyAccess"

func TestRole(t *testing.T) {
	client := iam.NewFromConfig(local(t))
	life{kind: "AWS::IAM::Role",
		properties: func(unique string) map[string]any {
			return map[string]any{"RoleName": "role-" + unique, "AssumeRolePolicyDocument": trust("ecs-tasks.amazonaws.com"),
				"Description": "one", "ManagedPolicyArns": []any{readOnly}, "Tags": tag("Name", "role"),
				"Policies": []any{map[string]any{"PolicyName": "first", "PolicyDocument": allow("s3:GetObject")}}}
		},
		changes: []func(map[string]any){
			func(p map[string]any) {
				p["AssumeRolePolicyDocument"] = trust("lambda.amazonaws.com")
				p["Description"], p["MaxSessionDuration"] = "two", "7200"
				p["PermissionsBoundary"] = readOnly
				p["ManagedPolicyArns"] = []any{"arn:aws:iam::aws:policy/AdministratorAccess"}
				p["Policies"] = []any{map[string]any{"PolicyName": "second", "PolicyDocument": allow("s3:*")}}
				retags(p)
			},
			func(p map[string]any) { delete(p, "PermissionsBoundary"); delete(p, "ManagedPolicyArns") },
		},
		check: func(t *testing.T, step int, result resource.Result) {
			if result.Attributes["Arn"] != "arn:aws:iam::123456789012:role/"+result.PhysicalID || text(result.Attributes["RoleId"]) == "" {
				t.Errorf("attributes %v", result.Attributes)
			}
			role, err := client.GetRole(t.Context(), &iam.GetRoleInput{RoleName: &result.PhysicalID})
			if err != nil {
				t.Fatal(err)
			}
			if (role.Role.PermissionsBoundary != nil) != (step == 1) {
				t.Errorf("step %d: boundary %v", step, role.Role.PermissionsBoundary)
			}
			trusted := []string{"ecs-tasks", "lambda", "lambda"}[step]
			if !strings.Contains(*role.Role.AssumeRolePolicyDocument, trusted) {
				t.Errorf("step %d: trusts %s", step, *role.Role.AssumeRolePolicyDocument)
			}
			names, err := client.ListRolePolicies(t.Context(), &iam.ListRolePoliciesInput{RoleName: &result.PhysicalID})
			if err != nil || len(names.PolicyNames) != 1 || names.PolicyNames[0] != []string{"first", "second", "second"}[step] {
				t.Errorf("step %d: policies %v %v", step, names.PolicyNames, err)
			}
			attached, err := client.ListAttachedRolePolicies(t.Context(), &iam.ListAttachedRolePoliciesInput{RoleName: &result.PhysicalID})
			if err != nil || len(attached.AttachedPolicies) != []int{1, 1, 0}[step] {
				t.Errorf("step %d: attached %v %v", step, attached.AttachedPolicies, err)
			}
		},
	}.live(t)
	role := made(t, "AWS::IAM::Role", map[string]any{"AssumeRolePolicyDocument": trust("ecs-tasks.amazonaws.com")})
	refused(t, "AWS::IAM::Role", "EntityAlreadyExists", map[string]any{
		"RoleName": role.PhysicalID, "AssumeRolePolicyDocument": trust("ecs-tasks.amazonaws.com")})
	refused(t, "AWS::IAM::Role", "MalformedPolicyDocument", map[string]any{"AssumeRolePolicyDocument": allow("sts:AssumeRole")})
	refused(t, "AWS::IAM::Role", "prefaced by a vendor", map[string]any{"AssumeRolePolicyDocument": trust("a.amazonaws.com"),
		"Policies": []any{map[string]any{"PolicyName": "bad", "PolicyDocument": allow("GetObject")}}})
}

func TestPolicy(t *testing.T) {
	one := made(t, "AWS::IAM::Role", map[string]any{"AssumeRolePolicyDocument": trust("ecs-tasks.amazonaws.com")})
	two := made(t, "AWS::IAM::Role", map[string]any{"AssumeRolePolicyDocument": trust("ecs-tasks.amazonaws.com")})
	life{kind: "AWS::IAM::Policy",
		properties: func(unique string) map[string]any {
			return map[string]any{"PolicyName": unique, "PolicyDocument": allow("s3:*"), "Roles": []any{one.PhysicalID}}
		},
		changes: []func(map[string]any){
			func(p map[string]any) {
				p["PolicyDocument"] = allow("ec2:*")
				p["Roles"] = []any{two.PhysicalID}
			},
			func(p map[string]any) { p["PolicyName"] = text(p["PolicyName"]) + "x" },
		}}.live(t)
	refused(t, "AWS::IAM::Policy", "must be non-empty", map[string]any{"PolicyName": "p", "PolicyDocument": allow("s3:*")})
	refused(t, "AWS::IAM::Policy", "only of roles", map[string]any{"PolicyName": "p", "PolicyDocument": allow("s3:*"), "Users": []any{"u"}})
	refused(t, "AWS::IAM::Policy", "NoSuchEntity", map[string]any{"PolicyName": "p", "PolicyDocument": allow("s3:*"), "Roles": []any{"nobody"}})

	life{kind: "AWS::IAM::ManagedPolicy",
		properties: func(unique string) map[string]any {
			return map[string]any{"ManagedPolicyName": unique, "PolicyDocument": allow("s3:*"), "Roles": []any{one.PhysicalID},
				"Tags": tag("Name", "policy")}
		},
		changes: []func(map[string]any){
			func(p map[string]any) {
				p["PolicyDocument"] = allow("ec2:*")
				p["Roles"] = []any{two.PhysicalID}
				retags(p)
			},
			func(p map[string]any) { p["PolicyDocument"] = allow("rds:*") },
		}}.live(t)
	refused(t, "AWS::IAM::ManagedPolicy", "MalformedPolicyDocument", map[string]any{"PolicyDocument": "{}"})

	life{kind: "AWS::IAM::InstanceProfile",
		properties: func(unique string) map[string]any {
			return map[string]any{"InstanceProfileName": unique, "Roles": []any{one.PhysicalID}}
		},
		changes: []func(map[string]any){func(p map[string]any) { p["Roles"] = []any{two.PhysicalID} }}}.live(t)
}

func TestServiceLinkedRole(t *testing.T) {
	life{kind: "AWS::IAM::ServiceLinkedRole",
		properties: func(unique string) map[string]any {
			return map[string]any{"AWSServiceName": "autoscaling.amazonaws.com", "CustomSuffix": unique}
		},
		changes: []func(map[string]any){func(p map[string]any) { p["Description"] = "changed" }}}.live(t)
}

// What IAM, KMS, S3 and EC2 refuse by grammar; moto takes most of it.
func TestMalformedPolicies(t *testing.T) {
	statement := func(pairs ...any) any {
		return map[string]any{"Version": "2012-10-17", "Statement": []any{with(map[string]any{
			"Effect": "Allow", "Action": "s3:*", "Resource": "*"}, pairs...)}}
	}
	for want, c := range map[string]struct {
		policy any
		kind   policyKind
	}{
		"Syntax errors in policy.":     {"{", identityPolicy},
		"Rules is no element":          {map[string]any{"Rules": 1}, identityPolicy},
		"valid version string":         {map[string]any{"Version": "2020-01-01"}, identityPolicy},
		"missing or empty":             {map[string]any{"Statement": []any{}}, identityPolicy},
		"statement must be":            {map[string]any{"Statement": "x"}, identityPolicy},
		"must be unique":               {map[string]any{"Statement": []any{statementOf("S"), statementOf("S")}}, identityPolicy},
		"Actions is no element":        {statement("Actions", "s3:*"), identityPolicy},
		"Effect must be":               {statement("Effect", "allow"), identityPolicy},
		"alpha-numeric":                {statement("Sid", "not here"), identityPolicy},
		"either Action or NotAction":   {statement("NotAction", "s3:Put*"), identityPolicy},
		"must contain actions":         {statement("Action", []any{}), identityPolicy},
		"must contain resources":       {statement("Resource", nil), identityPolicy},
		"must contain principals":      {statement(), resourcePolicy},
		"not specify a principal":      {statement("Principal", "*"), identityPolicy},
		"not specify a resource":       {statement("Principal", "*"), trustPolicy},
		"prefaced by a vendor":         {statement("Action", "GetObject"), identityPolicy},
		"must be in ARN format":        {statement("Resource", "bucket"), identityPolicy},
		`policy: "me"`:                 {statement("Principal", "me"), resourcePolicy},
		`policy: "User"`:               {statement("Principal", map[string]any{"User": "me"}), resourcePolicy},
		"Invalid principal in policy.": {statement("Principal", []any{"*"}), resourcePolicy},
		"condition Bool must be":       {statement("Condition", map[string]any{"Bool": "true"}), identityPolicy},
		"Condition must be an object":  {statement("Condition", "never"), identityPolicy},
	} {
		if got := malformed(c.policy, c.kind); !strings.Contains(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	good := statement("Condition", map[string]any{"Bool": map[string]any{"aws:SecureTransport": "true"}})
	if got := malformed(text(good), identityPolicy); got != "" {
		t.Errorf("a good policy, as text: %s", got)
	}
}

func statementOf(sid string) any {
	return map[string]any{"Sid": sid, "Effect": "Allow", "Action": "s3:*", "Resource": "*"}
}
