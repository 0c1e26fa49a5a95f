package providers

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"payment-processor/localaws/resource"
)

// SQS makes queues and their policies.
func SQS(config aws.Config) resource.Registry {
	client := sqs.NewFromConfig(config)
	queues, policies := queues{client}, queuePolicies{client}
	return resource.Registry{
		"AWS::SQS::Queue":       operations{queues.create, queues.update, queues.remove},
		"AWS::SQS::QueuePolicy": operations{policies.put, policies.put, policies.remove},
	}
}

type queues struct{ *sqs.Client }

var queueAttributes = []string{"ContentBasedDeduplication", "DeduplicationScope", "DelaySeconds", "FifoQueue",
	"FifoThroughputLimit", "KmsDataKeyReusePeriodSeconds", "KmsMasterKeyId", "MaximumMessageSize", "MessageRetentionPeriod",
	"ReceiveMessageWaitTimeSeconds", "RedriveAllowPolicy", "RedrivePolicy", "SqsManagedSseEnabled", "VisibilityTimeout"}

func (q queues) create(ctx context.Context, request resource.Request) (resource.Result, error) {
	name := named(request, "QueueName", 80)
	if text(request.Properties["FifoQueue"]) == "true" && !strings.HasSuffix(name, ".fifo") {
		name += ".fifo"
	}
	// CreateQueue would answer with a queue that is like this one, and whose owner is somebody else.
	if _, err := q.GetQueueUrl(ctx, &sqs.GetQueueUrlInput{QueueName: &name}); err == nil {
		return resource.Result{}, said("Resource of type 'AWS::SQS::Queue' with identifier '%s' already exists", name)
	} else if !missing(err) {
		return resource.Result{}, err
	}
	made, err := call(ctx, q.CreateQueue, map[string]any{"QueueName": name, "Tags": tagMap(request),
		"Attributes": attributes(request.Properties, queueAttributes...)})
	if err != nil {
		return resource.Result{}, err
	}
	return queueResult(request, *made.QueueUrl), nil
}

func queueResult(request resource.Request, url string) resource.Result {
	name := afterLast(url, "/")
	return resource.Result{PhysicalID: url, Attributes: map[string]any{
		"QueueUrl": url, "QueueName": name, "Arn": "arn:aws:sqs:" + request.Region + ":" + request.AccountID + ":" + name}}
}

func (q queues) update(ctx context.Context, request resource.Request) (resource.Result, error) {
	url := map[string]any{"QueueUrl": request.PhysicalID}
	return queueResult(request, request.PhysicalID), inOrder(
		changed(request, func() error {
			return run(ctx, q.SetQueueAttributes, with(url, "Attributes", altered(request, queueAttributes...)))
		}, queueAttributes...),
		func() error {
			if tags := tagMap(request); len(tags) > 0 { // of none, SQS says that they are missing
				return run(ctx, q.TagQueue, with(url, "Tags", tags))
			}
			return nil
		},
		func() error {
			if gone := untagged(request); len(gone) > 0 {
				return run(ctx, q.UntagQueue, with(url, "TagKeys", anyList(gone)))
			}
			return nil
		},
	)
}

func (q queues) remove(ctx context.Context, request resource.Request) error {
	return run(ctx, q.DeleteQueue, map[string]any{"QueueUrl": request.PhysicalID})
}

type queuePolicies struct{ *sqs.Client }

func (q queuePolicies) put(ctx context.Context, request resource.Request) (resource.Result, error) {
	policy := request.Properties["PolicyDocument"]
	if err := checkPolicy(policy, "Invalid value for the parameter Policy"); err != nil {
		return resource.Result{}, err
	}
	return resource.Result{PhysicalID: nameAgain(request, "", 128)}, q.set(ctx, request, text(policy))
}

func (q queuePolicies) set(ctx context.Context, request resource.Request, policy string) error {
	for _, queue := range flat(request.Properties["Queues"]) {
		err := run(ctx, q.SetQueueAttributes, map[string]any{"QueueUrl": queue, "Attributes": map[string]any{"Policy": policy}})
		if err != nil {
			return err
		}
	}
	return nil
}

func (q queuePolicies) remove(ctx context.Context, request resource.Request) error {
	return q.set(ctx, request, "")
}
