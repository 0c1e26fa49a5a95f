package gates

import (
	"context"
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"slices"
	"sync"
	"testing"

	_ "payment-processor/internal/fastsynth"
	"payment-processor/lambda/bundle"
	"payment-processor/stacks"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"
)

func TestMain(m *testing.M) {
	if asked := os.Getenv(synthesizes); asked != "" {
		synthesize(asked)
		jsii.Close()
		os.Exit(0)
	}
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

// synthesized is an environment with the packs' reports on it, or a shape without, synthesized once a test binary.
func synthesized(t *testing.T, suffix string) Assembly {
	t.Helper()
	if os.Getenv("GATES") == "passed" {
		t.Skip("make gates has asked them all")
	}
	if found, ok := assemblies[suffix]; ok {
		return found
	}
	var orders []order
	for _, suffix := range environments {
		settings := map[string]any{"environmentSuffix": suffix}
		if suffix == "prod" {
			settings["certificateArn"] = testCertificate
		}
		orders = append(orders, order{settings, assemblyDir(t), true})
	}
	names := slices.Clone(environments)
	for name, settings := range shapes { // they want their own process too, at the same time
		names, orders = append(names, name), append(orders, order{settings, assemblyDir(t), false})
	}
	for i, assembly := range apart(t, orders) {
		assemblies[names[i]] = assembly
	}
	return assemblies[suffix]
}

// order is an environment to synthesize, with the packs or without.
type order struct {
	Settings map[string]any
	Out      string
	Packs    bool
}

// synthesizes is the variable that has this binary carry out an order.
const synthesizes = "GATES_SYNTHESIZE"

// apart has a process for each order, all at once: jsii does one thing at a time.
func apart(t *testing.T, orders []order) []Assembly {
	t.Helper()
	var done sync.WaitGroup
	said, errs, assemblies := make([][]byte, len(orders)), make([]error, len(orders)), make([]Assembly, len(orders))
	for i, asked := range orders {
		command := exec.CommandContext(t.Context(), os.Args[0]) //nolint:gosec // this binary itself
		command.Env = append(os.Environ(), synthesizes+"="+string(mustJSON(asked)))
		done.Go(func() { said[i], errs[i] = command.CombinedOutput() })
	}
	done.Wait()
	for i, asked := range orders {
		if errs[i] == nil {
			assemblies[i], errs[i] = Read(asked.Out)
		}
		if errs[i] != nil {
			t.Fatalf("%v: %v\n%s", asked.Settings, errs[i], said[i])
		}
	}
	return assemblies
}

func synthesize(asked string) {
	var o order
	if err := json.Unmarshal([]byte(asked), &o); err != nil {
		panic(err)
	}
	config, err := stacks.LoadConfig(o.Settings, func(string) string { return "" })
	if err != nil {
		panic(err)
	}
	functions, err := bundle.Build(context.Background(), root, config.Task.Architecture)
	if err != nil {
		panic(err)
	}
	app := awscdk.NewApp(&awscdk.AppProps{Outdir: &o.Out, PostCliContext: new(cdkContext())})
	stacks.New(app, config, functions)
	if o.Packs {
		AddPacks(app)
	}
	app.Synth(nil)
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
func cdkContext() map[string]any {
	var settings struct{ Context map[string]any }
	if err := readJSON("../cdk.json", &settings); err != nil {
		panic(err)
	}
	passed := maps.Clone(settings.Context)
	passed["@aws-cdk/core:annotationsInValidationReport"] = false
	return passed
}

// rendered is cdk-nag's view of templates as they are rendered.
func rendered(t *testing.T, templates []Stack) []Finding {
	t.Helper()
	out := assemblyDir(t)
	app, err := Include(templates, t.TempDir(), out, cdkContext())
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
