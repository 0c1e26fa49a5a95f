package gates

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"

	"payment-processor/gates/policy"
)

// validator is CloudFormation Validate without its own rules, which each validated synth evaluates: the CDK's plugin
// has no way to leave them out, and they take a hundred times as long as ours. It is the plugin's version, a test holds.
const validator = `
const { RegoEngine } = require(process.argv[1]);
const { rules, templates } = JSON.parse(require('fs').readFileSync(0, 'utf8'));
const engine = new RegoEngine({ customRules: rules });
const reports = templates.map((template) => engine.validateStandard(
	{ path: '', readBytes: () => Buffer.from(template) }, { disableBuiltinRules: true, severityLevel: 'WARN' }));
process.stdout.write(JSON.stringify(reports));
`

type validation struct {
	Status      string
	Diagnostics []struct {
		RuleID  string `json:"ruleId"`
		Message string
		Entity  struct {
			LogicalID string `json:"logicalId"`
		}
	}
}

// Validate evaluates our own rules on templates. The root is that of the module, where the validator is installed.
func Validate(ctx context.Context, root string, templates []Stack) ([]Finding, error) {
	all, err := validateEach(ctx, root, templates)
	var findings []Finding
	for _, found := range all {
		findings = append(findings, found...)
	}
	return sorted(findings), err
}

// validateEach returns the findings of each template.
func validateEach(ctx context.Context, root string, templates []Stack) ([][]Finding, error) {
	var input struct {
		Rules     []policy.Source `json:"rules"`
		Templates []string        `json:"templates"`
	}
	input.Rules = policy.Sources()
	for _, t := range templates {
		raw, err := json.Marshal(t.Template)
		if err != nil {
			return nil, err
		}
		input.Templates = append(input.Templates, string(raw))
	}
	raw, err := json.Marshal(input)
	if err != nil {
		return nil, err
	}
	engine := filepath.Join(root, "node_modules", "@aws", "cloudformation-validate")
	var reports []validation
	if err := run(ctx, &reports, raw, "node", "-e", validator, engine); err != nil {
		return nil, err
	}
	findings := make([][]Finding, len(templates))
	for i, report := range reports {
		if report.Status != "OK" {
			return nil, fmt.Errorf("%s: the validation is %s", templates[i].Name, report.Status)
		}
		for _, d := range report.Diagnostics {
			findings[i] = append(findings[i], Finding{d.RuleID, templates[i].Name, d.Entity.LogicalID, d.Message})
		}
	}
	return findings, nil
}

// run hands a command its input and reads its JSON.
func run(ctx context.Context, answer any, input []byte, name string, args ...string) error {
	command := exec.CommandContext(ctx, name, args...)
	var errs bytes.Buffer
	command.Stdin, command.Stderr = bytes.NewReader(input), &errs
	out, err := command.Output()
	var exit *exec.ExitError
	if err != nil && (!errors.As(err, &exit) || len(out) == 0) {
		return fmt.Errorf("%s: %w\n%s", name, err, errs.String())
	}
	if err := json.Unmarshal(out, answer); err != nil {
		return fmt.Errorf("%s answers no JSON: %w\n%s", name, err, errs.String())
	}
	return nil
}
