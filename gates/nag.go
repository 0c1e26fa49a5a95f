package gates

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/cdklabs/cdk-nag-go/cdknag/v2"
)

// Packs are cdk-nag's rule packs that look at the app, as their reports are called.
var Packs = []string{"AwsSolutions", "PCI.DSS.321", "NIST.800.53.R5"}

// AddPacks has the packs report on the app's stacks as they are synthesized. They read what constructs were given, so
// that overrides are invisible to them: see Include.
func AddPacks(app awscdk.App) {
	props := &cdknag.NagPackProps{ReportFormats: &[]cdknag.NagReportFormat{cdknag.NagReportFormat_JSON}}
	aspects := awscdk.Aspects_Of(app)
	aspects.Add(cdknag.NewAwsSolutionsChecks(props), nil)
	aspects.Add(cdknag.NewPCIDSS321Checks(props), nil)
	aspects.Add(cdknag.NewNIST80053R5Checks(props), nil)
}

type nagReport struct {
	Lines []struct {
		RuleID     string `json:"ruleId"`
		ResourceID string `json:"resourceId"` // a construct path
		Compliance string
		RuleInfo   string
	}
}

// Nag reads the packs' reports on an assembly. A report that is not there is a finding: nobody looked. So is what a
// pack could not decide, and what cdk-nag's own suppressions hide.
func Nag(assembly Assembly) ([]Finding, error) {
	var findings []Finding
	for _, stack := range assembly.Stacks {
		for _, pack := range Packs {
			var report nagReport
			file := filepath.Join(assembly.Dir, fmt.Sprintf("%s--%s-NagReport.json", pack, stack.Name))
			if err := readJSON(file, &report); err != nil {
				findings = append(findings, Finding{Rule: pack, Stack: stack.Name, Message: "no report: " + err.Error()})
				continue
			}
			for _, line := range report.Lines {
				if line.Compliance == "Compliant" {
					continue
				}
				id, ok := stack.IDs[line.ResourceID]
				if !ok {
					return nil, fmt.Errorf("%s reports on %s, which is no resource of %s", pack, line.ResourceID, stack.Name)
				}
				rule := line.RuleID
				if line.Compliance != "Non-Compliant" {
					rule += " " + strings.ToLower(line.Compliance)
				}
				findings = append(findings, Finding{rule, stack.Name, id, line.RuleInfo})
			}
		}
	}
	return sorted(findings), nil
}
