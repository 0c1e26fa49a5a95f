package gates

import (
	"os"
	"testing"

	_ "payment-processor/internal/fastsynth"
	"payment-processor/lambda/bundle"

	"github.com/aws/jsii-runtime-go"
)

func TestMain(m *testing.M) {
	if asked := os.Getenv(synthesizes); asked != "" {
		carryOut(asked)
		jsii.Close()
		os.Exit(0)
	}
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

// What is neither compliant nor suppressed does not get to an account.
func TestGates(t *testing.T) {
	for _, suffix := range environments {
		t.Run(suffix, func(t *testing.T) {
			open, idle := Without(ask(t).findings[suffix], ask(t).assemblies[suffix].Suppressions())
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
		if !ask(t).applied[id] {
			t.Errorf("%s applies to nothing that the app has", id)
		}
		if Refused[id] != "" {
			t.Errorf("%s is refused and asked", id)
		}
	}
}
