package template_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"payment-processor/localaws/cloudformation/template"
)

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
