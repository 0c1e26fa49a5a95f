package schema_test

import (
	"fmt"
	"reflect"
	"slices"
	"testing"

	"payment-processor/localaws/schema"
)

func find(t *testing.T, name string) schema.Type {
	t.Helper()
	found, known := schema.Find(name)
	if !known {
		t.Fatalf("%s is not in the table", name)
	}
	return found
}

func TestWhatTheTableKnows(t *testing.T) {
	if _, known := schema.Find("Custom::Release"); known {
		t.Error("a custom resource has a schema")
	}
	if names := schema.Names(); len(names) < 300 || !slices.Contains(names, "AWS::ECS::Service") {
		t.Errorf("%d types", len(names))
	}
	cluster := find(t, "AWS::RDS::DBCluster")
	for name, want := range map[string]bool{"Endpoint.Address": true, "Endpoint": true, "MasterUserSecret.SecretArn": true, "Arn": false} {
		if cluster.HasAttribute(name) != want {
			t.Errorf("HasAttribute(%s) is %t", name, !want)
		}
	}
	if bucket := find(t, "AWS::S3::Bucket"); !reflect.DeepEqual(bucket.Identifier, []string{"BucketName"}) || bucket.Tags != "Tags" {
		t.Errorf("a bucket is named by %v and tagged by %s", bucket.Identifier, bucket.Tags)
	}
	if definition := find(t, "AWS::ECS::TaskDefinition"); definition.Identifier != nil {
		t.Errorf("AWS names task definitions, not %v", definition.Identifier)
	}
	if got := find(t, "AWS::ECS::Service").Replacement("Cluster"); got != schema.Always {
		t.Errorf("another cluster: %s", got)
	}
}

type object = map[string]any
type list = []any

func TestWhichChangesReplace(t *testing.T) {
	for _, c := range []struct {
		kind     string
		old, new object
		want     []schema.Change
	}{
		{"AWS::SQS::Queue", object{"DelaySeconds": 1}, object{"DelaySeconds": 1}, nil},
		{"AWS::SQS::Queue", object{"DelaySeconds": 1, "QueueName": "a"}, object{"QueueName": "b"}, []schema.Change{
			{Name: "DelaySeconds", Path: "/DelaySeconds", Replacement: schema.Never},
			{Name: "QueueName", Path: "/QueueName", Replacement: schema.Always},
		}},
		// Deep in a structure, in a list.
		{"AWS::EC2::Instance", object{"BlockDeviceMappings": list{object{"Ebs": object{"KmsKeyId": "a"}}}},
			object{"BlockDeviceMappings": list{object{"Ebs": object{"KmsKeyId": "b"}}}}, []schema.Change{
				{Name: "BlockDeviceMappings", Path: "/BlockDeviceMappings/0/Ebs/KmsKeyId", Replacement: schema.Always},
			}},
		{"AWS::RDS::DBCluster", object{"EngineVersion": "1"}, object{"EngineVersion": "2"}, []schema.Change{
			{Name: "EngineVersion", Path: "/EngineVersion", Replacement: schema.Never},
		}},
		{"AWS::EC2::Instance", object{"InstanceType": "a"}, object{"InstanceType": "b"}, []schema.Change{
			{Name: "InstanceType", Path: "/InstanceType", Replacement: schema.Conditionally},
		}},
		// A map has no structure below it.
		{"AWS::Lambda::Function", object{"Environment": object{"Variables": object{"A": "1"}}},
			object{"Environment": object{"Variables": object{"A": "2"}}}, []schema.Change{
				{Name: "Environment", Path: "/Environment", Replacement: schema.Never},
			}},
	} {
		if got := find(t, c.kind).Compare(c.old, c.new, reflect.DeepEqual); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s %v → %v\ngot  %+v\nwant %+v", c.kind, c.old, c.new, got, c.want)
		}
	}
}

func TestWhichPropertiesAreRefused(t *testing.T) {
	opaque := func(value any) bool { return value == "?" }
	for _, c := range []struct {
		kind       string
		properties object
		want       string
	}{
		{"AWS::SQS::Queue", object{"DelaySeconds": 1, "RedrivePolicy": object{"x": 1}, "Tags": list{object{"Key": "a", "Value": "b"}}}, "[]"},
		{"AWS::SQS::Queue", object{"Delay": 1}, "[#: extraneous key [Delay] is not permitted]"},
		{"AWS::SQS::Queue", object{"QueueName": list{}}, "[#/QueueName: expected type: String, found: JSONArray]"},
		{"AWS::SQS::Queue", object{"QueueName": object{}}, "[#/QueueName: expected type: String, found: JSONObject]"},
		{"AWS::SQS::Queue", object{"Tags": "a"}, "[#/Tags: expected type: JSONArray, found: String]"},
		{"AWS::S3::BucketPolicy", object{"PolicyDocument": object{}}, "[#: required key [Bucket] not found]"},
		{"AWS::Lambda::Function", object{"Code": object{"Zip": 1}, "Role": "?", "Environment": "?"}, "[#/Code: extraneous key [Zip] is not permitted]"},
		{"AWS::Lambda::Function", object{"Code": object{}, "Role": "r", "Environment": object{"Variables": object{"A": list{}}}},
			"[#/Environment/Variables/A: expected type: String, found: JSONArray]"},
		{"AWS::ECS::Service", object{"LoadBalancers": list{object{"Port": 1}, "?"}}, "[#/LoadBalancers/0: extraneous key [Port] is not permitted]"},
	} {
		if got := fmt.Sprint(find(t, c.kind).Check(c.properties, opaque)); got != c.want {
			t.Errorf("%s %v\ngot  %s\nwant %s", c.kind, c.properties, got, c.want)
		}
	}
}
