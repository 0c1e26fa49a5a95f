package cloudformation

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"payment-processor/localaws/cloudformation/template"
)

// submitted is what CreateStack, UpdateStack and CreateChangeSet have in common.
type submitted struct {
	body, url     *string
	usePrevious   *bool
	parameters    []types.Parameter
	capabilities  []types.Capability
	tags          []types.Tag
	notifications []string
	rollback      *types.RollbackConfiguration
	roleARN       *string
	keepTags      bool // no tags means those of before
}

// read gets and parses the template of a request.
func (c *call) read(body, url *string) (*template.Template, error) {
	var text string
	switch {
	case body != nil:
		text = *body
	case url != nil:
		var err error
		if text, err = c.options.FetchTemplate(c.ctx, *url); err != nil {
			return nil, validation("S3 error: %v", err)
		}
	default:
		return nil, validation("Either Template URL or Template Body must be specified.")
	}
	return template.Parse(text)
}

// revise works out everything of a submission that needs no resource. Most mistakes end here, before anything is made.
func (c *call) revise(st *stack, in submitted) (*revision, error) {
	previous := st.current
	if previous == nil {
		previous = st.target
	}
	r := &revision{submitted: in, literals: map[string]any{}, imports: map[string]bool{}}
	var err error
	if in.usePrevious != nil && *in.usePrevious && previous != nil {
		r.template = previous.template
	} else if r.template, err = c.read(in.body, in.url); err != nil {
		return nil, err
	}
	if previous != nil && in.keepTags {
		r.tags = previous.tags
	}
	if err := c.checkTypes(r.template); err != nil {
		return nil, err
	}
	if err := checkCapabilities(r.template, in.capabilities); err != nil {
		return nil, err
	}
	r.scope = &template.Scope{
		Template: r.template, Import: c.importer(r), StackOutput: c.stackOutput, Zones: c.zones,
		Pseudo: map[string]any{
			"AWS::AccountId": c.options.AccountID, "AWS::Partition": "aws", "AWS::Region": c.name, "AWS::StackId": st.id,
			"AWS::StackName": st.name, "AWS::URLSuffix": "amazonaws.com", "AWS::NotificationARNs": anys(in.notifications),
		},
	}
	if err := c.setParameters(r, previous); err != nil {
		return nil, err
	}
	return r, c.workOut(r)
}

func anys[T any](list []T) []any {
	all := []any{}
	for _, item := range list {
		all = append(all, item)
	}
	return all
}

func (c *call) checkTypes(t *template.Template) error {
	unknown := map[string]bool{}
	for _, definition := range t.Resources {
		if _, err := c.provider(definition.Type); err != nil {
			unknown[definition.Type] = true
		}
	}
	if len(unknown) > 0 {
		return validation("Template format error: Unrecognized resource types: [%s]", strings.Join(slices.Sorted(maps.Keys(unknown)), ", "))
	}
	return nil
}

// setParameters chooses the values, and asks the Parameter Store for those that are only names.
func (c *call) setParameters(r, previous *revision) error {
	given := map[string]string{}
	for _, parameter := range r.parameters {
		key := value(parameter.ParameterKey)
		given[key] = value(parameter.ParameterValue)
		if parameter.UsePreviousValue != nil && *parameter.UsePreviousValue {
			delete(given, key)
			if previous != nil && previous.template.Parameters[key].Type != "" {
				given[key] = previous.given[key]
			}
		}
	}
	var err error
	if r.given, err = r.template.Choose(given); err != nil {
		return err
	}
	r.scope.Parameters, r.parameters = map[string]any{}, nil
	for _, key := range slices.Sorted(maps.Keys(r.given)) {
		definition, text := r.template.Parameters[key], r.given[key]
		shown := types.Parameter{ParameterKey: new(key), ParameterValue: new(text)}
		if definition.FromSSM() {
			if text, err = c.options.Parameter(c.ctx, c.name, text); err != nil {
				return validation("Unable to fetch parameters [%s] from parameter store for this account.", r.given[key])
			}
			shown.ResolvedValue = new(text)
		}
		if definition.NoEcho {
			shown.ParameterValue, shown.ResolvedValue = new("****"), nil
		}
		r.scope.Parameters[key] = definition.Value(text)
		r.parameters = append(r.parameters, shown)
	}
	return nil
}

// workOut resolves conditions, and all properties and outputs as far as they can be.
func (c *call) workOut(r *revision) error {
	if err := r.scope.Decide(); err != nil {
		return err
	}
	r.active = r.scope.Active()
	for _, id := range r.active {
		properties, err := r.properties(id, r.unknown)
		if err != nil {
			return err
		}
		r.literals[id] = properties
	}
	if _, err := r.outputs(r.unknown); err != nil {
		return err
	}
	for _, id := range r.active {
		if err := r.checkProperties(id, r.literals[id].(map[string]any)); err != nil {
			return err
		}
	}
	return nil
}

// missingExport is its name.
type missingExport string

func (name missingExport) Error() string {
	return fmt.Sprintf("No export named %s found", string(name))
}

// importer answers Fn::ImportValue and remembers the export.
func (c *call) importer(r *revision) func(string) (any, error) {
	home := c.region
	return func(export string) (any, error) {
		_, found, there := home.exporter(export)
		if !there {
			return nil, missingExport(export)
		}
		r.imports[export] = true
		return found, nil
	}
}

// stackOutput answers Fn::GetStackOutput.
func (c *call) stackOutput(in, name, output string) (any, error) {
	home := c.region
	if in != "" && in != c.name {
		home = c.regions[in]
	}
	if home != nil {
		if st, err := home.find(&name); err == nil {
			for _, one := range st.outputs {
				if *one.OutputKey == output {
					return *one.OutputValue, nil
				}
			}
		}
	}
	return nil, template.Errorf("Output %s of stack %s does not exist", output, name)
}

func (c *call) zones(name string) []any { return anys(c.options.Zones(name)) }
