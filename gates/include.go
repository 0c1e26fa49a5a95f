package gates

import (
	"os"
	"path/filepath"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/cloudformationinclude"
)

// Include makes an app of rendered templates, so that cdk-nag sees what will be deployed, the overrides too. The
// templates are written to dir, the app synthesizes to out.
func Include(templates []Stack, dir, out string, context map[string]any) (awscdk.App, error) {
	app := awscdk.NewApp(&awscdk.AppProps{Outdir: &out, PostCliContext: &context, AnalyticsReporting: new(false)})
	for _, t := range templates {
		file := filepath.Join(dir, t.Name+".json")
		if err := os.WriteFile(file, mustJSON(includable(t.Template)), 0o600); err != nil {
			return nil, err
		}
		stack := awscdk.NewStack(app, &t.Name, &awscdk.StackProps{Synthesizer: awscdk.NewDefaultStackSynthesizer(
			&awscdk.DefaultStackSynthesizerProps{GenerateBootstrapVersionRule: new(false)})})
		cloudformationinclude.NewCfnInclude(stack, new("Rendered"), &cloudformationinclude.CfnIncludeProps{TemplateFile: &file})
	}
	return app, nil
}

// ConstructOnly are the rules of packs that look for a construct of the CDK and not for a property, so that they cannot
// see in a template what is there, each with the rule of ours that does.
var ConstructOnly = map[string]string{
	"NIST.800.53.R5-VPCDefaultSecurityGroupClosed": "PAY-NETWORK-06",
	"PCI.DSS.321-VPCDefaultSecurityGroupClosed":    "PAY-NETWORK-06",
}

// includable replaces the one intrinsic function that CfnInclude does not know.
func includable(value any) any {
	switch v := value.(type) {
	case []any:
		list := make([]any, len(v))
		for i, item := range v {
			list[i] = includable(item)
		}
		return list
	case map[string]any:
		if _, ok := v["Fn::GetStackOutput"]; ok {
			return "output-of-another-stack"
		}
		object := map[string]any{}
		for key, item := range v {
			object[key] = includable(item)
		}
		return object
	}
	return value
}
