package stacks

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// statement is one statement of a policy, with the resource and the property it stands in.
type statement struct {
	resource
	Property string
	Body     object
}

func (s statement) String() string {
	return fmt.Sprintf("%v %s %v", s.resource, s.Property, s.Body["Action"])
}

// statements are all statements of all policies of an environment, in whichever property of whichever type.
func (e *environment) statements() []statement {
	var found []statement
	for _, r := range e.resources() {
		visit(r.Properties, "", func(path string, value any) {
			for _, s := range listed(asObject(value)["Statement"]) {
				if asObject(s)["Effect"] != nil { // a firewall's rules have statements too
					found = append(found, statement{r, path, asObject(s)})
				}
			}
		})
	}
	return found
}

// visit calls see for every value in a template's piece, with the path of properties that leads to it.
func visit(value any, path string, see func(path string, value any)) {
	see(path, value)
	switch v := value.(type) {
	case object:
		for key, inner := range v {
			visit(inner, strings.TrimPrefix(path+"."+key, "."), see)
		}
	case []any:
		for _, inner := range v {
			visit(inner, path, see)
		}
	}
}

// boundaries are the condition keys that keep strangers out, whoever the principal is.
var boundaries = []string{
	"aws:sourceaccount", "aws:sourcearn", "aws:sourceowner", "aws:principalaccount", "aws:principalorgid",
	"aws:sourcevpc", "aws:sourcevpce", "kms:calleraccount",
}

// strangers finds policies, and permissions of functions, that allow something to anybody.
func strangers(e *environment) []string {
	var findings []string
	for _, s := range e.statements() {
		anybody := s.Body["NotPrincipal"] != nil || slices.Contains(principals(s.Body, "AWS"), "*")
		if s.Body["Effect"] == "Allow" && anybody && !bounded(s.Body) && !bucketOfAWS(s) {
			findings = append(findings, fmt.Sprintf("%v lets anybody in", s))
		}
	}
	for _, r := range e.resources("AWS::Lambda::Permission") {
		service := strings.HasSuffix(literal(r.Properties["Principal"]), ".amazonaws.com")
		if r.Properties["FunctionUrlAuthType"] != nil || !service {
			findings = append(findings, fmt.Sprintf("%v lets %v in, want a service", r, r.Properties["Principal"]))
		}
		if r.Properties["SourceArn"] == nil && r.Properties["SourceAccount"] == nil {
			findings = append(findings, fmt.Sprintf("%v lets a service in on behalf of any account", r))
		}
	}
	return findings
}

// bucketOfAWS tells the one open statement of the endpoint to S3: an endpoint admits nobody from outside the VPC, the
// statement names the bucket of ECR, and the URLs that ECR signs for it are signed by AWS's account.
func bucketOfAWS(s statement) bool {
	return s.Type == "AWS::EC2::VPCEndpoint" && s.Body["Action"] == "s3:GetObject" &&
		s.Body["Resource"] == "arn:aws:s3:::prod-us-east-2-starport-layer-bucket/*"
}

// principals are a statement's literal principals of a kind; a bare "*" is everybody of every kind.
func principals(body object, kind string) []string {
	if body["Principal"] == "*" {
		return []string{"*"}
	}
	var found []string
	for _, p := range listed(asObject(body["Principal"])[kind]) {
		found = append(found, literal(p))
	}
	return found
}

func bounded(body object) bool {
	for _, keys := range asObject(body["Condition"]) {
		for key := range asObject(keys) {
			if slices.Contains(boundaries, strings.ToLower(key)) || strings.HasPrefix(key, "kms:EncryptionContext:") {
				return true
			}
		}
	}
	return false
}

func TestStrangersFires(t *testing.T) {
	for _, s := range []sabotage{
		{`{"T": {"Type": "AWS::SNS::TopicPolicy", "Properties": {"PolicyDocument": {"Statement":
		   [{"Effect": "Allow", "Principal": "*", "Action": "sns:Publish"}]}}}}`, "lets anybody in"},
		{`{"R": {"Type": "AWS::ECR::Repository", "Properties": {"RepositoryPolicyText": {"Statement":
		   {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "ecr:BatchGetImage"}}}}}`, "lets anybody in"},
		{`{"B": {"Type": "AWS::S3::BucketPolicy", "Properties": {"PolicyDocument": {"Statement":
		   [{"Effect": "Allow", "NotPrincipal": {"AWS": "x"}, "Action": "s3:GetObject"}]}}}}`, "lets anybody in"},
		{`{"B": {"Type": "AWS::S3::BucketPolicy", "Properties": {"PolicyDocument": {"Statement": [{"Effect": "Allow",
		   "Principal": "*", "Action": "s3:GetObject", "Condition": {"Bool": {"aws:SecureTransport": "true"}}}]}}}}`, "lets anybody in"},
		{`{"E": {"Type": "AWS::EC2::VPCEndpoint", "Properties": {"PolicyDocument": {"Statement":
		   [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "s3:GetObject", "Resource": "*"}]}}}}`, "lets anybody in"},
		{`{"P": {"Type": "AWS::Lambda::Permission", "Properties": {"Principal": "*", "SourceAccount": "1"}}}`, "want a service"},
		{`{"P": {"Type": "AWS::Lambda::Permission", "Properties": {"Principal": "events.amazonaws.com"}}}`, "any account"},
	} {
		s.try(t, strangers)
	}
	harmless(t, strangers, `{"T": {"Type": "AWS::SNS::TopicPolicy", "Properties": {"PolicyDocument": {"Statement": [
		{"Effect": "Deny", "Principal": "*", "Action": "sns:Publish"},
		{"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sns:Publish"},
		{"Effect": "Allow", "Principal": "*", "Action": "sns:Publish", "Condition": {"StringEquals": {"aws:SourceAccount": "1"}}}]}}},
		"P": {"Type": "AWS::Lambda::Permission", "Properties": {"Principal": "events.amazonaws.com", "SourceArn": {"Ref": "R"}}}}`)
}
