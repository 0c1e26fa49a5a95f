// Package policy holds our own rules for templates, in Rego, for the CDK's CloudFormation Validate: what none of the
// rule packs asks for. Each rule says which resource is at fault and what is lost.
package policy

import (
	"embed"
	"errors"
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
)

//go:embed *.rego
var files embed.FS

// Source is a file of rules.
type Source struct {
	Name    string `json:"name"`
	Content string `json:"content"`
}

// Sources are all files of rules, by name. They are one Rego package.
func Sources() []Source {
	var all []Source
	entries, err := files.ReadDir(".")
	for _, entry := range entries {
		content, e := files.ReadFile(entry.Name())
		all, err = append(all, Source{entry.Name(), string(content)}), errors.Join(err, e)
	}
	return must(all, err)
}

// must is for what was compiled in, which can be read.
func must(all []Source, err error) []Source {
	if len(all) == 0 || err != nil {
		panic(fmt.Sprintf("%d files of rules: %v", len(all), err))
	}
	return all
}

// Enforce has synth evaluate our rules beside CloudFormation Validate's own, and fail where one is broken. It costs two
// seconds, even where CDK_VALIDATION=false has synth evaluate none.
func Enforce(app awscdk.App) awscdk.CloudFormationValidatePlugin {
	var rules []*awscdk.ValidationRuleSource
	for _, source := range Sources() {
		rules = append(rules, &awscdk.ValidationRuleSource{Name: &source.Name, Content: &source.Content})
	}
	plugin := awscdk.NewCloudFormationValidatePlugin(&awscdk.CloudFormationValidatePluginProps{RegoRules: &rules})
	awscdk.Validations_Of(app).AddPlugins(plugin)
	return plugin
}
