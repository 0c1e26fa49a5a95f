package stacks

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssnssubscriptions"
	"github.com/aws/jsii-runtime-go"
)

// newObservabilityKey encrypts the event log and the alarm topic. CloudWatch and EventBridge can only publish to an
// encrypted topic whose key they may use; without these statements every page is lost without a trace.
//
// EventBridge's statement has no aws:SourceAccount or aws:SourceArn: SNS does not support them for EventBridge
// (https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html). What SNS encrypts for is in its encryption
// context, so both services may use the key for this one topic only.
func newObservabilityKey(stack awscdk.Stack, config Config) awskms.Key {
	key := newLogKey(stack, "Key", config, config.names().eventLog())
	topic := arnOf(stack, "sns", config.names().alarmTopic())
	use := func(sid, service string, conditions map[string]any) awsiam.PolicyStatement {
		return awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
			Sid:        &sid,
			Principals: &[]awsiam.IPrincipal{servicePrincipal(service)},
			Actions:    jsii.Strings("kms:Decrypt", "kms:GenerateDataKey*"),
			Resources:  jsii.Strings("*"), // in a key policy, this key
			Conditions: &conditions,
		})
	}
	key.AddToResourcePolicy(use("AlarmsPublish", "cloudwatch", map[string]any{
		"StringEquals": map[string]any{"kms:EncryptionContext:aws:sns:topicArn": topic, "aws:SourceAccount": stack.Account()},
		"ArnLike":      map[string]any{"aws:SourceArn": alarmArns(stack, config)},
	}), nil)
	key.AddToResourcePolicy(use("EventsPublish", "events", map[string]any{
		"StringEquals": map[string]any{"kms:EncryptionContext:aws:sns:topicArn": topic},
	}), nil)
	return key
}

// newAlarmTopic is where every page goes. Without AlarmEmail nobody is subscribed, and whoever owns the paging tool
// subscribes it by the topic's name.
func newAlarmTopic(stack awscdk.Stack, key awskms.IKey, config Config) awssns.Topic {
	topic := awssns.NewTopic(stack, new("AlarmTopic"), &awssns.TopicProps{
		TopicName:   new(config.names().alarmTopic()),
		DisplayName: new("Payment processor " + config.EnvironmentSuffix),
		MasterKey:   key,
		EnforceSSL:  new(true),
	})
	publish := func(sid, service string, effect awsiam.Effect, conditions *map[string]any) awsiam.PolicyStatement {
		return awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
			Sid:        &sid,
			Effect:     effect,
			Principals: &[]awsiam.IPrincipal{servicePrincipal(service)},
			Actions:    jsii.Strings("sns:Publish"),
			Resources:  &[]*string{topic.TopicArn()},
			Conditions: conditions,
		})
	}
	topic.AddToResourcePolicy(publish("AlarmsPublish", "cloudwatch", awsiam.Effect_ALLOW, &map[string]any{
		"StringEquals": map[string]any{"aws:SourceAccount": stack.Account()},
		"ArnLike":      map[string]any{"aws:SourceArn": alarmArns(stack, config)},
	}))
	// "You can't use Condition blocks in Amazon SNS topic policies for EventBridge"
	// (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html), so rules of other accounts
	// are refused by a statement that only speaks where EventBridge states an account: it cannot lose a page of ours.
	topic.AddToResourcePolicy(publish("EventsPublish", "events", awsiam.Effect_ALLOW, nil))
	topic.AddToResourcePolicy(publish("NoForeignEvents", "events", awsiam.Effect_DENY, &map[string]any{
		"Null":            map[string]any{"aws:SourceAccount": "false"},
		"StringNotEquals": map[string]any{"aws:SourceAccount": stack.Account()},
	}))
	if config.AlarmEmail != "" {
		topic.AddSubscription(awssnssubscriptions.NewEmailSubscription(&config.AlarmEmail, nil))
	}
	return topic
}

// alarmArns matches the alarms of this environment.
func alarmArns(stack awscdk.Stack, config Config) *string {
	return arnOf(stack, "cloudwatch", "alarm:"+config.names().alarm("*"))
}

// arnOf is an ARN in this stack's account and region, for policies that must name a thing before it exists.
func arnOf(stack awscdk.Stack, service, resource string) *string {
	return stack.FormatArn(&awscdk.ArnComponents{
		Service: &service, Resource: &resource, ArnFormat: awscdk.ArnFormat_NO_RESOURCE_NAME,
	})
}

func servicePrincipal(service string) awsiam.ServicePrincipal {
	return awsiam.NewServicePrincipal(new(service+".amazonaws.com"), nil)
}
