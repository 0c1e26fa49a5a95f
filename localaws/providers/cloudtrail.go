package providers

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"

	"payment-processor/localaws/resource"
)

// CloudTrail makes trails.
func CloudTrail(config aws.Config) resource.Registry {
	trails := trails{cloudtrail.NewFromConfig(config)}
	return resource.Registry{
		"AWS::CloudTrail::Trail": operations{trails.create, trails.update, trails.remove},
	}
}

type trails struct{ *cloudtrail.Client }

func (t trails) create(ctx context.Context, request resource.Request) (resource.Result, error) {
	name := named(request, "TrailName", 128)
	properties := tagged(request)
	made, err := call(ctx, t.CreateTrail, with(properties, "Name", name, "TagsList", flat(properties["Tags"])))
	if err != nil {
		return resource.Result{}, err
	}
	request.PhysicalID = name
	return trailResult(name, made.TrailARN, made.SnsTopicARN), t.configure(ctx, request)
}

func trailResult(name string, arn, topic *string) resource.Result {
	return resource.Result{PhysicalID: name, Attributes: map[string]any{"Arn": aws.ToString(arn), "SnsTopicArn": aws.ToString(topic)}}
}

// configure says what is recorded, and whether anything is.
func (t trails) configure(ctx context.Context, request resource.Request) error {
	properties := with(request.Properties, "Name", request.PhysicalID, "TrailName", request.PhysicalID)
	selectors := func() error { return run(ctx, t.PutEventSelectors, properties) }
	return inOrder(
		given(request, "EventSelectors", selectors),
		given(request, "AdvancedEventSelectors", selectors),
		given(request, "InsightSelectors", func() error { return run(ctx, t.PutInsightSelectors, properties) }),
		func() error {
			if text(request.Properties["IsLogging"]) == "true" {
				return run(ctx, t.StartLogging, properties)
			}
			return run(ctx, t.StopLogging, properties)
		},
	)
}

func (t trails) update(ctx context.Context, request resource.Request) (resource.Result, error) {
	changed, err := call(ctx, t.UpdateTrail, with(request.Properties, "Name", request.PhysicalID))
	if err != nil {
		return resource.Result{}, err
	}
	return trailResult(request.PhysicalID, changed.TrailARN, changed.SnsTopicARN), inOrder(
		func() error { return t.configure(ctx, request) },
		func() error { return t.retag(ctx, request, *changed.TrailARN) },
	)
}

func (t trails) retag(ctx context.Context, request resource.Request, arn string) error {
	return inOrder(
		func() error {
			return run(ctx, t.AddTags, map[string]any{"ResourceId": arn, "TagsList": flat(tagged(request)["Tags"])})
		},
		func() error {
			return run(ctx, t.RemoveTags, map[string]any{"ResourceId": arn, "TagsList": goneTags(request)})
		},
	)
}

func (t trails) remove(ctx context.Context, request resource.Request) error {
	return run(ctx, t.DeleteTrail, map[string]any{"Name": request.PhysicalID})
}
