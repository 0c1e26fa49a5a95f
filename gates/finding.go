// Package gates looks at what the app synthesizes and refuses what it must not be: cdk-nag's packs on the constructs and
// again on the rendered templates, our own Rego rules, and AWS Control Tower's rules.
//
// What a gate finds is either mended or suppressed beside the resource, see stacks/suppress.go.
package gates

import (
	"cmp"
	"fmt"
	"slices"
)

// Finding is what a gate has against a resource.
type Finding struct {
	Rule     string // the gate's own id of the rule
	Stack    string // the stack's name
	Resource string // the resource's logical id; empty: the stack as such
	Message  string
}

func (f Finding) String() string {
	return fmt.Sprintf("%s %s/%s: %s", f.Rule, f.Stack, f.Resource, f.Message)
}

// Without splits findings into those that no suppression is for and the suppressions that are for none.
func Without(findings []Finding, suppressions []Suppression) (open []Finding, idle []Suppression) {
	used := map[string]bool{}
	for _, f := range findings {
		suppressed := false
		for _, s := range suppressions {
			if s.covers(f) {
				suppressed, used[s.key()] = true, true
			}
		}
		if !suppressed {
			open = append(open, f)
		}
	}
	for _, s := range suppressions {
		if !used[s.key()] {
			idle = append(idle, s)
		}
	}
	return sorted(open), idle
}

func sorted(findings []Finding) []Finding {
	slices.SortFunc(findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Stack, b.Stack), cmp.Compare(a.Resource, b.Resource))
	})
	return slices.Compact(findings)
}
