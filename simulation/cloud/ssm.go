package cloud

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
)

// SSM holds the parameters of Systems Manager.
type SSM struct {
	cloud      *Cloud
	parameters map[string]string
}

// Names lists the parameters there are.
func (s *SSM) Names() []string {
	var names []string
	for name := range s.parameters {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// GetParameter answers ParameterNotFound for a name that was never put.
func (s *SSM) GetParameter(ctx context.Context, in *ssm.GetParameterInput, _ ...func(*ssm.Options)) (*ssm.GetParameterOutput, error) {
	return call(ctx, "ssm:GetParameter", func() (*ssm.GetParameterOutput, error) {
		value, ok := s.parameters[*in.Name]
		if !ok {
			return nil, &types.ParameterNotFound{}
		}
		return &ssm.GetParameterOutput{Parameter: parameter(*in.Name, value)}, nil
	})
}

// PutParameter answers ParameterAlreadyExists unless it may overwrite.
func (s *SSM) PutParameter(ctx context.Context, in *ssm.PutParameterInput, _ ...func(*ssm.Options)) (*ssm.PutParameterOutput, error) {
	return call(ctx, "ssm:PutParameter", func() (*ssm.PutParameterOutput, error) {
		if _, ok := s.parameters[*in.Name]; ok && (in.Overwrite == nil || !*in.Overwrite) {
			return nil, &types.ParameterAlreadyExists{}
		}
		s.parameters[*in.Name] = *in.Value
		return &ssm.PutParameterOutput{}, nil
	})
}

// DeleteParameter answers ParameterNotFound for a name that is not there.
func (s *SSM) DeleteParameter(ctx context.Context, in *ssm.DeleteParameterInput, _ ...func(*ssm.Options)) (*ssm.DeleteParameterOutput, error) {
	return call(ctx, "ssm:DeleteParameter", func() (*ssm.DeleteParameterOutput, error) {
		if _, ok := s.parameters[*in.Name]; !ok {
			return nil, &types.ParameterNotFound{}
		}
		delete(s.parameters, *in.Name)
		return &ssm.DeleteParameterOutput{}, nil
	})
}

// DeleteParameters passes over names that are not there.
func (s *SSM) DeleteParameters(ctx context.Context, in *ssm.DeleteParametersInput, _ ...func(*ssm.Options)) (*ssm.DeleteParametersOutput, error) {
	return call(ctx, "ssm:DeleteParameters", func() (*ssm.DeleteParametersOutput, error) {
		for _, name := range in.Names {
			delete(s.parameters, name)
		}
		return &ssm.DeleteParametersOutput{DeletedParameters: in.Names}, nil
	})
}

// GetParametersByPath answers with everything below the path in one page.
func (s *SSM) GetParametersByPath(ctx context.Context, in *ssm.GetParametersByPathInput, _ ...func(*ssm.Options)) (*ssm.GetParametersByPathOutput, error) {
	return call(ctx, "ssm:GetParametersByPath", func() (*ssm.GetParametersByPathOutput, error) {
		out := &ssm.GetParametersByPathOutput{}
		for _, name := range s.Names() {
			if strings.HasPrefix(name, strings.TrimSuffix(*in.Path, "/")+"/") {
				out.Parameters = append(out.Parameters, *parameter(name, s.parameters[name]))
			}
		}
		return out, nil
	})
}

func parameter(name, value string) *types.Parameter {
	return &types.Parameter{Name: &name, Value: &value}
}
