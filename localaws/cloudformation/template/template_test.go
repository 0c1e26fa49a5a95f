package template_test

import (
	"fmt"
	"os"
	"reflect"
	"slices"
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

var errNoExport = template.Errorf("No export named gone found")

// scope is a deployment with a few of everything.
func scope(t *testing.T, value string) *template.Scope {
	t.Helper()
	s := &template.Scope{
		Template: parse(t, `
Parameters:
  Name: {Type: String}
  Names: {Type: CommaDelimitedList}
  Empty: {Type: CommaDelimitedList}
Mappings: {Map: {us-east-2: {key: mapped, list: [1, 2]}}}
Conditions:
  Yes: !Equals [!Ref Name, app]
  No: !Not [!Condition Yes]
  Both: !And [!Condition Yes, !Condition No]
  Either: !Or [!Condition Yes, !Condition No]
Resources:
  A: {Type: T, Properties: {}}
  B: {Type: T, Condition: No}
  C:
    Type: T
    Properties:
      Value: `+value),
		Parameters: map[string]any{"Name": "app", "Names": []any{"a", "b"}, "Empty": []any{}},
		Pseudo:     map[string]any{"AWS::Region": "us-east-2"},
		Import: func(export string) (any, error) {
			if export == "gone" {
				return nil, errNoExport
			}
			return "imported " + export, nil
		},
		StackOutput: func(region, stack, output string) (any, error) { return fmt.Sprint(region, stack, output), nil },
		Zones:       func(region string) []any { return []any{region + "a", region + "b"} },
		Resource: func(id, attribute string) (any, error) {
			if attribute == "Later" {
				return nil, template.ErrPending
			}
			return id + "!" + attribute, nil
		},
	}
	if err := s.Decide(); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestFunctions(t *testing.T) {
	for expression, want := range map[string]any{
		"!Ref Name":                              "app",
		"!Ref A":                                 "A!",
		"!Ref Names":                             []any{"a", "b"},
		"{Ref: AWS::Region}":                     "us-east-2",
		"!GetAtt A.Arn":                          "A!Arn",
		"{'Fn::GetAtt': A.Arn}":                  "A!Arn",
		"{'Fn::GetAtt': [A, !Ref Name]}":         "A!app",
		"!Sub 'x${Name}-${A}-${A.Arn}-${!Keep}'": "xapp-A!-A!Arn-${Keep}",
		"!Sub ['${x}${Name}', {x: !Ref AWS::Region}]":              "us-east-2app",
		"!Join ['-', [a, 1, true, 0.5]]":                           "a-1-true-0.5",
		"!Join ['', !GetAZs '']":                                   "us-east-2aus-east-2b",
		"!GetAZs eu-west-1":                                        []any{"eu-west-1a", "eu-west-1b"},
		"!Select [1, !Ref Names]":                                  "b",
		"!Select ['0', !Split [',', 'x,y']]":                       "x",
		"!Split [',', 'x,y']":                                      []any{"x", "y"},
		"!Base64 hello":                                            "aGVsbG8=",
		"!FindInMap [Map, !Ref AWS::Region, key]":                  "mapped",
		"!FindInMap [Map, us-east-2, list]":                        []any{1.0, 2.0},
		"!FindInMap [Map, x, y, {DefaultValue: !Ref Name}]":        "app",
		"!If [Yes, a, b]":                                          "a",
		"!If [No, a, b]":                                           "b",
		"!If [Both, a, b]":                                         "b",
		"!If [Either, a, b]":                                       "a",
		"!If [No, a, !Ref AWS::NoValue]":                           nil,
		"[1, !Ref AWS::NoValue, 2]":                                []any{1.0, 2.0},
		"{a: !Ref AWS::NoValue, b: 1}":                             map[string]any{"b": 1.0},
		"{Condition: {StringEquals: {a: !Ref Name}}}":              map[string]any{"Condition": map[string]any{"StringEquals": map[string]any{"a": "app"}}},
		"!ImportValue x":                                           "imported x",
		"!GetStackOutput {StackName: s, OutputName: o, Region: r}": "rso",
		"!Cidr [10.0.0.0/24, 3, 5]":                                []any{"10.0.0.0/27", "10.0.0.32/27", "10.0.0.64/27"},
		"!Cidr [10.0.0.0/16, 2]":                                   []any{"10.0.0.0/24", "10.0.1.0/24"},
		"!Select [255, !Cidr [10.0.0.0/8, 256, 12]]":               "10.15.240.0/20",
		"!Cidr ['2600:1f13::/56', 2, 64]":                          []any{"2600:1f13::/64", "2600:1f13:0:1::/64"},
	} {
		s := scope(t, expression)
		properties, err := s.Properties("C")
		if err != nil || !reflect.DeepEqual(properties["Value"], want) {
			t.Errorf("%s is %#v (%v), want %#v", expression, properties["Value"], err, want)
		}
	}
}

func TestFunctionsThatFail(t *testing.T) {
	for expression, want := range map[string]string{
		"{Ref: [1]}":                       "every Ref object must have a single String value",
		"{'Fn::GetAtt': [A]}":              "every Fn::GetAtt object requires two non-empty parameters",
		"{'Fn::GetAtt': {}}":               "every Fn::GetAtt object requires two non-empty parameters",
		"!GetAtt [A, !Ref Names]":          "a string is wanted where",
		"!Sub [x]":                         "Fn::Sub intrinsic functions don't specify expected arguments",
		"!Sub {}":                          "Fn::Sub intrinsic functions don't specify expected arguments",
		"!Sub 'x${Names}'":                 "a string is wanted where",
		"!Join [a]":                        "every Fn::Join object requires two parameters",
		"!Join [a, b]":                     "every Fn::Join object requires two parameters",
		"!Join [',', [{a: b}]]":            "every Fn::Join object requires two parameters",
		"!Join [',', !ImportValue gone]":   "No export named gone found",
		"!Select [0]":                      "Fn::Select requires a list argument with two elements",
		"!Select [x, [a]]":                 "Fn::Select requires a list argument with two elements",
		"!Select [0, a]":                   "Fn::Select requires a list argument with two elements",
		"!Select [2, !Ref Names]":          "Fn::Select cannot select nonexistent value at index 2",
		"!Select [0, !Ref Empty]":          "Fn::Select cannot select nonexistent value at index 0",
		"!Select [0, [!ImportValue gone]]": "No export named gone found",
		"!Select [!Ref Names, [a]]":        "a string is wanted where",
		"!Split [a]":                       "every Fn::Split object requires two parameters",
		"!Split [',', !Ref Names]":         "a string is wanted where",
		"!Base64 [a]":                      "a string is wanted where",
		"!GetAZs [a]":                      "a string is wanted where",
		"!FindInMap [Map]":                 "every Fn::FindInMap object requires three parameters",
		"!FindInMap [[], a, b]":            "a string is wanted where",
		"!FindInMap [Mop, a, b]":           "Mapping named 'Mop' is not present in the 'Mappings' section of template",
		"!FindInMap [Map, a, b]":           "Unable to get mapping for Map::a::b",
		"!If [Yes, a]":                     "Fn::If requires a list argument with three elements",
		"!ImportValue gone":                "No export named gone found",
		"!ImportValue []":                  "a string is wanted where",
		"[!ImportValue gone]":              "No export named gone found",
		"{a: !ImportValue gone}":           "No export named gone found",
		"!GetStackOutput {StackName: s}":   "Fn::GetStackOutput requires StackName and OutputName",
		"!GetStackOutput {StackName: !ImportValue gone}": "No export named gone found",
		"!Equals [1, 1]":                                    "a condition function stands where a value is wanted",
		"!ForEach [1]":                                      "Fn::ForEach is not supported here",
		"!Transform {Name: x}":                              "Fn::Transform is not supported here",
		"!Cidr [10.0.0.0/24]":                               "every Fn::Cidr object requires two or three parameters",
		"!Cidr [[], 1]":                                     "a string is wanted where",
		"!Cidr [10.0.0.0/24, []]":                           "a string is wanted where",
		"!Cidr [10.0.0.0/24, x]":                            `Fn::Cidr takes numbers, not "x"`,
		"!Cidr [x, 1]":                                      `Fn::Cidr takes a CIDR block, not "x"`,
		"!Cidr [10.0.0.0/24, 9, 5]":                         "Fn::Cidr cannot cut 9 blocks of 5 bits out of 10.0.0.0/24",
		"!Cidr [10.0.0.0/24, 1, 9]":                         "Fn::Cidr cannot cut",
		"!Sub ['${A.Later}${x}', {x: !ImportValue gone}]":   "No export named gone found",
		"!Join [',', [!GetAtt A.Later, !ImportValue gone]]": "No export named gone found",
	} {
		s := scope(t, expression)
		if properties, err := s.Properties("C"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s is %v (%v), want %s", expression, properties, err, want)
		}
	}
	s := scope(t, "1")
	if got, err := s.Resolve(map[string]any{"Ref": "AWS::NoValue"}); got != nil || err != nil {
		t.Errorf("nothing is %v (%v)", got, err)
	}
	if _, err := s.Resolve(map[string]any{"Fn::If": []any{"Maybe", 1, 2}}); err == nil || !strings.Contains(err.Error(), "undefined condition Maybe") {
		t.Error(err)
	}
}

// What is not known yet stays a function, with all that is known filled in: else a changed parameter would go unnoticed.
func TestPendingValues(t *testing.T) {
	later := map[string]any{"Fn::GetAtt": []any{"A", "Later"}}
	for expression, want := range map[string]any{
		"!GetAtt A.Later":                          template.Pending(later),
		"[!GetAtt A.Later]":                        []any{template.Pending(later)},
		"!Join ['', [!Ref Name, !GetAtt A.Later]]": template.Pending{"Fn::Join": []any{"", []any{"app", template.Pending(later)}}},
		"!Sub '${Name} ${A.Later} ${!Name}'":       template.Pending{"Fn::Sub": []any{"${Name} ${A.Later} ${!Name}", map[string]any{"Name": "app", "A.Later": template.Pending(later)}}},
		"!Sub ['${x} ${A.Later}', {x: 1}]":         template.Pending{"Fn::Sub": []any{"${x} ${A.Later}", map[string]any{"x": 1.0, "A.Later": template.Pending(later)}}},
	} {
		s := scope(t, expression)
		properties, err := s.Properties("C")
		if err != nil || !reflect.DeepEqual(properties["Value"], want) {
			t.Errorf("%s is %#v (%v), want %#v", expression, properties["Value"], err, want)
		}
		if references := template.References(properties); !slices.Contains(references, template.Reference{ID: "A", Attribute: "Later"}) {
			t.Errorf("%s refers to %v", expression, references)
		}
		if !template.IsPending(properties) || template.IsPending("x") {
			t.Errorf("%s is not pending", expression)
		}
	}
	if got := scope(t, "1").Active(); !reflect.DeepEqual(got, []string{"A", "C"}) {
		t.Errorf("active are %v", got)
	}
}

func TestConditionsThatFail(t *testing.T) {
	for condition, want := range map[string]string{
		"!Equals [1]":                   "every Fn::Equals object requires a list of 2 string parameters",
		"!Equals [[], 1]":               "a string is wanted where",
		"!Equals [1, !Ref Names]":       "a string is wanted where",
		"!Not [1, 2]":                   "Conditions can only be boolean operations",
		"1":                             "Conditions can only be boolean operations",
		"!And [!Equals [1, 1]]":         "at least 2 and at most 10",
		"!Or [!Equals [1, 1], !Not []]": "Conditions can only be boolean operations",
	} {
		s := scope(t, "1")
		s.Template = parse(t, resources+"Parameters: {Names: {Type: CommaDelimitedList}}\nConditions: {X: "+condition+"}")
		if err := s.Decide(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", condition, err, want)
		}
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
