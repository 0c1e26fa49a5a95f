package stacks

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

// CodeDeploy takes from the service what an AppSpec does not repeat: without the strategy all tasks run on demand after
// the first release, and nobody is told. https://github.com/aws/containers-roadmap/issues/1752
func TestEveryReleaseRepeatsHowTheServiceRuns(t *testing.T) {
	e := synthesized(t, "prod")
	text, _ := e.rendered(t, "platform", e.only(t, "Custom::Release").Properties["AppSpec"]).(string)
	var spec struct {
		Resources []struct{ TargetService struct{ Properties object } }
	}
	if err := json.Unmarshal([]byte(text), &spec); err != nil || len(spec.Resources) != 1 {
		t.Fatalf("the AppSpec cannot be read: %v\n%s", err, text)
	}
	released := spec.Resources[0].TargetService.Properties
	service := e.rendered(t, "platform", e.only(t, "AWS::ECS::Service").Properties).(object)
	created := object{
		"CapacityProviderStrategy": service["CapacityProviderStrategy"],
		"NetworkConfiguration":     service["NetworkConfiguration"],
		"PlatformVersion":          service["PlatformVersion"],
	}
	for part, want := range created {
		if got := released[part]; got == nil || !reflect.DeepEqual(lower(got), lower(want)) {
			t.Errorf("a release runs with %s\n%v, the service was created with\n%v", part, lower(got), lower(want))
		}
	}
	if _, fixed := service["LaunchType"]; fixed {
		t.Error("a launch type excludes the capacity strategy")
	}
	balanced := service["LoadBalancers"].([]any)[0].(object)
	want := object{"ContainerName": balanced["ContainerName"], "ContainerPort": balanced["ContainerPort"]}
	if got := released["LoadBalancerInfo"]; !reflect.DeepEqual(got, want) {
		t.Errorf("a release registers %v, the service was created with %v", got, want)
	}
}

// lower spells keys alike: the template says AwsvpcConfiguration where an API says awsvpcConfiguration.
func lower(value any) any {
	switch value := value.(type) {
	case object:
		all := object{}
		for key, item := range value {
			all[strings.ToLower(key)] = lower(item)
		}
		return all
	case []any:
		list := make([]any, len(value))
		for i, item := range value {
			list[i] = lower(item)
		}
		return list
	}
	return value
}
