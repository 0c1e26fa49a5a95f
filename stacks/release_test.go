package stacks

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// variants are the environments in which the platform differs.
func variants(t *testing.T) map[string]*environment {
	return map[string]*environment{
		"dev":         synthesized(t, "dev"),
		"staging":     synthesized(t, "staging"),
		"prod":        synthesized(t, "prod"),
		"without NAT": synthesized(t, "dev", object{"natGateways": "0"}),
		"its own hook": synthesized(t, "dev", object{
			"lifecycleHookArn": greenCheck, "bakeMinutes": "2", "containerPort": "9000", "fargateBase": "1",
		}),
		"somebody's database":            synthesized(t, "prod", inGroup),
		"somebody's database and secret": synthesized(t, "dev", withSecret),
	}
}

const greenCheck = "arn:aws:lambda:us-east-2:111122223333:function:check-green"

func properties(t *testing.T, e *environment, r resource) object {
	t.Helper()
	return e.rendered(t, r.Stack, r.Properties).(object)
}

func parsedAppSpec(t *testing.T, e *environment) object {
	t.Helper()
	raw, ok := properties(t, e, e.only(t, "Custom::Release"))["AppSpec"].(string)
	if !ok {
		t.Fatal("AppSpec is no string: CloudFormation would make strings of its numbers")
	}
	var spec object
	if err := json.Unmarshal([]byte(raw), &spec); err != nil {
		t.Fatalf("%v in %s", err, raw)
	}
	return spec
}

// CodeDeploy takes from the service what the AppSpec does not repeat: without the strategy Spot is lost.
func TestAppSpecRepeatsTheService(t *testing.T) {
	for name, e := range variants(t) {
		service := properties(t, e, e.only(t, "AWS::ECS::Service"))
		target := parsedAppSpec(t, e)["Resources"].([]any)[0].(object)["TargetService"].(object)["Properties"].(object)
		for _, key := range []string{"CapacityProviderStrategy", "NetworkConfiguration", "PlatformVersion"} {
			if service[key] == nil || !reflect.DeepEqual(service[key], target[key]) {
				t.Errorf("%s: %s of the service is %v, the AppSpec says %v", name, key, service[key], target[key])
			}
		}
		balancer := service["LoadBalancers"].([]any)[0].(object)
		delete(balancer, "TargetGroupArn")
		if !reflect.DeepEqual(balancer, target["LoadBalancerInfo"]) {
			t.Errorf("%s: the service is balanced as %v, the AppSpec says %v", name, balancer, target["LoadBalancerInfo"])
		}
		released := properties(t, e, e.only(t, "Custom::Release"))["TaskDefinition"]
		if want := e.rendered(t, "platform", object{"Ref": e.only(t, "AWS::ECS::TaskDefinition").ID}); target["TaskDefinition"] != want || released != want {
			t.Errorf("%s: the AppSpec deploys %v and Release waits for %v, want %v", name, target["TaskDefinition"], released, want)
		}
	}
}

// A hook that CodeDeploy may not call fails every deployment.
func TestHooksAreCalledAndMayBe(t *testing.T) {
	for name, want := range map[string][]string{"dev": {"BeforeAllowTraffic"}, "its own hook": {"AfterAllowTestTraffic", "BeforeAllowTraffic"}} {
		e := variants(t)[name]
		var events, functions []string
		for _, hook := range parsedAppSpec(t, e)["Hooks"].([]any) {
			for event, function := range hook.(object) {
				events, functions = append(events, event), append(functions, function.(string))
			}
		}
		if !slices.Equal(events, want) {
			t.Errorf("%s: hooks at %v, want %v", name, events, want)
		}
		var callable []string
		for _, s := range policyOf(t, e, "CodeDeployRole") {
			if slices.Contains(s.actions, "lambda:InvokeFunction") {
				callable = s.resources
			}
		}
		slices.Sort(functions)
		slices.Sort(callable)
		if !slices.Equal(functions, callable) {
			t.Errorf("%s: CodeDeploy may call %v, the AppSpec names %v", name, callable, functions)
		}
	}
}

// A release that runs before something it needs fails, and one that something waits for deadlocks the stack.
func TestReleaseIsLast(t *testing.T) {
	for name, e := range variants(t) {
		needs := e.needs("Release")
		for _, r := range e.resources() {
			if r.Stack != "platform" {
				continue
			}
			if e.needs(r.ID)["Release"] {
				t.Errorf("%s: %v waits for Release", name, r)
			}
			if r.Type == "AWS::SecretsManager::Secret" && e.Config.Database.SecretArn != "" {
				continue // tasks are given another
			}
			if mustPrecede(r.Type) && !beside(r) && !needs[r.ID] {
				t.Errorf("%s: Release does not wait for %v", name, r)
			}
		}
	}
}

