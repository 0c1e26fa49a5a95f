package gates

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	_ "payment-processor/internal/fastsynth"
	"payment-processor/lambda/bundle"
	"payment-processor/stacks"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"
)

func TestMain(m *testing.M) {
	code := m.Run()
	jsii.Close()
	os.Exit(code)
}

const testCertificate = "arn:aws:acm:us-east-2:111122223333:certificate/0f7a2c3e-0000-4000-8000-000000000000"

// root is the module's.
var root = func() string {
	root, err := bundle.ModuleRoot()
	if err != nil {
		panic(err)
	}
	return root
}()

// environments are those that must pass.
var environments = []string{"dev", "staging", "prod"}

var assemblies = map[string]Assembly{}

// synthesized is an environment with the packs' reports on it, synthesized once a test binary.
func synthesized(t *testing.T, suffix string) Assembly {
	t.Helper()
	if found, ok := assemblies[suffix]; ok {
		return found
	}
	settings := map[string]any{"environmentSuffix": suffix}
	if suffix == "prod" {
		settings["certificateArn"] = testCertificate
	}
	config, err := stacks.LoadConfig(settings, func(string) string { return "" })
	if err != nil {
		t.Fatal(err)
	}
	functions, err := bundle.Build(t.Context(), root, config.Task.Architecture)
	if err != nil {
		t.Fatal(err)
	}
	out := assemblyDir(t)
	app := awscdk.NewApp(&awscdk.AppProps{Outdir: &out, PostCliContext: new(cdkContext(t))})
	stacks.New(app, config, functions)
	AddPacks(app)
	app.Synth(nil)
	assembly, err := Read(out)
	if err != nil {
		t.Fatal(err)
	}
	assemblies[suffix] = assembly
	return assembly
}

// assemblyDir outlives the test that asks for it: other tests read the assembly too.
func assemblyDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "gates")
	if err != nil {
		t.Fatal(err)
	}
	dir, err = filepath.EvalSymlinks(dir)
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// cdkContext is what the CLI would pass. What cdk-nag finds is read from its reports and must not end the synth.
func cdkContext(t *testing.T) map[string]any {
	t.Helper()
	var settings struct{ Context map[string]any }
	if err := readJSON("../cdk.json", &settings); err != nil {
		t.Fatal(err)
	}
	context := maps.Clone(settings.Context)
	context["@aws-cdk/core:annotationsInValidationReport"] = false
	return context
}

// rendered is cdk-nag's view of templates as they are rendered.
func rendered(t *testing.T, templates []Stack) []Finding {
	t.Helper()
	out := assemblyDir(t)
	app, err := Include(templates, t.TempDir(), out, cdkContext(t))
	if err != nil {
		t.Fatal(err)
	}
	AddPacks(app)
	app.Synth(nil)
	assembly, err := Read(out)
	if err != nil {
		t.Fatal(err)
	}
	findings, err := Nag(assembly)
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(findings, func(f Finding) bool { return ConstructOnly[f.Rule] != "" })
}

var findings = map[string][]Finding{}

// found is what all gates have against an environment, asked once a test binary.
func found(t *testing.T, suffix string) []Finding {
	t.Helper()
	if all, ok := findings[suffix]; ok {
		return all
	}
	assembly := synthesized(t, suffix)
	type answer struct {
		findings []Finding
		err      error
	}
	controls := make(chan answer, 1)
	go func() { // cfn-guard takes its time
		found, _, err := Guard(t.Context(), root, ControlTower, assembly.Stacks)
		controls <- answer{found, err}
	}()
	nag, err := Nag(assembly)
	if err != nil {
		t.Fatal(err)
	}
	rules, err := Validate(t.Context(), root, assembly.Stacks)
	if err != nil {
		t.Fatal(err)
	}
	include := rendered(t, assembly.Stacks)
	control := <-controls
	if control.err != nil {
		t.Fatal(control.err)
	}
	findings[suffix] = slices.Concat(nag, include, rules, control.findings)
	return findings[suffix]
}

// What is neither compliant nor suppressed does not get to an account.
func TestGates(t *testing.T) {
	for _, suffix := range environments {
		t.Run(suffix, func(t *testing.T) {
			open, idle := Without(found(t, suffix), synthesized(t, suffix).Suppressions())
			for _, f := range open {
				t.Error(f)
			}
			for _, s := range idle {
				t.Errorf("nothing needs the suppression of %v at %s any more", s.Rules, s.Path)
			}
		})
	}
}
