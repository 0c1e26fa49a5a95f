package stacks

import "testing"

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
