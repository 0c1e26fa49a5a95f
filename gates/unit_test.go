package gates

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"payment-processor/stacks"
)

// files writes an assembly, or what passes for one.
func files(t *testing.T, contents map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range contents {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

const metadata = `{"/one": [], "/one/Log": [{"type": "payment-processor:suppression", "data":
	{"rules": ["A"], "severity": "LOW", "reason": "because", "accepted": "somebody"}}],
	"/one/Log/Resource": [{"type": "aws:cdk:logicalId", "data": "Log123"}],
	"/one/Logger/Resource": [{"type": "aws:cdk:logicalId", "data": "Logger"}]}`

func TestRead(t *testing.T) {
	assembly, err := Read(files(t, map[string]string{"one.template.json": `{"Resources": {}}`, "one.metadata.json": metadata}))
	if err != nil {
		t.Fatal(err)
	}
	want := []Suppression{{
		Suppression: stacks.Suppression{Rules: []string{"A"}, Severity: "LOW", Reason: "because", Accepted: "somebody"},
		Stack:       "one", Path: "one/Log", Resource: []string{"Log123"},
	}}
	if got := assembly.Suppressions(); !reflect.DeepEqual(got, want) {
		t.Errorf("read %+v, want %+v", got, want)
	}
}

func TestReadRefusesHalfAnAssembly(t *testing.T) {
	for name, contents := range map[string]map[string]string{
		"nothing":                 {},
		"no metadata":             {"one.template.json": "{}"},
		"a template that is text": {"one.template.json": "text", "one.metadata.json": "{}"},
		"an id that is a number":  {"one.template.json": "{}", "one.metadata.json": `{"/x": [{"type": "aws:cdk:logicalId", "data": 1}]}`},
	} {
		if _, err := Read(files(t, contents)); err == nil {
			t.Errorf("%s passes for an assembly", name)
		}
	}
}

func TestNagMissesNothing(t *testing.T) {
	report := func(line string) string { return `{"lines": [` + line + `]}` }
	compliant := report(`{"ruleId": "B", "resourceId": "one/Log/Resource", "compliance": "Compliant"}`)
	assembly := func(first string) Assembly {
		dir := files(t, map[string]string{
			"one.template.json": "{}", "one.metadata.json": metadata,
			"AwsSolutions--one-NagReport.json": first, "PCI.DSS.321--one-NagReport.json": compliant,
			"NIST.800.53.R5--one-NagReport.json": compliant,
		})
		found, err := Read(dir)
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	for line, want := range map[string]string{
		`{"ruleId": "B", "resourceId": "one/Log/Resource", "compliance": "Non-Compliant"}`: "B",
		`{"ruleId": "B", "resourceId": "one/Log/Resource", "compliance": "UNKNOWN"}`:       "B unknown",
		`{"ruleId": "B", "resourceId": "one/Log/Resource", "compliance": "Suppressed"}`:    "B suppressed",
	} {
		findings, err := Nag(assembly(report(line)))
		if err != nil || len(findings) != 1 || findings[0].Rule != want || findings[0].Resource != "Log123" {
			t.Errorf("%s: found %v, %v", line, findings, err)
		}
	}
	findings, err := Nag(assembly("no JSON"))
	if err != nil || len(findings) != 1 || !strings.Contains(findings[0].String(), "AwsSolutions one/: no report") {
		t.Errorf("a report that cannot be read: found %v, %v", findings, err)
	}
	if _, err := Nag(assembly(report(`{"ruleId": "B", "resourceId": "one/Gone", "compliance": "UNKNOWN"}`))); err == nil {
		t.Error("a report on a resource that is not there passes")
	}
}

func TestWithout(t *testing.T) {
	suppression := func(rule string, resources ...string) Suppression {
		return Suppression{Suppression: stacks.Suppression{Rules: []string{rule}, Reason: rule}, Stack: "one", Path: "one/" + rule, Resource: resources}
	}
	open, idle := Without(
		[]Finding{{Rule: "B", Stack: "one", Resource: "x"}, {Rule: "A", Stack: "one", Resource: "x"}, {Rule: "A", Stack: "two", Resource: "x"}},
		[]Suppression{suppression("A", "x"), suppression("B", "y")},
	)
	if len(open) != 2 || open[0].Stack != "two" || open[1].Rule != "B" {
		t.Errorf("left are %v", open)
	}
	if len(idle) != 1 || idle[0].Rules[0] != "B" {
		t.Errorf("idle are %v", idle)
	}
}

func TestEditThatDoesNotFit(t *testing.T) {
	production := []Stack{{Name: "payment-processor-network-prod", Template: object{"Resources": object{
		"A": object{"Type": "T", "Properties": object{"List": list{object{"Key": "x"}}, "Text": "t"}},
	}}}}
	for name, edit := range map[string]Edit{
		"another stack":             {Stack: "platform", Type: "T"},
		"another type":              {Stack: "network", Type: "U"},
		"nothing to take away":      {Stack: "network", Type: "T", At: "Properties/Gone"},
		"nothing to look into":      {Stack: "network", Type: "T", At: "Properties/Gone/Deeper", To: 1.0},
		"no such element":           {Stack: "network", Type: "T", At: "Properties/List/Key=y/Key", To: "z"},
		"beyond the list":           {Stack: "network", Type: "T", At: "Properties/List/7", To: "z"},
		"a text has nothing inside": {Stack: "network", Type: "T", At: "Properties/Text/Deeper", To: "z"},
	} {
		if _, _, err := edit.Apply(production); err == nil {
			t.Errorf("%s: the edit is made", name)
		}
		if _, _, err := (Control{Stack: edit.Stack, Type: edit.Type, At: edit.At, Is: `"t"`}).Lookup(production); err == nil {
			t.Errorf("%s: the control is there", name)
		}
	}
	if _, _, err := (Control{Stack: "network", Type: "T", At: "Properties/Text", Is: `"u"`}).Lookup(production); err == nil {
		t.Error("a control with another value is there")
	}
	if _, err := Controlled(Controls, production, nil); err == nil {
		t.Error("a document claims what no template has")
	}
}

func TestEdits(t *testing.T) {
	production := func() []Stack {
		return []Stack{{Name: "payment-processor-network-prod", Template: object{"Resources": object{
			"A": object{"Type": "T", "Properties": object{"List": list{object{"Key": "x", "Value": "1"}}}},
		}}}}
	}
	for _, test := range []struct {
		edit Edit
		want string
	}{
		{Edit{At: ""}, `{"Resources":{}}`},
		{Edit{At: "Properties"}, `{"Resources":{"A":{"Type":"T"}}}`},
		{Edit{At: "Properties/List/Key=x"}, `{"Resources":{"A":{"Properties":{"List":[]},"Type":"T"}}}`},
		{Edit{At: "Properties/List/0/Value", To: "2"}, `{"Resources":{"A":{"Properties":{"List":[{"Key":"x","Value":"2"}]},"Type":"T"}}}`},
		{Edit{At: "Properties/New", To: true}, `{"Resources":{"A":{"Properties":{"List":[{"Key":"x","Value":"1"}],"New":true},"Type":"T"}}}`},
	} {
		before := production()
		test.edit.Stack, test.edit.Type = "network", "T"
		edited, id, err := test.edit.Apply(before)
		if got := string(mustJSON(edited.Template)); err != nil || id != "A" || got != test.want {
			t.Errorf("%s of %s makes %s, %v; want %s", test.edit.At, id, got, err, test.want)
		}
		if !reflect.DeepEqual(before, production()) {
			t.Errorf("%s: the edit changes what others read", test.edit.At)
		}
	}
}

// A validator that cannot be run must not look like one that finds nothing.
func TestBrokenValidators(t *testing.T) {
	template := []Stack{{Name: "one", Template: object{"Resources": object{}}}}
	if _, err := Validate(t.Context(), t.TempDir(), slices.Values(template)); err == nil {
		t.Error("no engine finds nothing")
	}
	silent := files(t, map[string]string{"node_modules/@aws/cloudformation-validate/index.js": `
		exports.RegoEngine = class { }; process.stdout.write("[]"); process.exit()`})
	if _, err := Validate(t.Context(), silent, slices.Values(template)); err == nil {
		t.Error("a report on no template passes")
	}
	incomplete := files(t, map[string]string{"node_modules/@aws/cloudformation-validate/index.js": `
		exports.RegoEngine = class { validateStandard(t) { return { filePath: t.path, status: "ANALYSIS_INCOMPLETE", diagnostics: [] } } }`})
	if _, err := Validate(t.Context(), incomplete, slices.Values(template)); err == nil {
		t.Error("a validation that gave up finds nothing")
	}
	var answer any
	if err := run(t.Context(), &answer, slices.Values([][]byte{[]byte("{}")}), "node", "-e", "process.stdout.write('text')"); err == nil {
		t.Error("text passes for a report")
	}
	if err := run(t.Context(), &answer, slices.Values([][]byte{[]byte("{}")}), "there-is-no-such-program"); !errors.Is(err, os.ErrNotExist) && err == nil {
		t.Errorf("no program: %v", err)
	}
}

func TestBrokenGuard(t *testing.T) {
	template := []Stack{{Name: "one", Template: object{"Resources": object{"A": object{"Type": "AWS::X::Y"}}}}}
	rule := filepath.Join(guard, "rules", "control-tower", "cfn-guard", "x", "ct-x-pr-1.guard")
	const text = "let all = Resources.*[ Type == \"AWS::X::Y\" ]\nrule x when is_cfn_template(y) {\n}\n"
	for name, contents := range map[string]map[string]string{
		"no rule file":            {},
		"a rule file with none":   {rule: "let a = 1\n"},
		"no program":              {rule: text},
		"a rule file that is not": {filepath.Join(rule, "folder"): ""},
	} {
		if _, _, err := Guard(t.Context(), files(t, contents), []string{"CT.X.PR.1"}, template); err == nil {
			t.Errorf("%s: nothing is found", name)
		}
	}
	silent := files(t, map[string]string{rule: text})
	program := guardBinary(silent, "linux", "amd64")
	if err := os.MkdirAll(filepath.Dir(program), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(program, []byte("#!/bin/sh\necho '[]'\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, _, err := guardWith(t.Context(), program, silent, []string{"CT.X.PR.1"}, template); err == nil {
		t.Error("a report on no template passes")
	}
	found, applied, err := guardWith(t.Context(), program, silent, []string{"CT.X.PR.1"}, []Stack{{Name: "none", Template: object{}}})
	if len(found) > 0 || len(applied) > 0 || err != nil {
		t.Errorf("of nothing to look at: %v, %v, %v", found, applied, err)
	}
}

// A rule may be broken without the report naming a resource.
func TestGuardFindings(t *testing.T) {
	findings := guardRule{control: "CT.A.PR.1", name: "a"}.findings([]byte(`{"name": "a"}`), Stack{Name: "one"})
	if len(findings) != 1 || findings[0] != (Finding{"CT.A.PR.1", "one", "", "a"}) {
		t.Errorf("found %v", findings)
	}
}

// The gates on one bucket that is no log bucket of ours: enough to see that they look. make gates sees it in earnest.
func TestGatesLook(t *testing.T) {
	template := []Stack{{Name: "one", Template: object{"Resources": object{
		"Bucket": object{"Type": "AWS::S3::Bucket", "Properties": object{"BucketName": object{"Fn::Join": list{"", list{object{"Ref": "Key"}}}}}},
		"Key":    object{"Type": "AWS::KMS::Alias", "Properties": object{"TargetKeyId": object{"Fn::GetStackOutput": object{}}, "AliasName": "alias/x"}},
	}}}}
	found, err := Validate(t.Context(), root, slices.Values(template))
	if err != nil || len(found) < 5 || found[0].Resource != "Bucket" {
		t.Errorf("our rules find %v, %v", found, err)
	}
	found, applied, err := Guard(t.Context(), root, []string{"CT.S3.PR.1", "CT.S3.PR.11", "CT.S3.PR.5"}, template)
	if err != nil || len(found) == 0 || found[0].Resource != "Bucket" || !applied["CT.S3.PR.5"] {
		t.Errorf("Control Tower's rules find %v, %v, %v", found, applied, err)
	}
	out := t.TempDir()
	render(template, out)
	assembly, err := Read(out)
	if err != nil {
		t.Fatal(err)
	}
	if found, err := Nag(assembly); err != nil || len(found) == 0 || found[0].Resource != "Bucket" {
		t.Errorf("cdk-nag finds %v, %v", found, err)
	}
	if _, err := Include(template, filepath.Join(t.TempDir(), "gone"), t.TempDir(), nil); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("nowhere to write: %v", err)
	}
}

func TestDocumentsOfNothing(t *testing.T) {
	all := Accept([]Suppression{
		{Suppression: stacks.Suppression{Rules: []string{"B"}, Reason: "two"}, Stack: "payment-processor-network-dev", Resource: []string{"X"}},
		{Suppression: stacks.Suppression{Rules: []string{"A"}, Reason: "one", Accepted: "all", Severity: "LOW"}, Stack: "payment-processor-network-dev", Resource: []string{"X"}},
		{Suppression: stacks.Suppression{Rules: []string{"A"}, Reason: "one", Accepted: "all", Severity: "LOW"}, Stack: "payment-processor-network-prod", Resource: []string{"X"}},
	}, []Finding{{Rule: "A", Stack: "payment-processor-network-dev", Resource: "X"}, {Rule: "A", Stack: "payment-processor-network-prod", Resource: "X"}})
	if got, want := Golden(all), "S1 LOW A\n\tone\n\tmust know: all\n\t- network X: dev prod\nS2  B\n\ttwo\n"; got != want {
		t.Errorf("the list is\n%s, want\n%s", got, want)
	}
	page, err := Controlled([]Control{
		{PCI: "1.1", What: "it is so", Stack: "network", Type: "T", At: "List/0", Is: `"x"`, HeldBy: []string{"A", "C"}},
		{PCI: "1.2", What: "so is this", At: "elsewhere", HeldBy: []string{"B"}},
	}, []Stack{{Name: "payment-processor-network-prod", Template: object{"Resources": object{"Y": object{"Type": "T", "List": list{"x"}}}}}}, all)
	if row := "| 1.1 | – | it is so | network `Y` `List.0` = `\"x\"` | `A`, `C` | S1 |\n"; err != nil || !strings.Contains(page, row) {
		t.Errorf("%v; the page has no row %s:\n%s", err, row, page)
	}
	if row := "| 1.2 | – | so is this | elsewhere | `B` | S2 |\n"; !strings.Contains(page, row) {
		t.Errorf("the page has no row %s:\n%s", row, page)
	}
	if got := numbers(all, []string{"B", "C"}); !reflect.DeepEqual(got, []string{"S2"}) {
		t.Errorf("the numbers are %v", got)
	}
	if page := Sabotaged(); !strings.Contains(page, "the whole resource") || !strings.Contains(page, "removed: ") {
		t.Errorf("the table is\n%s", page)
	}
	defer func() {
		if recover() == nil {
			t.Error("a channel is JSON")
		}
	}()
	mustJSON(make(chan int))
}
