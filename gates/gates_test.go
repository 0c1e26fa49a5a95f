package gates

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"testing"
	"time"

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

func TestX(t *testing.T) {
	for _, suffix := range environments {
		start := time.Now()
		lap := func(what string) { fmt.Println(suffix, what, time.Since(start)); start = time.Now() }
		a := synthesized(t, suffix)
		lap("synth")
		nag, err := Nag(a)
		fmt.Println(len(nag), err)
		lap("nag")
		v, err := Validate(t.Context(), root, a.Stacks)
		fmt.Println(v, err)
		lap("validate")
		g, _, err := Guard(t.Context(), root, ControlTower, a.Stacks)
		fmt.Println(g, err)
		lap("guard")
		out := assemblyDir(t)
		app, err := Include(a.Stacks, t.TempDir(), out, cdkContext(t))
		if err != nil {
			t.Fatal(err)
		}
		AddPacks(app)
		app.Synth(nil)
		lap("include")
		a2, err := Read(out)
		if err != nil {
			t.Fatal(err)
		}
		nag2, err := Nag(a2)
		fmt.Println(len(nag2), err)
		in := map[string]bool{}
		for _, f := range nag {
			in[f.Rule+f.Resource] = true
		}
		for _, f := range nag2 {
			if !in[f.Rule+f.Resource] {
				fmt.Println("only rendered", f)
			}
			delete(in, f.Rule+f.Resource)
		}
		fmt.Println("only constructs", in)
		lap("nag2")
	}
}
