package functions

import (
	"errors"
	"maps"
	"strings"
	"testing"

	"payment-processor/localaws/resource"
)

// The resources of Lambda in a template.
func TestFunctionResources(t *testing.T) {
	m := newMachine(t)
	m.answers["GET /bucket/key.zip"] = string(archive(t, map[string]string{"bootstrap": script(t)}))
	registry := m.Providers()
	request := func(properties map[string]any) resource.Request {
		return resource.Request{StackName: "stack", LogicalID: "Thing", Token: strings.Repeat("a", 32), Properties: properties, Tags: map[string]string{"team": "platform"}}
	}
	create := func(kind string, properties map[string]any) resource.Result {
		t.Helper()
		made, err := registry[kind].Create(t.Context(), request(properties))
		if err != nil {
			t.Fatal(err)
		}
		return made
	}
	properties := map[string]any{
		"Code": map[string]any{"S3Bucket": "bucket", "S3Key": "key.zip"}, "Role": "role", "Handler": "main", "Runtime": "provided.al2023", "Timeout": "20",
		"Environment": map[string]any{"Variables": map[string]any{"VARIABLE": 1.0}}, "Tags": []any{map[string]any{"Key": "own", "Value": "x"}},
	}
	function := create("AWS::Lambda::Function", properties)
	name := function.PhysicalID
	if answer, failed := m.invoke(name, nil); failed != "" || answer["variable"] != "1" || name != "stack-Thing-aaaaaaaaaaaa" || m.functions[name].tags["team"] != "platform" {
		t.Errorf("%v, %s", answer, name)
	}
	update := func(changes map[string]any) error {
		r := request(map[string]any{})
		maps.Copy(r.Properties, properties)
		maps.Copy(r.Properties, changes)
		r.Old, r.PhysicalID = properties, name
		_, err := registry["AWS::Lambda::Function"].Update(t.Context(), r)
		return err
	}
	for _, changes := range []map[string]any{{"MemorySize": 256.0}, {"Code": map[string]any{"ZipFile": "code"}, "Runtime": "nodejs24.x"}, {"Code": map[string]any{"ZipFile": "code"}, "Runtime": "python3.13"}} {
		if err := update(changes); err != nil {
			t.Errorf("%v: %v", changes, err)
		}
	}
	for _, changes := range []map[string]any{{"Timeout": "x"}, {"Timeout": 0.0}} {
		if err := update(changes); err == nil {
			t.Errorf("changed to %v", changes)
		}
		if _, err := registry["AWS::Lambda::Function"].Create(t.Context(), request(changes)); err == nil {
			t.Errorf("made of %v", changes)
		}
	}
	permission := map[string]any{"FunctionName": function.Attributes["Arn"], "Action": "lambda:InvokeFunction", "Principal": "events.amazonaws.com", "SourceArn": "arn"}
	alias := map[string]any{"FunctionName": name, "Name": "live", "FunctionVersion": "1"}
	made := map[string]resource.Result{
		"AWS::Lambda::Permission": create("AWS::Lambda::Permission", permission), "AWS::Lambda::Version": create("AWS::Lambda::Version", map[string]any{"FunctionName": name}),
		"AWS::Lambda::Alias": create("AWS::Lambda::Alias", alias), "AWS::Lambda::LayerVersion": create("AWS::Lambda::LayerVersion", map[string]any{}),
	}
	if !strings.HasSuffix(made["AWS::Lambda::Version"].PhysicalID, ":1") || !strings.HasSuffix(made["AWS::Lambda::Alias"].PhysicalID, ":live") || !strings.HasSuffix(made["AWS::Lambda::LayerVersion"].PhysicalID, "Thing:1") {
		t.Errorf("%+v", made)
	}
	if _, err := registry["AWS::Lambda::Permission"].Update(t.Context(), request(permission)); !errors.Is(err, resource.ErrReplace) {
		t.Errorf("changed a permission: %v", err)
	}
	for range 2 {
		for kind, properties := range map[string]map[string]any{"AWS::Lambda::Permission": permission, "AWS::Lambda::Version": nil, "AWS::Lambda::Alias": alias, "AWS::Lambda::LayerVersion": nil} {
			r := request(properties)
			r.PhysicalID = made[kind].PhysicalID
			if err := registry[kind].Delete(t.Context(), r); err != nil {
				t.Errorf("delete %s: %v", kind, err)
			}
		}
		r := request(nil)
		r.PhysicalID = name
		if err := registry["AWS::Lambda::Function"].Delete(t.Context(), r); err != nil {
			t.Error(err)
		}
	}
	for _, kind := range []string{"AWS::Lambda::Permission", "AWS::Lambda::Version", "AWS::Lambda::Alias"} {
		if _, err := registry[kind].Create(t.Context(), request(permission)); err == nil {
			t.Errorf("made %s of a function that is gone", kind)
		}
	}
	if _, err := registry["AWS::Lambda::Permission"].Create(t.Context(), request(map[string]any{"Action": []any{}})); err == nil {
		t.Error("made a permission of a list")
	}
}
