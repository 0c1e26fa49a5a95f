package stacks

import (
	"encoding/json"
	"slices"
	"testing"

	"payment-processor/lambda/rotationrelease"
)

// A rotation that never begins raises no alarm of its own: RotationRelease must know when one is due, and must not page
// for passwords that others change.
func TestOverdueRotationsAreNoticed(t *testing.T) {
	for mode, e := range modes(t, "dev") {
		want := 0
		for _, schedule := range e.resources("AWS::SecretsManager::RotationSchedule") {
			want = int(asObject(schedule.Properties["RotationRules"])["AutomaticallyAfterDays"].(float64))
		}
		if (want == 30) != (mode == "created") {
			t.Errorf("%s: credentials rotate every %d days", mode, want)
		}
		if got := rotationReleaseProperties(t, e).RotationDays; got != want {
			t.Errorf("%s: a rotation is overdue after %d days, want %d", mode, got, want)
		}
	}
}

// Asked by name, CloudFormation wants a right to arn:…:stack/name/*: every rotation would go without its release.
func TestRotationReleaseAsksForItsStackByTheIdThatItMay(t *testing.T) {
	e := synthesized(t, "dev")
	for _, right := range policyOf(t, e, "RotationReleaseRole") {
		if slices.Contains(right.actions, "cloudformation:DescribeStacks") {
			if asks := rotationReleaseProperties(t, e).Stack; !slices.Equal(right.resources, []string{asks}) {
				t.Errorf("it asks for stack %s and may for %v", asks, right.resources)
			}
			return
		}
	}
	t.Error("it may not ask for the stack")
}

func rotationReleaseProperties(t *testing.T, e *environment) rotationrelease.Properties {
	t.Helper()
	for _, function := range e.resources("AWS::Lambda::Function") {
		variables := asObject(asObject(function.Properties["Environment"])["Variables"])
		if encoded, ok := variables[rotationrelease.EnvProperties]; ok {
			var properties rotationrelease.Properties
			if err := json.Unmarshal([]byte(e.rendered(t, function.Stack, encoded).(string)), &properties); err != nil {
				t.Fatal(err)
			}
			return properties
		}
	}
	t.Fatal("no function has RotationRelease's properties")
	return rotationrelease.Properties{}
}
