package stacks

import (
	"regexp"
	"strings"
	"testing"
)

// nameLimits are the patterns of AWS's API references, lengths included.
var nameLimits = []struct {
	what    string
	name    func(names) string
	pattern string
}{
	{"cluster, service and task family (ECS)", names.application, `[A-Za-z0-9_-]{1,255}`},
	{"repository (ECR)", names.application, `[a-z0-9]+([._-][a-z0-9]+)*`},
	{"application (CodeDeploy)", names.application, `[A-Za-z0-9._+=,@-]{1,100}`},
	{"network stack (CloudFormation)", func(n names) string { return n.stack("network") }, `[A-Za-z][A-Za-z0-9-]{0,127}`},
	{"platform stack (CloudFormation)", func(n names) string { return n.stack("platform") }, `[A-Za-z][A-Za-z0-9-]{0,127}`},
	{"database stack (CloudFormation)", func(n names) string { return n.stack("database") }, `[A-Za-z][A-Za-z0-9-]{0,127}`},
	{"cluster (RDS)", names.application, `[a-z]([a-z0-9]|-[a-z0-9]){0,62}`},
	{"observability stack (CloudFormation)", func(n names) string { return n.stack("observability") }, `[A-Za-z][A-Za-z0-9-]{0,127}`},
	{"VPC (tag value)", names.vpc, `.{1,256}`},
	{"load balancer (ELB)", names.loadBalancer, `[A-Za-z0-9]([A-Za-z0-9-]{0,30}[A-Za-z0-9])?`},
	{"blue target group (ELB)", names.blueTargetGroup, `[A-Za-z0-9]([A-Za-z0-9-]{0,30}[A-Za-z0-9])?`},
	{"green target group (ELB)", names.greenTargetGroup, `[A-Za-z0-9]([A-Za-z0-9-]{0,30}[A-Za-z0-9])?`},
	{"log group (CloudWatch Logs)", names.logGroup, `[A-Za-z0-9._/#-]{1,512}`},
	{"secret (Secrets Manager)", names.databaseSecret, `[A-Za-z0-9/_+=.@-]{1,512}`},
}

// A name that AWS refuses is found by CloudFormation after minutes, and rolled back after more.
func TestNamesKeepToLimits(t *testing.T) {
	seen := map[string]string{}
	for _, suffix := range []string{"qa", "dev", "prod", "feature-12345", "a-b-c-d-e-f-g"} {
		n := load(t, object{"environmentSuffix": suffix, "certificateArn": testCertificate}).names()
		for _, limit := range nameLimits {
			name := limit.name(n)
			if !regexp.MustCompile("^" + limit.pattern + "$").MatchString(name) {
				t.Errorf("%s %q does not match %s", limit.what, name, limit.pattern)
			}
			if !strings.HasSuffix(name, "-"+suffix) {
				t.Errorf("%s %q does not end in %s", limit.what, name, suffix)
			}
			if owner, taken := seen[name]; taken && owner != suffix {
				t.Errorf("%s and %s share the name %q", owner, suffix, name)
			}
			seen[name] = suffix
		}
	}
}

// People, pipelines and runbooks know these by heart.
func TestNames(t *testing.T) {
	n := Config{EnvironmentSuffix: "dev"}.names()
	for got, want := range map[string]string{
		n.application():      "payment-processor-dev",
		n.stack("network"):   "payment-processor-network-dev",
		n.vpc():              "payment-processor-vpc-dev",
		n.loadBalancer():     "payment-proc-alb-dev",
		n.blueTargetGroup():  "payment-proc-blue-dev",
		n.greenTargetGroup(): "payment-proc-green-dev",
		n.logGroup():         "/ecs/payment-processor-dev",
		n.insightsLogGroup(): "/aws/ecs/containerinsights/payment-processor-dev/performance",
		n.databaseSecret():   "db-credentials-dev",
	} {
		if got != want {
			t.Errorf("named %q, want %q", got, want)
		}
	}
}
