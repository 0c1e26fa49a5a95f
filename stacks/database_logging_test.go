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
