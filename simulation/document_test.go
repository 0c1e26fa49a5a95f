package simulation

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"payment-processor/simulation/cloud"
)

var rewrite = flag.Bool("update", false, "rewrite docs/simulation.md from the code")

// A rule that is not documented cannot be checked against AWS by anybody.
func TestDocument(t *testing.T) {
	const file = "../docs/simulation.md"
	if *rewrite {
		if err := os.WriteFile(file, []byte(document()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != document() {
		t.Errorf("%s is not what the code says; run go test ./simulation -run TestDocument -update", file)
	}
}

func document() string {
	var b strings.Builder
	b.WriteString(`<!-- written by go test ./simulation -run TestDocument -update -->
# The simulation

` + "`make simulate`" + ` runs 100,000 random histories of the stack against the code of Release, LiveTargetGroup, ImageGate and RotationRelease, in a
model of AWS (` + "`simulation/cloud`" + `) in virtual time: creation, updates, cancels, rollbacks, deletion. CI runs a tenth.
A history that breaks an invariant is made smaller by rapid and printed step by step, with its seed;
` + "`go test ./simulation -run TestHistories -rapid.seed=<seed>`" + ` runs it again. ` + "`make simulate-trials`" + ` removes the protections.

## What happens in histories

`)
	for _, kind := range append(append([]string{}, eventKinds...), faultKinds...) {
		fmt.Fprintf(&b, "- %s\n", kind)
	}
	fmt.Fprintf(&b, "- images whose %s, for which %s, or whose %s\n- a resource that fails before or after Release, a listener edit, another task definition, no tag, a missing tag\n", Broken, Refused, Alarming)
	b.WriteString("\n## What must hold\n\nAfter every step and at the end of every operation:\n\n")
	for _, invariant := range invariants {
		fmt.Fprintf(&b, "- %s\n", invariant)
	}
	b.WriteString(`
It is not asserted where no code of ours can help, and the report counts how often: a function that is killed or whose event is
lost (the provider framework answers FAILED, or nobody does), and somebody else who deploys by hand in between.

## Nine trials

Each removes one protection from a copy of the source; the simulation then breaks one of these invariants first.

| removed | how | what breaks |
|---|---|---|
`)
	for _, trial := range trials {
		fmt.Fprintf(&b, "| %s | %s | %s |\n", trial.Removed, trial.How, strings.Join(trial.Breaks, "; or "))
	}
	b.WriteString("\n## The rules of the model\n\n| service | rule | rests on |\n|---|---|---|\n")
	for _, rule := range cloud.Rules {
		fmt.Fprintf(&b, "| %s | %s | %s |\n", rule.Service, rule.Says, rule.Source)
	}
	return b.String()
}
