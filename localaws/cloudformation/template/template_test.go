package template_test

import (
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"

	"payment-processor/localaws/cloudformation/template"
)

const resources = "Resources: {A: {Type: T}}\n"

// A template that AWS refuses must be refused in AWS's words: people search for them.
func TestWhatIsRefused(t *testing.T) {
	for body, want := range map[string]string{
		"":               "unsupported structure",
		"[1]":            "unsupported structure",
		"- a\n-b: [":     "YAML not well-formed",
		"{\n \"a\": ,}":  "JSON not well-formed. (line 2, column 7)",
		"Resources: {}":  "At least one Resources member must be defined",
		"Foo: 1\nBar: 1": "Invalid template property or properties [Bar, Foo]",
		resources + "Transform: AWS::Serverless-2016-10-31":         "Transform AWS::Serverless-2016-10-31 is not supported here",
		resources + "Description: [1]":                              "every Description value must be a string",
		resources + "Outputs: 1":                                    "[/Outputs] must be an object",
		resources + "Outputs: {A: {Value: }}":                       "[/Outputs/A/Value] 'null' values are not allowed",
		resources + "Outputs: {A: {Value: [1, null]}}":              "[/Outputs/A/Value/1] 'null' values are not allowed",
		resources + "Outputs: {A: {Description: x}}":                "Output A is malformed",
		resources + "Outputs: {A: {Value: !Ref B}}":                 "Unresolved resource dependencies [B] in the Outputs block",
		resources + "Outputs: {A: {Value: 1, Condition: B}}":        "Unresolved condition dependency B in the Outputs block",
		resources + "Outputs: {a-b: {Value: 1}}":                    "Output name a-b is non alphanumeric",
		"Resources: {a_b: {Type: T}}":                               "Resource name a_b is non alphanumeric",
		"Resources: {A: {Properties: {}}}":                          "[/Resources/A] Every Resources object must contain a Type member",
		"Resources: {A: {Type: T, Foo: 1}}":                         "Invalid template resource property 'Foo'",
		"Resources: {A: {Type: T, DependsOn: B}}":                   "Unresolved resource dependencies [B] in the Resources block",
		"Resources: {A: {Type: T, DependsOn: {}}}":                  "DependsOn must be a string or list of strings",
		"Resources: {A: {Type: T, DeletionPolicy: Keep}}":           "DeletionPolicy Keep is not one of Delete, Retain, Snapshot, RetainExceptOnCreate",
		"Resources: {A: {Type: T, Properties: {B: !Ref B}}}":        "Unresolved resource dependencies [B]",
		"Resources: {A: {Type: T, Properties: {B: !GetAtt B.C}}}":   "Fn::GetAtt references undefined resource B",
		"Resources: {A: {Type: T, Properties: {B: !Sub '${B.C}'}}}": "Fn::GetAtt references undefined resource B",
		"Resources: {A: {Type: T, Properties: {B: !If [C, 1, 2]}}}": "Unresolved condition dependency C",
		"Resources: {A: {Type: T, DependsOn: [B]}, B: {Type: T, Properties: {X: !Ref A}}, C: {Type: T, DependsOn: A}}": "Circular dependency between resources: [A, B, C]",
		"A: 1\nA: 2":             "line 2: duplicate key A",
		"A: [{B: {C: 1, C: 2}}]": "duplicate key C",
		resources + "Conditions: {A: !Equals [!Ref A, 1]}":                             "Cannot reference resources in the Conditions block",
		resources + "Conditions: {A: !Not [!Condition B]}":                             "Unresolved dependencies [B]",
		resources + "Conditions: {A: !Not [{Condition: B}], B: !Not [{Condition: A}]}": "circular dependency between conditions",
		resources + "Parameters: {A: {Type: Text}}":                                    "Unrecognized parameter type: Text",
		resources + "Parameters: {A: {Type: String, Foo: 1}}":                          "Invalid template parameter property 'Foo'",
		resources + "Parameters: {A: {Type: String, MinLength: x}}":                    "MinLength must be a number",
	} {
		_, err := template.Parse(body)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s\ngot  %v\nwant %s", body, err, want)
		}
	}
}

func parse(t *testing.T, body string) *template.Template {
	t.Helper()
	parsed, err := template.Parse(body)
	if err != nil {
		t.Fatalf("%v in\n%s", err, body)
	}
	return parsed
}

// The CLI's bootstrap template is in YAML, with most functions in it.
func TestBootstrapTemplateIsRead(t *testing.T) {
	body, err := os.ReadFile("../../../node_modules/aws-cdk/lib/api/bootstrap/bootstrap-template.yaml")
	if err != nil {
		t.Skip("the CDK CLI is not installed")
	}
	parsed := parse(t, string(body))
	if got := parsed.Resources["StagingBucket"]; got.UpdateReplacePolicy != template.Retain || got.Properties["VersioningConfiguration"] == nil {
		t.Errorf("the bucket is %+v", got)
	}
	if parsed.Body != string(body) {
		t.Error("the text has changed")
	}
}

