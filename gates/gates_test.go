package gates

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
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
	dir, err := os.MkdirTemp(scratch, "assembly")
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

var reports []Finding

// packs is what the packs find in the environments, in constructs and templates, asked once a test binary.
func packs(t *testing.T) []Finding {
	t.Helper()
	if reports == nil {
		var all []Stack
		for _, suffix := range environments {
			assembly := synthesized(t, suffix)
			nag, err := Nag(assembly)
			if err != nil {
				t.Fatal(err)
			}
			reports, all = append(reports, nag...), append(all, assembly.Stacks...)
		}
		reports = append(reports, rendered(t, all)...)
	}
	return reports
}

// evaluation is what all gates find: by suffix in the environments, and in each sabotaged template.
type evaluation struct {
	findings map[string][]Finding
	applied  map[string]bool // the controls of Control Tower that had something to look at
	sabotage []Finding       // the stack is edit-0, edit-1, … as in Sabotage
}

var evaluated *evaluation

// evaluate asks all gates, once a test binary. What is not jsii runs beside it: cfn-guard and Node.js take their time.
func evaluate(t *testing.T) *evaluation {
	t.Helper()
	if evaluated != nil {
		return evaluated
	}
	var beside gather
	var all []Stack
	for _, suffix := range environments {
		assembly := synthesized(t, suffix)
		all = append(all, assembly.Stacks...)
		beside.guard(t, ControlTower, assembly.Stacks)
	}
	edits := sabotaged(t, synthesized(t, "prod").Stacks)
	beside.validate(t, slices.Concat(all, edits["ours"]))
	for _, rule := range slices.Sorted(maps.Keys(edits)) {
		if strings.HasPrefix(rule, "CT.") {
			beside.guard(t, []string{rule}, edits[rule])
		}
	}
	found := slices.Concat(packs(t), rendered(t, edits["packs"]), beside.wait(t))
	evaluated = &evaluation{findings: map[string][]Finding{}, applied: beside.applied}
	for _, f := range found {
		if strings.HasPrefix(f.Stack, "edit-") {
			evaluated.sabotage = append(evaluated.sabotage, f)
		} else {
			_, suffix := split(f.Stack)
			evaluated.findings[suffix] = append(evaluated.findings[suffix], f)
		}
	}
	return evaluated
}

// gather collects what gates find that run at the same time.
type gather struct {
	group    sync.WaitGroup
	mutex    sync.Mutex
	findings []Finding
	applied  map[string]bool
	errs     []error
}

func (g *gather) add(findings []Finding, applied map[string]bool, err error) {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	if g.applied == nil {
		g.applied = map[string]bool{}
	}
	g.findings = append(g.findings, findings...)
	maps.Copy(g.applied, applied)
	g.errs = append(g.errs, err)
}

func (g *gather) guard(t *testing.T, controls []string, templates []Stack) {
	t.Helper()
	g.group.Go(func() { g.add(Guard(t.Context(), root, controls, templates)) })
}

func (g *gather) validate(t *testing.T, templates []Stack) {
	t.Helper()
	g.group.Go(func() {
		findings, err := Validate(t.Context(), root, templates)
		g.add(findings, nil, err)
	})
}

func (g *gather) wait(t *testing.T) []Finding {
	t.Helper()
	g.group.Wait()
	if err := errors.Join(g.errs...); err != nil {
		t.Fatal(err)
	}
	return g.findings
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

// reported are the rules on which the packs report, compliant or not.
func reported(t *testing.T, assembly Assembly) []string {
	t.Helper()
	var rules []string
	files, err := filepath.Glob(filepath.Join(assembly.Dir, "*-NagReport.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		var report nagReport
		if err := readJSON(file, &report); err != nil {
			t.Fatal(err)
		}
		for _, line := range report.Lines {
			rules = append(rules, line.RuleID)
		}
	}
	return rules
}

// exists says that stacks/ has a test of that name.
func exists(t *testing.T, test string) bool {
	t.Helper()
	files, err := filepath.Glob("../stacks/*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		source, err := os.ReadFile(file) //nolint:gosec // a test of this module
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(source), "\nfunc "+test+"(t *testing.T) {") {
			return true
		}
	}
	return false
}
