package stacks

import "github.com/aws/constructs-go/constructs/v10"

// SuppressionMetadata is the type of the construct metadata under which the assembly carries suppressions. It stands
// beside the templates, not in them: an accepted risk must neither quieten a scanner that is not asked nor change a diff.
const SuppressionMetadata = "payment-processor:suppression"

// Suppression says why a finding of a gate stands on a resource.
type Suppression struct {
	Rules    []string `json:"rules"`              // ids of the rules that ask for the same thing, of all gates
	Severity string   `json:"severity"`           // LOW, MEDIUM or HIGH: what Security Hub says, else what is at stake
	Reason   string   `json:"reason"`             // why the finding is wrong, or acceptable, here
	Accepted string   `json:"accepted,omitempty"` // who must know of the risk that remains; empty: none does
}

// suppress accepts what the rules find in a construct and the resources that it consists of. The gates fail on a
// suppression that nothing needs any more.
func suppress(construct constructs.Construct, suppression Suppression) {
	construct.Node().AddMetadata(new(SuppressionMetadata), suppression, nil)
}
