package gates

import (
	"maps"
	"os"
	"testing"

	"payment-processor/lambda/bundle"
	"payment-processor/stacks"

	"github.com/aws/aws-cdk-go/awscdk/v2"
)

// Each validated synth asks our own rules, so a rule that forgets what the configuration accepts forbids it to everybody.
func TestRulesForbidNoConfiguration(t *testing.T) {
	if os.Getenv("GATES") == "passed" {
		t.Skip("make gates has asked them all")
	}
	shapes := map[string]map[string]any{
		"production with a database by its addresses, and everything on": {
			"environmentSuffix": "prod", "certificateArn": testCertificate, "auditTrail": true, "targetProtocol": "HTTPS",
			"database": "external", "databaseHost": "db.example.com", "databaseCidr": "192.168.7.0/24",
		},
		"somebody's secret, and no way out": {
			"database": "external", "databaseCidr": "192.168.7.0/24", "databaseSecretArn": "arn:aws:secretsmanager:us-east-2:111122223333:secret:db-AbCdEf",
			"natGateways": 0.0, "bakeMinutes": 7.0, "testIngressCidrs": []any{"192.0.2.0/24"}, "architecture": "ARM64",
			"lifecycleHookArn": "arn:aws:lambda:us-east-2:111122223333:function:check",
		},
	}
	var templates []Stack
	for name, settings := range shapes {
		config, err := stacks.LoadConfig(maps.Clone(settings), func(string) string { return "" })
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		functions, err := bundle.Build(t.Context(), root, config.Task.Architecture)
		if err != nil {
			t.Fatal(err)
		}
		out := assemblyDir(t)
		app := awscdk.NewApp(&awscdk.AppProps{Outdir: &out, PostCliContext: new(cdkContext(t))})
		stacks.New(app, config, functions)
		app.Synth(nil)
		assembly, err := Read(out)
		if err != nil {
			t.Fatal(err)
		}
		for _, stack := range assembly.Stacks {
			stack.Name = name + ": " + stack.Name
			templates = append(templates, stack)
		}
	}
	findings, err := Validate(t.Context(), root, templates)
	if err != nil {
		t.Fatal(err)
	}
	for _, finding := range findings {
		t.Error(finding)
	}
}
