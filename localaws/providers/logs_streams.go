package providers

import (
	"context"

	"payment-processor/localaws/resource"
)

func (g logGroups) createStream(ctx context.Context, request resource.Request) (resource.Result, error) {
	name := named(request, "LogStreamName", 512)
	return resource.Result{PhysicalID: name}, run(ctx, g.CreateLogStream, with(request.Properties, "LogStreamName", name))
}

// keepStream changes nothing: every property of a stream is for its creation.
func (g logGroups) keepStream(_ context.Context, request resource.Request) (resource.Result, error) {
	return resource.Result{PhysicalID: request.PhysicalID}, nil
}

func (g logGroups) deleteStream(ctx context.Context, request resource.Request) error {
	return run(ctx, g.DeleteLogStream, with(request.Properties, "LogStreamName", request.PhysicalID))
}
