package stacks

import (
	"encoding/json"
	"strings"
	"testing"
)

// Without these events a cancelled edit of the listener may leave all traffic on a target group without tasks.
func TestListenerGuardHearsOfListenerStackAndDeployments(t *testing.T) {
	env := synthesized(t, "dev")
	heard := map[string]string{}
	for _, rule := range env.resources("AWS::Events::Rule") {
		encoded, err := json.Marshal(rule.Properties)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(encoded), "ListenerGuard") {
			pattern, event := rule.Properties["EventPattern"].(object)
			if !event {
				heard["schedule"] = string(encoded)
				continue
			}
			heard[pattern["detail-type"].([]any)[0].(string)] = string(encoded)
		}
	}
	for kind, wants := range map[string][]string{
		"CloudFormation Resource Status Change":           {"aws.cloudformation", "AWS::StackId", "UPDATE_COMPLETE", "logical-resource-id"},
		"CloudFormation Stack Status Change":              {"aws.cloudformation", "AWS::StackId", "UPDATE_ROLLBACK_COMPLETE", "UPDATE_ROLLBACK_FAILED"},
		"CodeDeploy Deployment State-change Notification": {"aws.codedeploy", "payment-processor-dev", "SUCCESS", "FAILURE", "STOP"},
		"schedule": {"rate(5 minutes)", "ENABLED"}, // whatever has become of the events
	} {
		for _, want := range wants {
			if !strings.Contains(heard[kind], want) {
				t.Errorf("%s: want %q in %s", kind, want, heard[kind])
			}
		}
	}
	listeners := map[string]bool{}
	for _, l := range env.resources("AWS::ElasticLoadBalancingV2::Listener") {
		listeners[l.ID] = strings.Contains(heard["CloudFormation Resource Status Change"], `"`+l.ID+`"`)
	}
	count := 0
	for _, named := range listeners {
		if named {
			count++
		}
	}
	if count != 1 {
		t.Errorf("the rule names %d of the listeners %v, want the production one", count, listeners)
	}
}
