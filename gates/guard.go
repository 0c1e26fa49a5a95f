package gates

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
)

// guard is where the npm package @cdklabs/cdk-validator-cfnguard keeps its programs and rules.
var guard = filepath.Join("node_modules", "@cdklabs", "cdk-validator-cfnguard")

// guardBinary is the program for the machine that this runs on, or one that says there is none.
func guardBinary(root, system, architecture string) string {
	folder := map[string]string{
		"linux/amd64": "ubuntu/x86_64", "linux/arm64": "ubuntu/aarch64",
		"darwin/amd64": "macos/x86_64", "darwin/arm64": "macos/aarch64",
	}[system+"/"+architecture]
	return filepath.Join(root, guard, "bin", folder, "cfn-guard")
}

// ruleName finds the name of a rule file's main rule, which is what reports call it.
var ruleName = regexp.MustCompile(`(?m)^rule (\w+) when is_cfn_template`)

// guardRules reads Control Tower's rules: their text, and which control a reported name stands for.
func guardRules(root string, controls []string) (texts []string, control map[string]string, err error) {
	control = map[string]string{}
	for _, id := range controls {
		name := strings.ReplaceAll(strings.ToLower(id), ".", "-") + ".guard"
		found, _ := filepath.Glob(filepath.Join(root, guard, "rules", "control-tower", "cfn-guard", "*", name)) // the pattern is ours
		if len(found) != 1 {
			return nil, nil, fmt.Errorf("%s: %d rule files are called %s, want 1", id, len(found), name)
		}
		text, err := os.ReadFile(found[0])
		if err != nil {
			return nil, nil, err
		}
		rule := ruleName.FindSubmatch(text)
		if rule == nil {
			return nil, nil, fmt.Errorf("%s: no rule in %s", id, found[0])
		}
		texts, control[string(rule[1])] = append(texts, string(text)), id
	}
	return texts, control, nil
}

var typeName = regexp.MustCompile(`"(AWS::\w+::\w+)"`)

// looked leaves of the templates what the rules look at, and what that refers to: cfn-guard's time grows with rules times
// resources.
func looked(templates []Stack, rules []string) []Stack {
	types := map[any]bool{}
	for _, rule := range rules {
		for _, name := range typeName.FindAllStringSubmatch(rule, -1) {
			types[name[1]] = true
		}
	}
	var less []Stack
	for _, t := range templates {
		kept := map[string]any{}
		all, _ := t.Template["Resources"].(map[string]any)
		for id, resource := range all {
			if r, _ := resource.(map[string]any); types[r["Type"]] {
				kept[id] = resource
				for name := range mentioned(resource) {
					if all[name] != nil {
						kept[name] = all[name]
					}
				}
			}
		}
		less = append(less, Stack{Name: t.Name, Template: map[string]any{"Resources": kept}})
	}
	return less
}

// mentioned are the strings in a value.
func mentioned(value any) map[string]bool {
	found := map[string]bool{}
	var look func(any)
	look = func(value any) {
		switch v := value.(type) {
		case string:
			found[v] = true
		case []any:
			for _, item := range v {
				look(item)
			}
		case map[string]any:
			for _, item := range v {
				look(item)
			}
		}
	}
	look(value)
	return found
}

// texts are the templates as JSON.
func texts(templates []Stack) []string {
	var texts []string
	for _, t := range templates {
		texts = append(texts, string(mustJSON(t.Template)))
	}
	return texts
}

type guardReport struct {
	NotCompliant []struct {
		Rule json.RawMessage
	} `json:"not_compliant"`
	Compliant []string
}

// Guard checks templates against controls of Control Tower. Applied are the controls that had something to look at.
func Guard(ctx context.Context, root string, controls []string, templates []Stack) (findings []Finding, applied map[string]bool, err error) {
	return guardWith(ctx, guardBinary(root, runtime.GOOS, runtime.GOARCH), root, controls, templates)
}

func guardWith(ctx context.Context, program, root string, controls []string, templates []Stack) (findings []Finding, applied map[string]bool, err error) {
	rules, control, err := guardRules(root, controls)
	if err != nil {
		return nil, nil, err
	}
	input := mustJSON(map[string][]string{"rules": rules, "data": texts(looked(templates, rules))})
	var reports []guardReport
	if err := run(ctx, &reports, input, program,
		"validate", "--payload", "--structured", "--output-format", "json", "--show-summary", "none"); err != nil {
		return nil, nil, err
	}
	if len(reports) != len(templates) {
		return nil, nil, fmt.Errorf("cfn-guard reports on %d of %d templates", len(reports), len(templates))
	}
	applied = map[string]bool{}
	for i, report := range reports {
		for _, name := range report.Compliant {
			applied[control[name]] = true
		}
		for _, broken := range report.NotCompliant {
			found := guardFindings(control, broken.Rule, templates[i]) //nolint:gosec // there are as many, see above
			findings = append(findings, found...)
			applied[found[0].Rule] = true
		}
	}
	return sorted(findings), applied, nil
}

var guardedResource = regexp.MustCompile(`"path":\s*"/Resources/(\w+)`)

// guardFindings finds out which resources break a rule: the report says it in the path of each value that it shows.
func guardFindings(control map[string]string, rule json.RawMessage, stack Stack) []Finding {
	var named struct{ Name string }
	_ = json.Unmarshal(rule, &named) // it was part of valid JSON
	finding := Finding{Rule: control[named.Name], Stack: stack.Name, Message: named.Name}
	var findings []Finding
	for _, match := range guardedResource.FindAllSubmatch(rule, -1) {
		finding.Resource = string(match[1])
		findings = append(findings, finding)
	}
	if len(findings) == 0 {
		return []Finding{finding}
	}
	return findings
}