// beside tells what takes part in no release: the redirect, and rotation, which is asked for weeks later.
func beside(r resource) bool {
	action, _ := r.Properties["DefaultActions"].([]any)
	redirects := len(action) > 0 && asObject(action[0])["Type"] == "redirect"
	return redirects || strings.HasPrefix(r.ID, "RotationSecurityGroup")
}

// mustPrecede are the types of what takes part in a deployment.
func mustPrecede(kind string) bool {
	return slices.Contains([]string{
		"AWS::ECS::Service", "AWS::ECS::TaskDefinition", "AWS::ECS::ClusterCapacityProviderAssociations",
		"AWS::CodeDeploy::DeploymentGroup", "AWS::CloudWatch::Alarm", "AWS::EC2::SecurityGroupIngress", "AWS::EC2::SecurityGroupEgress",
		"AWS::ApplicationAutoScaling::ScalableTarget", "AWS::ApplicationAutoScaling::ScalingPolicy", "Custom::ImageGate", "Custom::LiveTargetGroup",
		"Custom::ApplicationCredentials",
		"AWS::SecretsManager::Secret",
	}, kind) || strings.HasPrefix(kind, "AWS::ElasticLoadBalancingV2::")
}

// needs are the platform's resources that must exist before the one with that id, by reference or DependsOn.
func (e *environment) needs(id string) map[string]bool {
	all, found := e.Templates["platform"]["Resources"].(object), map[string]bool{}
	var follow func(id string)
	follow = func(id string) {
		note := func(other string) {
			if all[other] != nil && !found[other] {
				found[other] = true
				follow(other)
			}
		}
		body := asObject(all[id])
		for _, other := range listed(body["DependsOn"]) {
			note(other.(string))
		}
		visit(body["Properties"], "", func(_ string, value any) {
			o := asObject(value)
			if other, ok := o["Ref"].(string); ok {
				note(other)
			}
			if pair, ok := o["Fn::GetAtt"].([]any); ok {
				note(pair[0].(string))
			}
		})
	}
	follow(id)
	return found
}

// An edit of the listener that names a target group of its own is an outage after a shift.
func TestProductionListenerForwardsToWhatIsLive(t *testing.T) {
	for name, e := range variants(t) {
		live := e.only(t, "Custom::LiveTargetGroup")
		listeners := 0
		for _, r := range e.resources("AWS::ElasticLoadBalancingV2::Listener") {
			action := asObject(listed(r.Properties["DefaultActions"])[0])
			if strings.HasPrefix(r.ID, "TestListener") || action["Type"] == "redirect" {
				continue
			}
			listeners++
			if want := (object{"Fn::GetAtt": []any{live.ID, "TargetGroupArn"}}); !reflect.DeepEqual(action["TargetGroupArn"], any(want)) {
				t.Errorf("%s: production traffic goes to %v, want %v", name, action["TargetGroupArn"], want)
			}
		}
		if listeners != 1 {
			t.Errorf("%s: %d production listeners", name, listeners)
		}
		release := e.only(t, "Custom::Release")
		if release.Properties["ListenerFingerprint"] != live.Properties["ListenerFingerprint"] {
			t.Errorf("%s: Release does not run after each listener edit", name)
		}
	}
}

// A tag that is not in the repository must end an update before it has touched production traffic.
func TestAMissingImageFailsBeforeTheListenerChanges(t *testing.T) {
	e := synthesized(t, "dev")
	after := listed(e.only(t, "Custom::LiveTargetGroup").Body["DependsOn"]) // the listener asks it, so comes after it
	if task := e.only(t, "AWS::ECS::TaskDefinition").ID; !slices.Contains(after, any(task)) {
		t.Errorf("LiveTargetGroup comes after %v, want %s among them", after, task)
	}
}

// A changed listener must ask which target group is live; an unchanged one must keep the diff quiet.
func TestListenerFingerprint(t *testing.T) {
	fingerprint := func(context object) any {
		return synthesized(t, "dev", context).only(t, "Custom::LiveTargetGroup").Properties["ListenerFingerprint"]
	}
	plain := fingerprint(nil)
	if got := fingerprint(object{"bakeMinutes": "2", "lifecycleHookArn": greenCheck, "fargateBase": "1", "containerPort": "9000"}); got != plain {
		t.Errorf("the listener has not changed, its fingerprint has")
	}
	for name, context := range map[string]object{
		"certificate": {"certificateArn": testCertificate}, "tags": {"tags": object{"team": "payments"}},
	} {
		if fingerprint(context) == plain {
			t.Errorf("a change of the %s does not change the listener's fingerprint", name)
		}
	}
}

