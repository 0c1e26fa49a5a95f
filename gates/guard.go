package gates

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
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

// guardRule is a control of Control Tower as cfn-guard reads it.
type guardRule struct {
	control string
	name    string // what reports call it
	text    string
}

// guardRules reads Control Tower's rules.
func guardRules(root string, controls []string) ([]guardRule, error) {
	var rules []guardRule
	for _, id := range controls {
		name := strings.ReplaceAll(strings.ToLower(id), ".", "-") + ".guard"
		found, _ := filepath.Glob(filepath.Join(root, guard, "rules", "control-tower", "cfn-guard", "*", name)) // the pattern is ours
		if len(found) != 1 {
			return nil, fmt.Errorf("%s: %d rule files are called %s, want 1", id, len(found), name)
		}
		text, err := os.ReadFile(found[0])
		if err != nil {
			return nil, err
		}
		rule := ruleName.FindSubmatch(text)
		if rule == nil {
			return nil, fmt.Errorf("%s: no rule in %s", id, found[0])
		}
		rules = append(rules, guardRule{id, string(rule[1]), string(text)})
	}
	return rules, nil
}

var typeName = regexp.MustCompile(`"(AWS::\w+::\w+)"`)

// looked leaves of the templates what a rule looks at, and what that refers to: cfn-guard's time grows with rules times
// resources. A template with nothing to look at is left out.
func looked(templates []Stack, rule string) []Stack {
	types := map[any]bool{}
	for _, name := range typeName.FindAllStringSubmatch(rule, -1) {
		types[name[1]] = true
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
		if len(kept) > 0 {
			less = append(less, Stack{Name: t.Name, Template: map[string]any{"Resources": kept}})
		}
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

// Guard checks templates against controls of Control Tower, all at once. Applied are the controls that had something to
// look at.
func Guard(ctx context.Context, root string, controls []string, templates []Stack) (findings []Finding, applied map[string]bool, err error) {
	return guardWith(ctx, guardBinary(root, runtime.GOOS, runtime.GOARCH), root, controls, templates)
}

func guardWith(ctx context.Context, program, root string, controls []string, templates []Stack) (findings []Finding, applied map[string]bool, err error) {
	rules, err := guardRules(root, controls)
	if err != nil {
		return nil, nil, err
	}
	var all sync.WaitGroup
	reports, errs := make([]guardReports, len(rules)), make([]error, len(rules))
	for i, rule := range rules {
		all.Go(func() { reports[i], errs[i] = rule.ask(ctx, program, looked(templates, rule.text)) })
	}
	all.Wait()
	applied = map[string]bool{}
	for i, rule := range rules {
		found := reports[i].findings
		findings = append(findings, found...)
		if len(found) > 0 || reports[i].compliant {
			applied[rule.control] = true
		}
	}
	return sorted(findings), applied, errors.Join(errs...)
}

// guardReports are what cfn-guard says of all templates by one rule.
type guardReports struct {
	findings  []Finding
	compliant bool // somewhere
}

func (r guardRule) ask(ctx context.Context, program string, templates []Stack) (said guardReports, err error) {
	if len(templates) == 0 {
		return said, nil
	}
	input := mustJSON(map[string][]string{"rules": {r.text}, "data": texts(templates)})
	var reports []guardReport
	if err := run(ctx, &reports, slices.Values([][]byte{input}), program,
		"validate", "--payload", "--structured", "--output-format", "json", "--show-summary", "none"); err != nil {
		return said, err
	}
	if len(reports) != len(templates) {
		return said, fmt.Errorf("%s: cfn-guard reports on %d of %d templates", r.control, len(reports), len(templates))
	}
	for i, report := range reports {
		said.compliant = said.compliant || slices.Contains(report.Compliant, r.name)
		for _, broken := range report.NotCompliant {
			said.findings = append(said.findings, r.findings(broken.Rule, templates[i])...)
		}
	}
	return said, nil
}

var guardedResource = regexp.MustCompile(`"path":\s*"/Resources/(\w+)`)

// findings finds out which resources break the rule: the report says it in the path of each value that it shows.
func (r guardRule) findings(broken json.RawMessage, stack Stack) []Finding {
	finding := Finding{Rule: r.control, Stack: stack.Name, Message: r.name}
	var findings []Finding
	for _, match := range guardedResource.FindAllSubmatch(broken, -1) {
		finding.Resource = string(match[1])
		findings = append(findings, finding)
	}
	if len(findings) == 0 {
		return []Finding{finding}
	}
	return findings
}
