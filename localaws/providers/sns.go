package providers

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sns"

	"payment-processor/localaws/resource"
)

// SNS makes topics, their policies and their subscriptions.
func SNS(config aws.Config) resource.Registry {
	client := sns.NewFromConfig(config)
	topics, policies, subscriptions := topics{client}, topicPolicies{client}, subscriptions{client}
	return resource.Registry{
		"AWS::SNS::Topic":        operations{topics.create, topics.update, topics.remove},
		"AWS::SNS::TopicPolicy":  operations{policies.put, policies.put, policies.remove},
		"AWS::SNS::Subscription": operations{subscriptions.create, subscriptions.update, subscriptions.remove},
	}
}

type topics struct{ *sns.Client }

var topicAttributes = []string{"DisplayName", "KmsMasterKeyId", "FifoTopic", "ContentBasedDeduplication",
	"SignatureVersion", "TracingConfig", "ArchivePolicy", "FifoThroughputScope"}

func (t topics) create(ctx context.Context, request resource.Request) (resource.Result, error) {
	name := named(request, "TopicName", 256)
	if text(request.Properties["FifoTopic"]) == "true" && !strings.HasSuffix(name, ".fifo") {
		name += ".fifo"
	}
	arn := fmt.Sprintf("arn:aws:sns:%s:%s:%s", request.Region, request.AccountID, name)
	if _, err := t.GetTopicAttributes(ctx, &sns.GetTopicAttributesInput{TopicArn: &arn}); err == nil {
		return resource.Result{}, said("Resource of type 'AWS::SNS::Topic' with identifier '%s' already exists", arn)
	} else if !missing(err) {
		return resource.Result{}, err
	}
	err := run(ctx, t.CreateTopic, with(tagged(request), "Name", name, "Attributes", attributes(request.Properties, topicAttributes...)))
	if err != nil {
		return resource.Result{}, err
	}
	return topicResult(arn), t.subscribe(ctx, arn, request)
}

func topicResult(arn string) resource.Result {
	return resource.Result{PhysicalID: arn, Attributes: map[string]any{"TopicArn": arn, "TopicName": afterLast(arn, ":")}}
}

// subscribe adds those who stand in the topic's own properties. Who stands there no more is not removed, as on AWS.
func (t topics) subscribe(ctx context.Context, arn string, request resource.Request) error {
	for _, entry := range flat(request.Properties["Subscription"]) {
		if err := run(ctx, t.Subscribe, with(entry.(map[string]any), "TopicArn", arn)); err != nil {
			return err
		}
	}
	return nil
}

func (t topics) update(ctx context.Context, request resource.Request) (resource.Result, error) {
	for name, value := range altered(request, topicAttributes...) {
		err := run(ctx, t.SetTopicAttributes, map[string]any{"TopicArn": request.PhysicalID, "AttributeName": name, "AttributeValue": value})
		if err != nil {
			return resource.Result{}, err
		}
	}
	return topicResult(request.PhysicalID), inOrder(
		func() error { return t.subscribe(ctx, request.PhysicalID, request) },
		func() error {
			return retag(ctx, request, "ResourceArn", request.PhysicalID, t.TagResource, t.UntagResource)
		},
	)
}

func (t topics) remove(ctx context.Context, request resource.Request) error {
	return run(ctx, t.DeleteTopic, map[string]any{"TopicArn": request.PhysicalID})
}

type topicPolicies struct{ *sns.Client }

func (t topicPolicies) put(ctx context.Context, request resource.Request) (resource.Result, error) {
	policy := request.Properties["PolicyDocument"]
	if err := checkPolicy(policy, "Invalid parameter: Policy Error"); err != nil {
		return resource.Result{}, err
	}
	return resource.Result{PhysicalID: nameAgain(request, "", 128)}, t.set(ctx, request, func(string) any { return policy })
}

func (t topicPolicies) set(ctx context.Context, request resource.Request, policy func(topic string) any) error {
	for _, topic := range flat(request.Properties["Topics"]) {
		err := run(ctx, t.SetTopicAttributes, map[string]any{"TopicArn": topic, "AttributeName": "Policy", "AttributeValue": policy(text(topic))})
		if err != nil {
			return err
		}
	}
	return nil
}

// remove gives the topics the policy back that they were born with.
func (t topicPolicies) remove(ctx context.Context, request resource.Request) error {
	return t.set(ctx, request, func(topic string) any {
		return map[string]any{"Version": "2008-10-17", "Id": "__default_policy_ID", "Statement": []any{map[string]any{
			"Sid": "__default_statement_ID", "Effect": "Allow", "Principal": map[string]any{"AWS": "*"}, "Resource": topic,
			"Action": []any{"SNS:GetTopicAttributes", "SNS:SetTopicAttributes", "SNS:AddPermission", "SNS:RemovePermission",
				"SNS:DeleteTopic", "SNS:Subscribe", "SNS:ListSubscriptionsByTopic", "SNS:Publish"},
			"Condition": map[string]any{"StringEquals": map[string]any{"AWS:SourceOwner": request.AccountID}},
		}}}
	})
}

type subscriptions struct{ *sns.Client }

var subscriptionAttributes = []string{"DeliveryPolicy", "FilterPolicy", "FilterPolicyScope", "RawMessageDelivery",
	"RedrivePolicy", "SubscriptionRoleArn"}

var subscriptionProtocols = []string{"http", "https", "email", "email-json", "sms", "sqs", "application", "lambda", "firehose"}

func (s subscriptions) create(ctx context.Context, request resource.Request) (resource.Result, error) {
	protocol, endpoint := text(request.Properties["Protocol"]), text(request.Properties["Endpoint"])
	if !slices.Contains(subscriptionProtocols, protocol) {
		return resource.Result{}, said("Invalid parameter: Does not support this protocol string: %s", protocol)
	}
	if strings.HasPrefix(protocol, "email") && !strings.Contains(endpoint, "@") {
		return resource.Result{}, said("Invalid parameter: Email address: %s", endpoint)
	}
	answer, err := call(ctx, s.Subscribe, with(request.Properties, "ReturnSubscriptionArn", true,
		"Attributes", attributes(request.Properties, subscriptionAttributes...)))
	if err != nil {
		return resource.Result{}, err
	}
	return resource.Result{PhysicalID: *answer.SubscriptionArn, Attributes: map[string]any{"Arn": *answer.SubscriptionArn}}, nil
}

func (s subscriptions) update(ctx context.Context, request resource.Request) (resource.Result, error) {
	changes := altered(request, subscriptionAttributes...)
	for _, name := range slices.Sorted(maps.Keys(changes)) {
		err := run(ctx, s.SetSubscriptionAttributes, map[string]any{"SubscriptionArn": request.PhysicalID, "AttributeName": name,
			"AttributeValue": changes[name]})
		if err != nil {
			return resource.Result{}, err
		}
	}
	return resource.Result{PhysicalID: request.PhysicalID, Attributes: map[string]any{"Arn": request.PhysicalID}}, nil
}

func (s subscriptions) remove(ctx context.Context, request resource.Request) error {
	return run(ctx, s.Unsubscribe, map[string]any{"SubscriptionArn": request.PhysicalID})
}