// Without an imageTag a changed task must ask what is live, and be built on that.
func TestImageGateAsksAgainWhenTheTaskChanges(t *testing.T) {
	fingerprint := func(context object) any {
		return synthesized(t, "dev", context).only(t, "Custom::ImageGate").Properties["Fingerprint"]
	}
	plain := fingerprint(nil)
	if got := fingerprint(object{"natGateways": "0"}); got == nil || got != plain {
		t.Errorf("the task has not changed, its fingerprint has: %v, %v", plain, got)
	}
	for name, context := range map[string]object{
		"CPU":  {"cpu": "1024"},
		"port": {"bakeMinutes": "2", "lifecycleHookArn": greenCheck, "fargateBase": "1", "containerPort": "9000"},
		"tags": {"tags": object{"team": "payments"}},
	} {
		if fingerprint(context) == plain {
			t.Errorf("a change of the %s does not change the task's fingerprint", name)
		}
	}
}

// CloudFormation waits an hour for a custom resource at most; who answers later has failed.
func TestCustomResourcesAnswerWithinTheHour(t *testing.T) {
	e := synthesized(t, "dev")
	for kind, seconds := range map[string]string{"Custom::Release": "3600", "Custom::LiveTargetGroup": "3600", "Custom::ImageGate": "300", "Custom::ApplicationCredentials": "900"} {
		if got := e.only(t, kind).Properties["ServiceTimeout"]; got != seconds {
			t.Errorf("CloudFormation waits %v seconds for %s, want %s", got, kind, seconds)
		}
	}
	machines := e.resources("AWS::StepFunctions::StateMachine")
	if len(machines) != 2 {
		t.Fatalf("%d waiters, want 2", len(machines))
	}
	for _, machine := range machines {
		definition := e.rendered(t, "platform", machine.Properties["DefinitionString"]).(string)
		if !strings.Contains(definition, `"IntervalSeconds":15,"MaxAttempts":236,"BackoffRate":1`) {
			t.Errorf("%v polls for another time than every 15 seconds of 59 minutes: %s", machine, definition)
		}
	}
}

// A first deployment that asks nothing proves nothing; one that must log in with a generated password to a database of others
// never succeeds.
func TestAFirstDeploymentIsAsked(t *testing.T) {
	for mode, want := range map[string][2][]any{
		"created":       {{"/health", "/ready"}, nil},
		"in a group":    {{"/health"}, {"/ready"}},
		"in a network":  {{"/health"}, {"/ready"}},
		"with a secret": {{"/health", "/ready"}, nil},
	} {
		e := modes(t, "dev")[mode]
		p := properties(t, e, e.only(t, "Custom::Release"))
		if asked, provisional := listed(p["Paths"]), listed(p["Provisional"]); !slices.Equal(asked, want[0]) || !slices.Equal(provisional, want[1]) {
			t.Errorf("%s: tasks are asked %v, and without consequence %v, want %v", mode, asked, provisional, want)
		}
		var callable []string
		for _, s := range policyOf(t, e, "ReleaseRole") {
			if slices.Contains(s.actions, "lambda:InvokeFunction") {
				callable = s.resources
			}
		}
		probe := e.rendered(t, "platform", object{"Fn::GetAtt": []any{e.withPrefix(t, "ProbeFunction"), "Arn"}})
		if len(callable) != 1 || callable[0] != probe {
			t.Errorf("%s: Release may call %v, want the probe alone", mode, callable)
		}
		if !e.needs("Release")[e.withPrefix(t, "ProbeFunction")] || !e.needs("Release")[e.withPrefix(t, "ProbeSecurityGroup")] {
			t.Errorf("%s: Release asks before the probe can", mode)
		}
	}
}

// withPrefix is the id of the platform's one function or security group whose id begins so.
func (e *environment) withPrefix(t *testing.T, prefix string) string {
	t.Helper()
	for _, r := range e.resources("AWS::Lambda::Function", "AWS::EC2::SecurityGroup") {
		if r.Stack == "platform" && strings.HasPrefix(r.ID, prefix) {
			return r.ID
		}
	}
	t.Fatalf("nothing begins with %s", prefix)
	return ""
}
