package main

import (
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const database = "../../../node_modules/aws-cdk/db.json.gz"

// A table of another version of the CLI's specification would tell other replacements than cdk diff.
func TestTableIsWhatTheSpecificationSays(t *testing.T) {
	if _, err := os.Stat(database); err != nil {
		t.Skip("the CDK CLI is not installed")
	}
	made, err := generate(database)
	if err != nil {
		t.Fatal(err)
	}
	committed, err := os.ReadFile("../schema.json")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(made, committed) {
		t.Error("schema.json is out of date: go run ./localaws/schema/generate")
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	var packed bytes.Buffer
	writer := gzip.NewWriter(&packed)
	if _, err := writer.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, packed.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
}

const small = `{"schema": {"resource": {"entities": [
	{"cloudFormationType": "AWS::SQS::Queue", "primaryIdentifier": ["QueueName"], "attributes": {"Arn": {}}, "properties": {
		"QueueName": {"type": {"type": "string"}, "required": true, "causesReplacement": "yes"},
		"One": {"type": {"type": "ref", "reference": {"$ref": "1"}}, "causesReplacement": "maybe"},
		"Two": {"type": {"type": "array", "element": {"type": "ref", "reference": {"$ref": "2"}}}},
		"Map": {"type": {"type": "map", "element": {"type": "json"}}}}},
	{"cloudFormationType": "AWS::Other::Thing"}]},
	"typeDefinition": {"entities": [
		{"$id": "1", "name": "Same", "properties": {"Again": {"type": {"type": "ref", "reference": {"$ref": "1"}}}}},
		{"$id": "2", "name": "Same", "properties": {}}]}}}`

func TestMainWritesTheTable(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "node_modules/aws-cdk/db.json.gz", small)
	if err := os.MkdirAll("localaws/schema", 0o700); err != nil {
		t.Fatal(err)
	}
	main()
	got, err := os.ReadFile("localaws/schema/schema.json")
	if err != nil {
		t.Fatal(err)
	}
	want := `{
"AWS::SQS::Queue":{"attributes":["Arn"],"identifier":["QueueName"],"properties":{"Map":"{","One":"?@Same","QueueName":"*!.","Two":"[@Same2"},"structures":{"Same":{"Again":"@Same"},"Same2":{}}}
}
`
	if string(got) != want {
		t.Errorf("got\n%s", got)
	}
}

func TestMainFails(t *testing.T) {
	t.Chdir(t.TempDir())
	code := 0
	exit = func(with int) { code = with }
	defer func() { exit = os.Exit }()
	main()
	if code != 1 {
		t.Errorf("exit code %d without a specification", code)
	}
	for name, text := range map[string]string{"plain": "{}", "broken": ""} {
		path := filepath.Join(t.TempDir(), name)
		write(t, path, "{")
		if name == "plain" {
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := generate(path); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
