package stacks

import (
	"strings"
	"testing"
)

// The load balancer asks each container itself, on the configured path. A listener rule that pretends to know a health
// check by its header would match none, and would let any client choose where its request goes.
func TestHealthChecksAskTheContainer(t *testing.T) {
	e := synthesized(t, "prod")
	for _, group := range e.resources("AWS::ElasticLoadBalancingV2::TargetGroup") {
		if path := group.Properties["HealthCheckPath"]; path != e.Config.Task.HealthCheckPath {
			t.Errorf("%v is asked for %v, want %s", group, path, e.Config.Task.HealthCheckPath)
		}
		if enabled, set := group.Properties["HealthCheckEnabled"]; set && enabled != true {
			t.Errorf("%v is not asked at all", group)
		}
	}
	for _, rule := range e.resources("AWS::ElasticLoadBalancingV2::ListenerRule") {
		conditions, _ := rule.Properties["Conditions"].([]any)
		for _, condition := range conditions {
			if field, _ := condition.(object)["Field"].(string); strings.EqualFold(field, "http-header") {
				t.Errorf("%v routes by a header, which no health check has", rule)
			}
		}
	}
}
