package stacks

import (
	"slices"

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
	key.AddToResourcePolicy(useForPages(stack, config, "EventsPublish", "events"), nil)
	return key
}

// useForPages lets a service use the key for the alarm topic.
func useForPages(stack awscdk.Stack, config Config, sid, service string) awsiam.PolicyStatement {
	return awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Sid:        &sid,
		Principals: &[]awsiam.IPrincipal{servicePrincipal(service)},
		Actions:    jsii.Strings("kms:Decrypt", "kms:GenerateDataKey*"),
		Resources:  jsii.Strings("*"), // in a key policy, this key
		Conditions: &map[string]any{"StringEquals": map[string]any{
			"kms:EncryptionContext:aws:sns:topicArn": arnOf(stack, "sns", config.names().alarmTopic()),
		}},
	})
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
	// "You can't use Condition blocks in Amazon SNS topic policies for EventBridge"
	// (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html), so rules of other accounts
	// are refused by a statement that only speaks where EventBridge states an account: it cannot lose a page of ours.
	topic.AddToResourcePolicy(publish(topic, "EventsPublish", "events", awsiam.Effect_ALLOW, nil))
	topic.AddToResourcePolicy(publish(topic, "NoForeignEvents", "events", awsiam.Effect_DENY, &map[string]any{
		"Null":            map[string]any{"aws:SourceAccount": "false"},
		"StringNotEquals": map[string]any{"aws:SourceAccount": stack.Account()},
	}))
	if config.AlarmEmail != "" {
		topic.AddSubscription(awssnssubscriptions.NewEmailSubscription(&config.AlarmEmail, nil))
	}
	return topic
}

func publish(topic awssns.Topic, sid, service string, effect awsiam.Effect, conditions *map[string]any) awsiam.PolicyStatement {
	return awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Sid:        &sid,
		Effect:     effect,
		Principals: &[]awsiam.IPrincipal{servicePrincipal(service)},
		Actions:    jsii.Strings("sns:Publish"),
		Resources:  &[]*string{topic.TopicArn()},
		Conditions: conditions,
	})
}

// admitAlarms lets the alarms and the gate alarms publish, each by its name: payment-processor-*-dev would admit those of
// an environment called eu-dev as well.
func admitAlarms(stack awscdk.Stack, key awskms.Key, topic awssns.Topic, alarms []alarm, config Config) {
	called := config.names().gates()
	for _, a := range alarms {
		called = append(called, config.names().alarm(a.Name))
	}
	slices.Sort(called)
	var arns []*string
	for _, name := range called {
		arns = append(arns, arnOf(stack, "cloudwatch", "alarm:"+name))
	}
	ours := map[string]any{
		"StringEquals": map[string]any{"aws:SourceAccount": stack.Account()},
		"ArnEquals":    map[string]any{"aws:SourceArn": arns},
	}
	topic.AddToResourcePolicy(publish(topic, "AlarmsPublish", "cloudwatch", awsiam.Effect_ALLOW, &ours))
	use := useForPages(stack, config, "AlarmsPublish", "cloudwatch")
	use.AddConditions(&ours)
	key.AddToResourcePolicy(use, nil)
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
