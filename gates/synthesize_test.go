package gates

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"

	"payment-processor/lambda/bundle"
	"payment-processor/stacks"

	"github.com/aws/aws-cdk-go/awscdk/v2"
)

// order is an environment or a shape to synthesize.
type order struct {
	Name     string
	Settings map[string]any
	Packs    bool // cdk-nag looks, at the constructs and then at the rendered templates
	Sabotage bool // cdk-nag looks at what is sabotaged for it, too
}

// jobs are the orders of a process, and the directory for its assemblies.
type jobs struct {
	Dir    string
	Orders []order
}

// synthesizes is the variable that has this binary carry out orders.
const synthesizes = "GATES_SYNTHESIZE"

// The kinds of assemblies: of our constructs, of rendered templates, and of sabotaged ones.
const (
	constructs = "constructs"
	rendered   = "rendered"
	sabotage   = "sabotage"
)

func (j jobs) out(kind, name string) string { return filepath.Join(j.Dir, kind+" "+name) }

// carryOut synthesizes, and says of each assembly on a line that it is there.
func carryOut(asked string) {
	var all jobs
	if err := json.Unmarshal([]byte(asked), &all); err != nil {
		panic(err)
	}
	said := func(kind, name string) { fmt.Println(kind, name) }
	for _, o := range all.Orders {
		out := all.out(constructs, o.Name)
		synthesize(o, out)
		said(constructs, o.Name)
	}
	for _, o := range all.Orders {
		if !o.Packs {
			continue
		}
		assembly, err := Read(all.out(constructs, o.Name))
		if err != nil {
			panic(err)
		}
		render(assembly.Stacks, all.out(rendered, o.Name))
		said(rendered, o.Name)
		if !o.Sabotage {
			continue
		}
		templates, err := sabotaged(assembly.Stacks, "packs")
		if err != nil {
			panic(err)
		}
		render(templates, all.out(sabotage, o.Name))
		said(sabotage, o.Name)
	}
}

func synthesize(o order, out string) {
	config, err := stacks.LoadConfig(o.Settings, func(string) string { return "" })
	if err != nil {
		panic(err)
	}
	functions, err := bundle.Build(context.Background(), root, config.Task.Architecture)
	if err != nil {
		panic(err)
	}
	app := awscdk.NewApp(&awscdk.AppProps{Outdir: &out, PostCliContext: new(cdkContext())})
	stacks.New(app, config, functions)
	if o.Packs {
		AddPacks(app)
	}
	app.Synth(nil)
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

// render has cdk-nag look at templates as they are rendered.
func render(templates []Stack, out string) {
	dir, err := os.MkdirTemp("", "rendered")
	if err != nil {
		panic(err)
	}
	app, err := Include(templates, dir, out, cdkContext())
	if err != nil {
		panic(err)
	}
	AddPacks(app)
	app.Synth(nil)
	if err := os.RemoveAll(dir); err != nil {
		panic(err)
	}
}