func TestYAMLAndJSONMeanTheSame(t *testing.T) {
	yaml := parse(t, `
AWSTemplateFormatVersion: 2010-09-09
Resources:
  A: &a
    Type: T
    Properties:
      Version: 2012-10-17
      Port: 8080
      Ratio: 0.5
      On: true
      Account: 123456789012
      Long: 12345678901234567890
      Sub: !Sub ['${x}', {x: !Ref B}]
      Att: !GetAtt B.Endpoint.Address
      List: [!Base64 x, !Join [',', [a]]]
  B: {<<: *a, Properties: {}}
  C: *a
`)
	json := parse(t, `{"AWSTemplateFormatVersion": "2010-09-09", "Resources": {"A": {"Type": "T", "Properties": {
		"Version": "2012-10-17", "Port": 8080, "Ratio": 0.5, "On": true, "Account": 123456789012, "Long": "12345678901234567890",
		"Sub": {"Fn::Sub": ["${x}", {"x": {"Ref": "B"}}]}, "Att": {"Fn::GetAtt": ["B", "Endpoint.Address"]},
		"List": [{"Fn::Base64": "x"}, {"Fn::Join": [",", ["a"]]}]}}, "B": {"Type": "T"}}}`)
	if !reflect.DeepEqual(yaml.Resources["A"], json.Resources["A"]) {
		t.Errorf("got  %#v\nwant %#v", yaml.Resources["A"], json.Resources["A"])
	}
	if yaml.Resources["B"].Type != "T" || len(yaml.Resources["B"].Properties) != 0 || yaml.Resources["C"].Properties["Port"] != 8080.0 {
		t.Errorf("anchors: %v", yaml.Resources)
	}
	if got := yaml.Dependencies("A"); !reflect.DeepEqual(got, []string{"B"}) {
		t.Errorf("A depends on %v", got)
	}
}

func TestParameters(t *testing.T) {
	body := resources + `
Parameters:
  Short: {Type: String, MaxLength: 3, MinLength: 1, Default: ab}
  Small: {Type: Number, MaxValue: 3, MinValue: 1, Default: 2}
  Form: {Type: String, AllowedPattern: '[a-z]+', Default: ab}
  Said: {Type: String, AllowedPattern: '[a-z]+', ConstraintDescription: only letters, Default: ab}
  One: {Type: String, AllowedValues: [a, 1], Default: a}
  Some: {Type: CommaDelimitedList, AllowedValues: [a, b], Default: 'a, b'}
  Subnets: {Type: 'List<AWS::EC2::Subnet::Id>', Default: ''}
  Stored: {Type: 'AWS::SSM::Parameter::Value<String>', AllowedPattern: x, Default: /name}
  StoredList: {Type: 'AWS::SSM::Parameter::Value<List<String>>', Default: /names}
  Wanted: {Type: String}
`
	parsed := parse(t, body)
	for text, want := range map[string]string{
		"Wanted=1":               "",
		"":                       "Parameters: [Wanted] must have values",
		"Wanted=1,Foo=1,Bar=1":   "Parameters: [Bar, Foo] do not exist in the template",
		"Wanted=1,Short=abcd":    "Parameter 'Short' must be of a length not greater than 3",
		"Wanted=1,Short=":        "Parameter 'Short' must be of a length not less than 1",
		"Wanted=1,Small=x":       "Parameter 'Small' must be a number",
		"Wanted=1,Small=4":       "Parameter 'Small' must be a number not greater than 3",
		"Wanted=1,Form=A":        "Parameter 'Form' must match pattern [a-z]+",
		"Wanted=1,Said=A":        "Parameter 'Said' failed to satisfy constraint: only letters",
		"Wanted=1,One=b":         "Parameter 'One' must be one of AllowedValues",
		"Wanted=1,Some=a;c":      "Parameter 'Some' must be one of AllowedValues",
		"Wanted=1,Stored=/other": "",
	} {
		given := map[string]string{}
		for pair := range strings.SplitSeq(text, ",") {
			if key, value, is := strings.Cut(pair, "="); is {
				given[key] = strings.ReplaceAll(value, ";", ",")
			}
		}
		chosen, err := parsed.Choose(given)
		if fmt.Sprint(err) != want && (want != "" || err != nil) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
		if err == nil && chosen["Short"] != "ab" {
			t.Errorf("%s: chosen are %v", text, chosen)
		}
	}
	if !parsed.Parameters["Stored"].FromSSM() || parsed.Parameters["Short"].FromSSM() {
		t.Error("who asks the Parameter Store?")
	}
	for key, want := range map[string]any{"Some": []any{"a", "b"}, "StoredList": []any{"a", "b"}, "Stored": "a, b"} {
		if got := parsed.Parameters[key].Value("a, b"); !reflect.DeepEqual(got, want) {
			t.Errorf("%s is %#v", key, got)
		}
	}
	if got := parsed.Parameters["Subnets"].Value(""); !reflect.DeepEqual(got, []any{}) {
		t.Errorf("no subnets are %#v", got)
	}
}
