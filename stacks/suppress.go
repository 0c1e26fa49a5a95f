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

// suppress accepts what rules find in a construct and the resources that it consists of. The gates fail on a
// suppression that nothing needs any more, and stacks/testdata/suppressions.golden lists each with its resources.
func suppress(construct constructs.IConstruct, suppressions ...Suppression) {
	for _, suppression := range suppressions {
		construct.Node().AddMetadata(new(SuppressionMetadata), suppression, nil)
	}
}

// What is so of every role, and of every function outside the VPC.
var (
	ownPolicy = Suppression{
		Rules:    []string{"PCI.DSS.321-IAMNoInlinePolicy", "NIST.800.53.R5-IAMNoInlinePolicy"},
		Severity: "LOW",
		Reason:   "a role's only policy is its own: it goes with the role, and nobody can attach it to another",
	}
	starred = Suppression{
		Rules:    []string{"AwsSolutions-IAM5"},
		Severity: "LOW",
		Reason: "each * is what AWS knows no resource for, the versions of one function, or the objects, streams and names " +
			"of one thing; PAY-ACCESS-01 and -02 refuse any wider one, action by action",
	}
	outsideVpc = Suppression{
		Rules:    []string{"PCI.DSS.321-LambdaInsideVPC", "NIST.800.53.R5-LambdaInsideVPC"},
		Severity: "LOW",
		Reason: "it calls AWS's APIs and holds no cardholder data; inside a VPC without NAT it would reach none of them, " +
			"and a release could not be taken back",
	}
	onDemand = Suppression{
		Rules:    []string{"NIST.800.53.R5-LambdaConcurrency", "NIST.800.53.R5-LambdaDLQ"},
		Severity: "LOW",
		Reason: "it is called one at a time, and nothing is lost with a call: CloudFormation, CodeDeploy, Secrets Manager and the " +
			"framework wait for the answer, and what follows an event is asked for again by the next; reserving concurrency " +
			"fails in a new account, whose ten cannot be reserved, and so would the first deployment",
	}
)
