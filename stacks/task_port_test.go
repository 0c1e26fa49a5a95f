package stacks

import (
	"reflect"
	"testing"
)

// The bootstrap image listens where PORT says: on another port no first deployment would ever become healthy.
func TestContainerKnowsItsPort(t *testing.T) {
	task := synthesized(t, "dev", object{"containerPort": "9000"}).only(t, "AWS::ECS::TaskDefinition")
	container := task.Properties["ContainerDefinitions"].([]any)[0].(object)
	want := []any{object{"Name": "PORT", "Value": "9000"}}
	if got := container["Environment"]; !reflect.DeepEqual(got, want) {
		t.Errorf("the container's environment is %v, want %v", got, want)
	}
}
