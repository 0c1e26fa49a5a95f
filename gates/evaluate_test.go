package gates

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
)

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
