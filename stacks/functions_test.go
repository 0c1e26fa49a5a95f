package stacks

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// One binary serves several functions and looks at the handler to tell which it is: under another name it answers
// nobody. A function that outlives the wait for it fails without saying why.
func TestFunctionsAreCalledByTheirNames(t *testing.T) {
	e := synthesized(t, "dev")
	for id, want := range map[string]struct {
		handler string
		seconds float64
	}{
		"ReleaseOnEvent":            {"onEvent", 45},
		"ReleaseIsComplete":         {"isComplete", 45},
		"LiveTargetGroupOnEvent":    {"onEvent", 45},
		"LiveTargetGroupIsComplete": {"isComplete", 45},
		"ListenerGuard":             {"guard", 45},
		"ImageGateFunction":         {"bootstrap", 270}, // CloudFormation waits 300
		"HookFunction":              {"bootstrap", 300},
		"ApplicationCredentialsFun": {"credentials", 300}, // the framework, which waits and may call again, has 900
		"ProbeFunction":             {"bootstrap", 60},
	} {
		function := platformResource(t, e, "AWS::Lambda::Function", id)
		if got := function.Properties["Handler"]; got != want.handler {
			t.Errorf("%s is called as %v, want %s", id, got, want.handler)
		}
		if got := function.Properties["Timeout"]; got != want.seconds {
			t.Errorf("%s has %v seconds, want %v", id, got, want.seconds)
		}
	}
}

// Lambda deletes the network interfaces of a function with the function's own rights, up to forty minutes later. Without
// them the interfaces stay, and with them the security group, the subnets and the VPC.
func TestNetworkInterfacesGoBeforeTheRightToRemoveThem(t *testing.T) {
	e, found := synthesized(t, "dev"), 0
	for _, function := range e.resources("AWS::Lambda::Function") {
		network := asObject(function.Properties["VpcConfig"])
		role, _ := e.reference(function.Stack, function.Properties["Role"])
		for _, group := range e.references(function.Stack, network["SecurityGroupIds"]) {
			found++
			if !slices.ContainsFunc(listed(e.find(group).Body["DependsOn"]), func(id any) bool {
				policy := fmt.Sprintf("%s/%v", function.Stack, id)
				return slices.Contains(e.references(function.Stack, e.find(policy).Properties["Roles"]), role) &&
					strings.Contains(fmt.Sprint(e.find(policy).Properties["PolicyDocument"]), "ec2:DeleteNetworkInterface")
			}) {
				t.Errorf("%s goes after the policy of %s", group, role)
			}
		}
	}
	if found < 3 {
		t.Errorf("%d security groups of functions, want those of the probe and of the database's functions", found)
	}
}
