package gates

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// answers are what all gates say.
type answers struct {
	assemblies map[string]Assembly  // by suffix; shapes by what they are
	findings   map[string][]Finding // by the same
	sabotage   []Finding            // in sabotaged templates: the stack is edit-7-near-5, as in Sabotage, or near-5: the same, unedited
	applied    map[string]bool      // the packs' rules and Control Tower's controls that had something to look at
}

var asked = sync.OnceValues(askAll)

// ask has the answers, asked for once a test binary.
func ask(t *testing.T) *answers {
	t.Helper()
	if os.Getenv("GATES") == "passed" {
		t.Skip("make gates has asked them all")
	}
	all, err := asked()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// orders are what processes of their own synthesize at the same time, one thing after the other: jsii does one thing at a
// time, and its start costs seconds.
func orders() [][]order {
	var others []order
	for _, name := range slices.Sorted(maps.Keys(shapes)) {
		others = append(others, order{Name: name, Settings: shapes[name]})
	}
	production := object{"environmentSuffix": "prod", "certificateArn": testCertificate}
	return [][]order{
		{
			{Name: "dev", Settings: object{"environmentSuffix": "dev"}, Packs: true},
			{Name: "staging", Settings: object{"environmentSuffix": "staging"}, Packs: true},
		},
		{{Name: "prod", Settings: production, Packs: true, Sabotage: true}},
		others,
	}
}

// asking is the work in progress: what is synthesized is looked at while the rest is synthesized.
type asking struct {
	*answers
	templates chan Stack // for our own rules
	group     sync.WaitGroup
	mutex     sync.Mutex
	errs      []error
}

func askAll() (*answers, error) {
	dir, err := os.MkdirTemp("", "gates")
	if err != nil {
		return nil, err
	}
	a := asking{
		answers:   &answers{assemblies: map[string]Assembly{}, findings: map[string][]Finding{}, applied: map[string]bool{}},
		templates: make(chan Stack),
	}
	var validators sync.WaitGroup
	for range 2 { // one would be what everybody waits for
		validators.Go(func() {
			found, err := Validate(context.Background(), root, func(yield func(Stack) bool) {
				for template := range a.templates {
					yield(template)
				}
			})
			a.add(found, nil, err)
		})
	}
	for i, list := range orders() {
		a.group.Go(func() { a.apart(jobs{filepath.Join(dir, fmt.Sprint(i)), list}) })
	}
	a.group.Wait()
	close(a.templates)
	validators.Wait()
	return a.answers, errors.Join(append(a.errs, os.RemoveAll(dir))...)
}

// apart has a process carry out the orders, and looks at each assembly that it reports.
func (a *asking) apart(orders jobs) {
	command := exec.Command(os.Args[0]) //nolint:gosec // this binary itself
	command.Env = append(os.Environ(), synthesizes+"="+string(mustJSON(orders)))
	var said strings.Builder
	command.Stderr = &said
	out, err := command.StdoutPipe()
	if err == nil {
		err = command.Start()
	}
	if err != nil {
		a.add(nil, nil, err)
		return
	}
	for lines := bufio.NewScanner(out); lines.Scan(); {
		kind, name, _ := strings.Cut(lines.Text(), " ")
		a.group.Go(func() { a.look(kind, name, orders.out(kind, name)) })
	}
	if err := command.Wait(); err != nil {
		a.add(nil, nil, fmt.Errorf("%w\n%s", err, said.String()))
	}
}

// look has the gates look at an assembly: an environment's, a shape's, or one of templates as they are rendered.
func (a *asking) look(kind, name, dir string) {
	assembly, err := Read(dir)
	if err != nil {
		a.add(nil, nil, err)
		return
	}
	_, shape := shapes[name]
	if !shape {
		if kind == constructs {
			a.add(reported(dir))
		}
		found, err := Nag(assembly)
		if kind != constructs { // an include has resources, and no constructs
			found = slices.DeleteFunc(found, func(f Finding) bool { return ConstructOnly[f.Rule] != "" })
		}
		a.add(found, nil, err)
	}
	if kind != constructs {
		return
	}
	for _, stack := range assembly.Stacks {
		if shape {
			stack.Name = name + ": " + stack.Name
		}
		a.templates <- stack
	}
	if name == "prod" {
		a.spoil(assembly)
	}
	if all := a.arrived(name, assembly); all != nil {
		a.add(Guard(context.Background(), root, ControlTower, all)) // once: cfn-guard starts for each control
	}
}

// arrived notes an assembly, and returns the stacks of all environments when it is their last.
func (a *asking) arrived(name string, assembly Assembly) (all []Stack) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	a.assemblies[name] = assembly
	if !slices.Contains(environments, name) {
		return nil
	}
	for _, suffix := range environments {
		if _, ok := a.assemblies[suffix]; !ok {
			return nil
		}
		all = append(all, a.assemblies[suffix].Stacks...)
	}
	return all
}

// spoil has our rules and Control Tower's look at production sabotaged; cdk-nag looks where it is synthesized.
func (a *asking) spoil(production Assembly) {
	a.group.Go(func() {
		edits, err := sabotaged(production.Stacks, "ours")
		for _, template := range edits {
			a.templates <- template
		}
		a.add(nil, nil, err)
	})
	for _, control := range ControlTower {
		a.group.Go(func() {
			edits, err := sabotaged(production.Stacks, control)
			a.add(nil, nil, err)
			found, _, err := Guard(context.Background(), root, []string{control}, edits)
			a.add(found, nil, err)
		})
	}
}

// reported are the rules on which the packs report, compliant or not.
func reported(dir string) (none []Finding, rules map[string]bool, err error) {
	rules = map[string]bool{}
	files, err := filepath.Glob(filepath.Join(dir, "*-NagReport.json"))
	for _, file := range files {
		var report nagReport
		err = errors.Join(err, readJSON(file, &report))
		for _, line := range report.Lines {
			rules[line.RuleID] = true
		}
	}
	return nil, rules, err
}

func (a *asking) add(findings []Finding, applied map[string]bool, err error) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	for _, f := range findings {
		_, suffix := split(f.Stack)
		name, _, shape := strings.Cut(f.Stack, ": ")
		switch {
		case strings.HasPrefix(f.Stack, "edit-"), strings.HasPrefix(f.Stack, "near-"):
			a.sabotage = append(a.sabotage, f)
		case shape:
			a.findings[name] = append(a.findings[name], f)
		default:
			a.findings[suffix] = append(a.findings[suffix], f)
		}
	}
	maps.Copy(a.applied, applied)
	a.errs = append(a.errs, err)
}
