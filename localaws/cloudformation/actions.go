package cloudformation

import (
	"encoding/json"
	"maps"
	"slices"

	sdk "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"payment-processor/localaws/cloudformation/template"
)

// actions are those that are supported. All others are refused by name.
var actions = map[string]action{
	"CancelUpdateStack":           handle((*call).cancelUpdateStack),
	"ContinueUpdateRollback":      handle((*call).continueUpdateRollback),
	"CreateChangeSet":             handle((*call).createChangeSet),
	"CreateStack":                 handle((*call).createStack),
	"DeleteChangeSet":             handle((*call).deleteChangeSet),
	"DeleteStack":                 handle((*call).deleteStack),
	"DescribeChangeSet":           handle((*call).describeChangeSet),
	"DescribeEvents":              handle((*call).describeEvents),
	"DescribeStackEvents":         handle((*call).describeStackEvents),
	"DescribeStackResource":       handle((*call).describeStackResource),
	"DescribeStackResources":      handle((*call).describeStackResources),
	"DescribeStacks":              handle((*call).describeStacks),
	"ExecuteChangeSet":            handle((*call).executeChangeSet),
	"GetTemplate":                 handle((*call).getTemplate),
	"GetTemplateSummary":          handle((*call).getTemplateSummary),
	"ListChangeSets":              handle((*call).listChangeSets),
	"ListExports":                 handle((*call).listExports),
	"ListImports":                 handle((*call).listImports),
	"ListStackResources":          handle((*call).listStackResources),
	"ListStacks":                  handle((*call).listStacks),
	"RollbackStack":               handle((*call).rollbackStack),
	"UpdateStack":                 handle((*call).updateStack),
	"UpdateTerminationProtection": handle((*call).updateTerminationProtection),
	"ValidateTemplate":            handle((*call).validateTemplate),
}

func (c *call) getTemplate(in *sdk.GetTemplateInput) (*sdk.GetTemplateOutput, error) {
	out := &sdk.GetTemplateOutput{StagesAvailable: []types.TemplateStage{types.TemplateStageOriginal, types.TemplateStageProcessed}}
	if in.ChangeSetName != nil {
		_, set, err := c.changeSet(in.StackName, in.ChangeSetName)
		if err != nil {
			return nil, err
		}
		out.TemplateBody = new(set.revision.template.Body)
		return out, nil
	}
	st, err := c.find(in.StackName)
	if err != nil {
		return nil, err
	}
	if st.latest() != nil {
		out.TemplateBody = new(st.latest().template.Body)
	}
	return out, nil
}

// describedBy is the template of a request, or of the stack it names.
func (c *call) describedBy(body, url, stackName *string) (*template.Template, error) {
	if stackName == nil {
		return c.read(body, url)
	}
	st, err := c.find(stackName)
	if err != nil {
		return nil, err
	}
	if st.latest() == nil {
		return nil, validation("Stack with id %s has no template", *stackName)
	}
	return st.latest().template, nil
}

func (c *call) getTemplateSummary(in *sdk.GetTemplateSummaryInput) (*sdk.GetTemplateSummaryOutput, error) {
	t, err := c.describedBy(in.TemplateBody, in.TemplateURL, in.StackName)
	if err != nil {
		return nil, err
	}
	out := &sdk.GetTemplateSummaryOutput{Description: optional(t.Description), Version: optional(t.Version)}
	if t.Metadata != nil {
		text, _ := json.Marshal(t.Metadata) // it came from JSON or YAML
		out.Metadata = new(string(text))
	}
	out.Capabilities, out.CapabilitiesReason = capabilitiesOf(t)
	kinds := map[string]bool{}
	for _, definition := range t.Resources {
		kinds[definition.Type] = true
	}
	out.ResourceTypes = slices.Sorted(maps.Keys(kinds))
	for _, key := range slices.Sorted(maps.Keys(t.Parameters)) {
		p := t.Parameters[key]
		made := types.ParameterDeclaration{
			ParameterKey: new(key), ParameterType: new(p.Type), Description: optional(p.Description), DefaultValue: p.Default, NoEcho: new(p.NoEcho),
		}
		if p.AllowedValues != nil {
			made.ParameterConstraints = &types.ParameterConstraints{AllowedValues: p.AllowedValues}
		}
		out.Parameters = append(out.Parameters, made)
	}
	return out, nil
}

func capabilitiesOf(t *template.Template) ([]types.Capability, *string) {
	capability, kinds := needed(t)
	if capability == "" {
		return nil, nil
	}
	text, _ := json.Marshal(kinds) // texts
	return []types.Capability{capability}, new("The following resource(s) require capabilities: " + string(text))
}

func (c *call) validateTemplate(in *sdk.ValidateTemplateInput) (*sdk.ValidateTemplateOutput, error) {
	t, err := c.read(in.TemplateBody, in.TemplateURL)
	if err == nil {
		err = c.checkTypes(t)
	}
	if err != nil {
		return nil, err
	}
	out := &sdk.ValidateTemplateOutput{Description: optional(t.Description)}
	out.Capabilities, out.CapabilitiesReason = capabilitiesOf(t)
	for _, key := range slices.Sorted(maps.Keys(t.Parameters)) {
		p := t.Parameters[key]
		out.Parameters = append(out.Parameters, types.TemplateParameter{
			ParameterKey: new(key), Description: optional(p.Description), DefaultValue: p.Default, NoEcho: new(p.NoEcho),
		})
	}
	return out, nil
}

func (c *call) listExports(in *sdk.ListExportsInput) (*sdk.ListExportsOutput, error) {
	var all []types.Export
	for _, st := range c.stacks {
		exports := st.exports()
		for _, name := range slices.Sorted(maps.Keys(exports)) {
			if st.deleted == nil {
				all = append(all, types.Export{ExportingStackId: new(st.id), Name: new(name), Value: new(exports[name])})
			}
		}
	}
	out := &sdk.ListExportsOutput{}
	out.Exports, out.NextToken = paged(all, in.NextToken)
	return out, nil
}

func (c *call) listImports(in *sdk.ListImportsInput) (*sdk.ListImportsOutput, error) {
	name := value(in.ExportName)
	if _, _, there := c.exporter(name); !there {
		return nil, validation("No export named %s found", name)
	}
	users := c.importers(name)
	if users == nil {
		return nil, validation("Export '%s' is not imported by any stack.", name)
	}
	out := &sdk.ListImportsOutput{}
	out.Imports, out.NextToken = paged(users, in.NextToken)
	return out, nil
}
