package providers

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/firehose"

	"payment-processor/localaws/resource"
)

// Firehose makes delivery streams.
func Firehose(config aws.Config) resource.Registry {
	streams := deliveryStreams{firehose.NewFromConfig(config)}
	return resource.Registry{
		"AWS::KinesisFirehose::DeliveryStream": operations{streams.create, streams.update, streams.remove},
	}
}

type deliveryStreams struct{ *firehose.Client }

func (d deliveryStreams) create(ctx context.Context, request resource.Request) (resource.Result, error) {
	name := named(request, "DeliveryStreamName", 64)
	made, err := call(ctx, d.CreateDeliveryStream, with(tagged(request), "DeliveryStreamName", name))
	if err != nil {
		return resource.Result{}, err
	}
	return resource.Result{PhysicalID: name, Attributes: map[string]any{"Arn": *made.DeliveryStreamARN}}, nil
}

func (d deliveryStreams) update(ctx context.Context, request resource.Request) (resource.Result, error) {
	name := map[string]any{"DeliveryStreamName": request.PhysicalID}
	found, err := call(ctx, d.DescribeDeliveryStream, name)
	if err != nil {
		return resource.Result{}, err
	}
	stream := found.DeliveryStreamDescription
	properties := with(name, "CurrentDeliveryStreamVersionId", *stream.VersionId, "DestinationId", *stream.Destinations[0].DestinationId)
	for property, value := range request.Properties {
		if destination, is := strings.CutSuffix(property, "DestinationConfiguration"); is {
			properties[destination+"DestinationUpdate"] = value
		}
	}
	result := resource.Result{PhysicalID: request.PhysicalID, Attributes: map[string]any{"Arn": *stream.DeliveryStreamARN}}
	return result, inOrder(
		func() error { return run(ctx, d.UpdateDestination, properties) },
		changed(request, func() error { return d.encrypt(ctx, request) }, "DeliveryStreamEncryptionConfigurationInput"),
		func() error {
			return retag(ctx, request, "DeliveryStreamName", request.PhysicalID, d.TagDeliveryStream, d.UntagDeliveryStream)
		},
	)
}

func (d deliveryStreams) encrypt(ctx context.Context, request resource.Request) error {
	properties := with(request.Properties, "DeliveryStreamName", request.PhysicalID)
	if properties["DeliveryStreamEncryptionConfigurationInput"] == nil {
		return run(ctx, d.StopDeliveryStreamEncryption, properties)
	}
	return run(ctx, d.StartDeliveryStreamEncryption, properties)
}

func (d deliveryStreams) remove(ctx context.Context, request resource.Request) error {
	return run(ctx, d.DeleteDeliveryStream, map[string]any{"DeliveryStreamName": request.PhysicalID})
}
