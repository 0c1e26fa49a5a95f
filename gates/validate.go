package gates

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"os/exec"
	"path/filepath"

	"payment-processor/gates/policy"
)

// validator is CloudFormation Validate without its own rules, which each validated synth evaluates: the CDK's plugin
// has no way to leave them out, and they take a hundred times as long as ours. It is the plugin's version, a test holds.
// It reads lines: the rules, then the name and the text of each template. Its start takes longer than all the rest and
// can begin before there are templates. It collects garbage all the time: a parsed template costs seconds, and threads that
// help to collect cost more than they help.
const validator = `
const { RegoEngine } = require(process.argv[1]);
(async () => {
	let engine;
	const reports = [];
	for await (const line of require('readline').createInterface({ input: process.stdin })) {
		const [path, template] = line.split('\t');
		if (engine) {
			reports.push(engine.validateStandard({ path, readBytes: () => Buffer.from(template) },
				{ disableBuiltinRules: true, severityLevel: 'WARN' }));
		} else {
			engine = new RegoEngine({ customRules: JSON.parse(line) });
		}
	}
	process.stdout.write(JSON.stringify(reports));
})();
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

// Validate evaluates our own rules on templates as they come. The root is that of the module, where the validator is
// installed.
func Validate(ctx context.Context, root string, templates iter.Seq[Stack]) ([]Finding, error) {
	count := 0
	input := func(yield func([]byte) bool) {
		yield(append(mustJSON(policy.Sources()), '\n'))
		for template := range templates {
			count++
			yield(fmt.Appendf(nil, "%s\t%s\n", template.Name, mustJSON(template.Template)))
		}
	}
	engine := filepath.Join(root, "node_modules", "@aws", "cloudformation-validate")
	var reports []validation
	if err := run(ctx, &reports, input, "node", "--single-threaded-gc", "-e", validator, engine); err != nil {
		return nil, err
	}
	if len(reports) != count {
		return nil, fmt.Errorf("the validator reports on %d of %d templates", len(reports), count)
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

// run hands a command its input and reads its JSON. One that ends before has a reason to say, and the input is read
// nevertheless: somebody may be waiting to get rid of it.
func run(ctx context.Context, answer any, input iter.Seq[[]byte], name string, args ...string) error {
	command := exec.CommandContext(ctx, name, args...) //nolint:gosec // Node.js, or cfn-guard where npm put it
	var out, errs bytes.Buffer
	command.Stdout, command.Stderr = &out, &errs
	stdin, _ := command.StdinPipe() // there is none yet, and that would be the error
	err := command.Start()
	for part := range input {
		_, _ = stdin.Write(part)
	}
	if err == nil {
		err = errors.Join(stdin.Close(), command.Wait())
	}
	var exit *exec.ExitError
	if err != nil && (!errors.As(err, &exit) || out.Len() == 0) {
		return fmt.Errorf("%s: %w\n%s", name, err, errs.String())
	}
	if err := json.Unmarshal(out.Bytes(), answer); err != nil {
		return fmt.Errorf("%s answers no JSON: %w\n%s", name, err, errs.String())
	}
	return nil
}
