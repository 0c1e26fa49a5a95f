package stacks

import (
	"slices"
	"strings"
	"testing"

	"payment-processor/internal/outputs"
)

// Every difference between two environments stands in their templates; nothing is decided at deployment.
func TestTemplatesTakeNoParameters(t *testing.T) {
	for part, template := range synthesized(t, "dev").Templates {
		for section := range template {
			if !slices.Contains([]string{"Description", "Resources", "Outputs"}, section) {
				t.Errorf("%s has a section %s", part, section)
			}
		}
	}
}

// A strong reference is an export, which CloudFormation lets nobody take away while it is used. A weak one is read when
// the consumer deploys, so that it silently goes stale.
func TestStacksAreTiedByExports(t *testing.T) {
	e := synthesized(t, "prod")
	exports := e.exports()
	for part, template := range e.Templates {
		visit(template, "", func(path string, value any) {
			if name, ok := asObject(value)["Fn::ImportValue"]; ok && exports[literal(name)] == "" {
				t.Errorf("%s %s imports %v, which no stack exports", part, path, name)
			}
			weak, ok := asObject(value)["Fn::GetStackOutput"]
			name, _ := asObject(weak)["OutputName"].(string)
			if ok && !strings.Contains(name, "NATGateway") && !strings.Contains(name, "Logs") && !strings.Contains(name, "RotationFunction") {
				t.Errorf("%s %s is a weak reference to %v", part, path, weak)
			}
		})
	}
}

// An export in use cannot go: alarms that import NAT gateways would make a network with fewer of them undeployable.
func TestWatchingANatGatewayDoesNotKeepIt(t *testing.T) {
	for export := range synthesized(t, "prod").exports() {
		if strings.Contains(export, "NATGateway") {
			t.Errorf("%s is exported", export)
		}
	}
}

func TestProductionIsProtectedFromDeletion(t *testing.T) {
	for suffix, protected := range map[string]bool{"dev": false, "prod": true} {
		stacks := synthesized(t, suffix).Stacks
		for _, stack := range stacks.List() {
			if *stack.TerminationProtection() != protected {
				t.Errorf("%s has termination protection %t", *stack.StackName(), *stack.TerminationProtection())
			}
		}
	}
}

// The bill of what CloudFormation makes without our template saying so is split by the stack's tags.
func TestStacksAreTagged(t *testing.T) {
	stacks := synthesized(t, "dev").Stacks
	for _, stack := range stacks.List() {
		if values := *stack.Tags().TagValues(); len(values) != len(required) || *values["environment"] != "dev" {
			t.Errorf("%s has %d tags", *stack.StackName(), len(values))
		}
	}
}

// What a pipeline reads must be there; a value that nobody declared would be missing from the flat file.
func TestOutputsAreTheDeclaredOnes(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("an undeclared output is accepted")
		}
	}()
	newOutputs(nil, Config{}, outputs.Network, map[string]output{"Surprise": {}})
}

// Pipelines import by these names.
func TestOutputsAreExported(t *testing.T) {
	e := synthesized(t, "dev")
	exports := e.exports()
	for part, names := range map[string][]string{"network": outputs.Network, "platform": outputs.Platform} {
		for _, name := range names {
			if got := exports[outputs.Export("dev", name)]; got != part+"/"+name {
				t.Errorf("%s is exported by %q, want %s", name, got, part+"/"+name)
			}
		}
	}
}
