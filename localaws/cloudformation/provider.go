package cloudformation

import (
	"context"
	"regexp"
	"strings"

	"payment-processor/localaws/resource"
)

// inert are the resources that are nothing but an entry in a stack.
type inert struct{}

func (inert) Create(_ context.Context, r resource.Request) (resource.Result, error) {
	return resource.Result{PhysicalID: r.LogicalID + "-" + strings.ToUpper(r.Token[:12])}, nil
}

func (inert) Update(_ context.Context, r resource.Request) (resource.Result, error) {
	return resource.Result{PhysicalID: r.PhysicalID}, nil
}

func (inert) Delete(context.Context, resource.Request) error { return nil }

// provider of a type: the registry's, or ours for what needs no service.
func (s *Server) provider(kind string) (resource.Provider, error) {
	found, err := s.options.Registry.Find(kind)
	if err != nil && (kind == "AWS::CDK::Metadata" || kind == "AWS::CloudFormation::WaitConditionHandle") {
		return inert{}, nil
	}
	return found, err
}

var dynamicReference = regexp.MustCompile(`\{\{resolve:([a-z-]+):([^}]+)\}\}`)

// dynamic puts in what {{resolve:…}} stands for. It is done for each request, and nothing of it is kept.
func (o *operation) dynamic(ctx context.Context, properties map[string]any) (map[string]any, error) {
	made, err := o.dynamicValue(ctx, properties)
	if err != nil {
		return nil, err
	}
	return made.(map[string]any), nil
}

func (o *operation) dynamicValue(ctx context.Context, value any) (any, error) {
	var failed error
	each := func(item any) any {
		made, err := o.dynamicValue(ctx, item)
		if err != nil {
			failed = err
		}
		return made
	}
	switch v := value.(type) {
	case string:
		return dynamicReference.ReplaceAllStringFunc(v, func(match string) string {
			parts := dynamicReference.FindStringSubmatch(match)
			text, err := o.options.Dynamic(ctx, o.home.name, parts[1], parts[2])
			if err != nil {
				failed = err
			}
			return text
		}), failed
	case []any:
		made := make([]any, len(v))
		for i := range v {
			made[i] = each(v[i])
		}
		return made, failed
	case map[string]any:
		made := make(map[string]any, len(v))
		for key := range v {
			made[key] = each(v[key])
		}
		return made, failed
	}
	return value, nil
}
