package stacks

import (
	"maps"
	"testing"
)

// Bills are split and audits are passed by these.
func TestRequiredTags(t *testing.T) {
	want := map[string]string{
		"environment": "staging", "team": "platform", "cost-center": "engineering", "project": "payment-processor-migration",
		"managed-by": "cdk", "application": "payment-processor", "compliance": "pci-dss", "backup": "required",
	}
	if got := tags(load(t, object{"environmentSuffix": "staging"})); !maps.Equal(got, want) {
		t.Errorf("tags %v, want %v", got, want)
	}
	want["team"], want["owner"] = "payments", "alice"
	config := load(t, object{"environmentSuffix": "staging", "tags": "team=payments,owner=alice"})
	if got := tags(config); !maps.Equal(got, want) {
		t.Errorf("tags %v, want the configuration's to win: %v", got, want)
	}
	if len(config.Tags) != 2 {
		t.Errorf("the configuration's tags became %v", config.Tags)
	}
}
