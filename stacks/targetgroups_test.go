package stacks

import (
	"fmt"
	"strings"
	"testing"
)

// Both groups must speak it, their health checks too, and the container must know: one that does not is never healthy.
func TestTargetProtocol(t *testing.T) {
	for _, c := range []struct {
		e                         *environment
		protocol, check, variable string
	}{
		{synthesized(t, "dev"), "HTTP", "<nil>", "[map[Name:PORT Value:8080]]"},
		{synthesized(t, "dev", fullRecord), "HTTPS", "HTTPS", "[map[Name:PORT Value:8080] map[Name:PROTOCOL Value:HTTPS]]"},
	} {
		groups := c.e.resources("AWS::ElasticLoadBalancingV2::TargetGroup")
		for _, group := range groups {
			if got := group.Properties["Protocol"]; got != c.protocol {
				t.Errorf("%v speaks %v, want %s", group, got, c.protocol)
			}
			if got := fmt.Sprint(group.Properties["HealthCheckProtocol"]); got != c.check {
				t.Errorf("%v asks over %v, want %s", group, got, c.check)
			}
		}
		if len(groups) != 2 {
			t.Errorf("%d target groups, want two", len(groups))
		}
		task := c.e.only(t, "AWS::ECS::TaskDefinition")
		container := asObject(listed(task.Properties["ContainerDefinitions"])[0])
		if got := fmt.Sprint(container["Environment"]); got != c.variable {
			t.Errorf("the container is told %s, want %s", got, c.variable)
		}
	}
}

// Images encrypted with a key that AWS alone manages cannot be locked away in an incident.
func TestImagesHaveTheirKey(t *testing.T) {
	e := synthesized(t, "prod")
	encryption := asObject(e.only(t, "AWS::ECR::Repository").Properties["EncryptionConfiguration"])
	key, _ := e.reference("platform", encryption["KmsKey"])
	if encryption["EncryptionType"] != "KMS" || !strings.HasPrefix(key, "platform/ImagesKey") {
		t.Errorf("images are encrypted with %v", encryption)
	}
}
