package stacks

import (
	"slices"
	"strings"
	"testing"
)

// RDS takes on and off, and gives 1 and 0 back: drift that nobody can mend hides the drift that matters.
func TestParametersAreSpelledAsRDSKeepsThem(t *testing.T) {
	parameters := asObject(synthesized(t, "dev").only(t, "AWS::RDS::DBClusterParameterGroup").Properties["Parameters"])
	if parameters["rds.force_ssl"] != "1" {
		t.Errorf("TLS is not forced, or the check reads the template wrongly: %v", parameters)
	}
	for name, value := range parameters {
		if slices.Contains([]string{"on", "off", "true", "false", "yes", "no"}, strings.ToLower(literal(value))) {
			t.Errorf("%s is %v, want 0 or 1", name, value)
		}
	}
}

// RDS chose the log group's name, and production keeps the group when the stack goes: the next stack would collide with
// it. CloudFormation takes it over (docs/runbooks/database.md, --import-existing-resources) if the name stands in the
// template as it is, and the policy is one that keeps. The cluster comes after it: where it collides, none is made.
//
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/import-resources-automatically.html
func TestANewStackCanTakeTheKeptLogOver(t *testing.T) {
	e := synthesized(t, "prod")
	for _, group := range e.resources("AWS::Logs::LogGroup") {
		if group.Stack != "database" {
			continue
		}
		if name := group.Properties["LogGroupName"]; name != "/aws/rds/cluster/payment-processor-prod/postgresql" || group.Body["DeletionPolicy"] != "RetainExceptOnCreate" {
			t.Errorf("log group %v is kept by %v", name, group.Body["DeletionPolicy"])
		}
		if after := listed(e.only(t, "AWS::RDS::DBCluster").Body["DependsOn"]); !slices.Contains(after, any(group.ID)) {
			t.Errorf("the cluster comes after %v, want %s: RDS would make the group itself", after, group.ID)
		}
		return
	}
	t.Error("the database stack has no log group")
}
