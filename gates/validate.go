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
const reports = templates.map(({ Name, Template }) => engine.validateStandard(
	{ path: Name, readBytes: () => Buffer.from(JSON.stringify(Template)) }, { disableBuiltinRules: true, severityLevel: 'WARN' }));
process.stdout.write(JSON.stringify(reports));
`

type validation struct {
	FilePath    string // the stack's name
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
	input := mustJSON(map[string]any{"rules": policy.Sources(), "templates": templates})
	engine := filepath.Join(root, "node_modules", "@aws", "cloudformation-validate")
	var reports []validation
	if err := run(ctx, &reports, input, "node", "-e", validator, engine); err != nil {
		return nil, err
	}
	var findings []Finding
	for _, report := range reports {
		if report.Status != "OK" {
			return nil, fmt.Errorf("%s: the validation is %s", report.FilePath, report.Status)
		}
		for _, d := range report.Diagnostics {
			findings = append(findings, Finding{d.RuleID, report.FilePath, d.Entity.LogicalID, d.Message})
		}
	}
	return sorted(findings), nil
}

// mustJSON is for what was JSON before.
func mustJSON(value any) []byte {
	raw, err := json.Marshal(value)
	if err != nil {
		panic(fmt.Sprintf("%T as JSON: %v", value, err))
	}
	return raw
}

// run hands a command its input and reads its JSON.
func run(ctx context.Context, answer any, input []byte, name string, args ...string) error {
	command := exec.CommandContext(ctx, name, args...) //nolint:gosec // Node.js, or cfn-guard where npm put it
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
