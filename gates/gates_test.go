package gates

import (
	"maps"
	"os"
	"slices"
	"testing"

	_ "payment-processor/internal/fastsynth"
	"payment-processor/lambda/bundle"
	"payment-processor/stacks"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"
)

func TestMain(m *testing.M) {
	var err error
	if scratch, err = os.MkdirTemp("", "gates"); err != nil {
		panic(err)
	}
	code := m.Run()
	jsii.Close()
	if err := os.RemoveAll(scratch); err != nil {
		panic(err)
	}
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
	if os.Getenv("GATES") == "passed" {
		t.Skip("make gates has asked them all")
	}
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

// scratch outlives the test that asks for it: other tests read the assembly too.
var scratch string

func assemblyDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp(scratch, "assembly") //nolint:usetesting // t.TempDir ends with the test
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

// What is neither compliant nor suppressed does not get to an account.
func TestGates(t *testing.T) {
	for _, suffix := range environments {
		t.Run(suffix, func(t *testing.T) {
			open, idle := Without(evaluate(t).findings[suffix], synthesized(t, suffix).Suppressions())
			for _, f := range open {
				t.Error(f)
			}
			for _, s := range idle {
				t.Errorf("nothing needs the suppression of %v at %s any more", s.Rules, s.Path)
			}
		})
	}
}

// A control that has nothing to look at holds nothing; one that is refused has a reason, and is not asked.
func TestControlTowerApplies(t *testing.T) {
	for _, id := range ControlTower {
		if !evaluate(t).applied[id] {
			t.Errorf("%s applies to nothing that the app has", id)
		}
		if Refused[id] != "" {
			t.Errorf("%s is refused and asked", id)
		}
	}
}
