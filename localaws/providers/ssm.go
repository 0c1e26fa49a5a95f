package providers

import (
	"context"
	"regexp"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"payment-processor/localaws/resource"
)

// SSM makes parameters.
func SSM(config aws.Config) resource.Registry {
	p := parameters{ssm.NewFromConfig(config)}
	return resource.Registry{"AWS::SSM::Parameter": operations{p.create, p.update, p.remove}}
}

type parameters struct{ *ssm.Client }

func checkParameter(properties map[string]any) error {
	kind, value, pattern := text(properties["Type"]), text(properties["Value"]), text(properties["AllowedPattern"])
	if kind != "String" && kind != "StringList" {
		return refuse("SSM", "ValidationException", "Properties validation failed: "+kind+" is not a valid enum value of Type")
	}
	if fits, err := regexp.MatchString(pattern, value); err == nil && !fits {
		return refuse("SSM", "ParameterPatternMismatchException", "Parameter value, cannot be validated against allowedPattern: "+pattern)
	}
	return nil
}

// parameterTags are a stack's and a parameter's tags, which are a map here.
func parameterTags(request resource.Request, properties map[string]any) resource.Request {
	var tags []any
	for key, value := range object(properties["Tags"]) {
		tags = append(tags, map[string]any{"Key": key, "Value": value})
	}
	request.Properties = with(properties, "Tags", tags)
	return request
}

func (p parameters) create(ctx context.Context, request resource.Request) (resource.Result, error) {
	if err := checkParameter(request.Properties); err != nil {
		return resource.Result{}, err
	}
	name := named(request, "Name", 1000)
	tags := tagged(parameterTags(request, request.Properties))["Tags"]
	if tags == nil {
		tags = []any{}
	}
	if err := run(ctx, p.PutParameter, with(request.Properties, "Name", name, "Tags", tags)); err != nil {
		return resource.Result{}, err
	}
	return parameterResult(name, request.Properties), nil
}

func parameterResult(name string, properties map[string]any) resource.Result {
	return resource.Result{PhysicalID: name, Attributes: map[string]any{
		"Type": text(properties["Type"]), "Value": text(properties["Value"]),
	}}
}

func (p parameters) update(ctx context.Context, request resource.Request) (resource.Result, error) {
	properties := with(request.Properties, "Name", request.PhysicalID, "Overwrite", true)
	delete(properties, "Tags") // refused beside Overwrite
	tags := parameterTags(request, request.Properties)
	tags.Old = parameterTags(request, request.Old).Properties
	of := map[string]any{"ResourceType": "Parameter", "ResourceId": request.PhysicalID}
	return parameterResult(request.PhysicalID, request.Properties), inOrder(
		func() error { return checkParameter(request.Properties) },
		func() error { return run(ctx, p.PutParameter, properties) },
		func() error {
			if gone := untagged(tags); len(gone) > 0 {
				return run(ctx, p.RemoveTagsFromResource, with(of, "TagKeys", anyList(gone)))
			}
			return nil
		},
		func() error {
			if list := tagged(tags)["Tags"]; list != nil {
				return run(ctx, p.AddTagsToResource, with(of, "Tags", list))
			}
			return nil
		},
	)
}

func (p parameters) remove(ctx context.Context, request resource.Request) error {
	return failed(p.DeleteParameter(ctx, &ssm.DeleteParameterInput{Name: aws.String(request.PhysicalID)}))
}
