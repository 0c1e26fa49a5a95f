package providers

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"payment-processor/localaws/resource"
)

// policy is a resource policy of one statement, changed in pairs of name and value.
func policyOf(pairs ...any) map[string]any {
	statement := with(map[string]any{"Effect": "Allow", "Principal": "*", "Action": "sns:Publish", "Resource": "*"}, pairs...)
	for name, value := range statement {
		if value == nil {
			delete(statement, name)
		}
	}
	return map[string]any{"Version": "2012-10-17", "Statement": statement}
}

func TestTopic(t *testing.T) {
	client := sns.NewFromConfig(local(t))
	life{
		kind: "AWS::SNS::Topic",
		properties: func(unique string) map[string]any {
			return map[string]any{"TopicName": "t-" + unique, "DisplayName": "one", "KmsMasterKeyId": "alias/aws/sns", "SignatureVersion": "2", "Tags": tag("a", "b"),
				"Subscription": []any{map[string]any{"Protocol": "email", "Endpoint": "a@example.com"}}}
		},
		changes: []func(map[string]any){func(p map[string]any) {
			p["DisplayName"] = "two"
			delete(p, "KmsMasterKeyId")
			delete(p, "Tags")
		}},
		check: func(t *testing.T, step int, result resource.Result) {
			found, err := client.GetTopicAttributes(t.Context(), &sns.GetTopicAttributesInput{TopicArn: &result.PhysicalID})
			if err != nil || found.Attributes["DisplayName"] != []string{"one", "two"}[step] ||
				found.Attributes["KmsMasterKeyId"] != []string{"alias/aws/sns", ""}[step] {
				t.Errorf("step %d: %v, %v", step, found, err)
			}
		},
	}.live(t)
	topic := made(t, "AWS::SNS::Topic", map[string]any{"FifoTopic": true})
	if name := topic.Attributes["TopicName"].(string); !strings.HasSuffix(name, ".fifo") {
		t.Errorf("a fifo topic's name is %s", name)
	} else {
		refused(t, "AWS::SNS::Topic", "already exists", map[string]any{"TopicName": name, "FifoTopic": true})
	}
}

func TestTopicPolicyAndSubscription(t *testing.T) {
	client := sns.NewFromConfig(local(t))
	topic := made(t, "AWS::SNS::Topic", map[string]any{}).PhysicalID
	life{
		kind: "AWS::SNS::TopicPolicy",
		properties: func(string) map[string]any {
			return map[string]any{"Topics": []any{topic}, "PolicyDocument": policyOf("Resource", topic)}
		},
		changes: []func(map[string]any){func(p map[string]any) { p["PolicyDocument"] = policyOf("Action", "sns:*") }},
		check: func(t *testing.T, step int, _ resource.Result) {
			found, err := client.GetTopicAttributes(t.Context(), &sns.GetTopicAttributesInput{TopicArn: &topic})
			if err != nil || !strings.Contains(found.Attributes["Policy"], []string{"sns:Publish", "sns:*"}[step]) {
				t.Errorf("step %d: %v, %v", step, found, err)
			}
		},
	}.live(t)
	found, err := client.GetTopicAttributes(t.Context(), &sns.GetTopicAttributesInput{TopicArn: &topic})
	if err != nil || !strings.Contains(found.Attributes["Policy"], "__default_policy_ID") {
		t.Errorf("the topic's own policy is not back: %v, %v", found, err)
	}
	life{
		kind: "AWS::SNS::Subscription",
		properties: func(unique string) map[string]any {
			return map[string]any{"TopicArn": topic, "Protocol": "sqs", "Endpoint": "arn:aws:sqs:us-east-2:123456789012:" + unique, "RawMessageDelivery": true}
		},
		changes: []func(map[string]any){func(p map[string]any) {
			p["RawMessageDelivery"], p["FilterPolicy"] = false, map[string]any{"a": []any{"b"}}
		}},
	}.live(t)
	for reason, properties := range map[string]map[string]any{
		"protocol":      {"TopicArn": topic, "Protocol": "pigeon", "Endpoint": "coop"},
		"Email address": {"TopicArn": topic, "Protocol": "email", "Endpoint": "nobody"},
		"does not":      {"TopicArn": topic + "0", "Protocol": "email", "Endpoint": "a@example.com"},
	} {
		refused(t, "AWS::SNS::Subscription", reason, properties)
	}
}

func TestQueue(t *testing.T) {
	client := sqs.NewFromConfig(local(t))
	life{
		kind: "AWS::SQS::Queue",
		properties: func(unique string) map[string]any {
			return map[string]any{"QueueName": "q-" + unique, "VisibilityTimeout": 30, "Tags": tag("a", "b")}
		},
		changes: []func(map[string]any){func(p map[string]any) {
			p["VisibilityTimeout"], p["Tags"] = 60, tag("c", "d")
		}},
		check: func(t *testing.T, step int, result resource.Result) {
			found, err := client.GetQueueAttributes(t.Context(), &sqs.GetQueueAttributesInput{QueueUrl: &result.PhysicalID,
				AttributeNames: []types.QueueAttributeName{types.QueueAttributeNameAll}})
			if err != nil || found.Attributes["QueueArn"] != result.Attributes["Arn"] || found.Attributes["VisibilityTimeout"] != []string{"30", "60"}[step] {
				t.Errorf("step %d: %v, %v, want %v", step, found, err, result.Attributes)
			}
		},
	}.live(t)
	queue := made(t, "AWS::SQS::Queue", map[string]any{"FifoQueue": "true"})
	refused(t, "AWS::SQS::Queue", "already exists", map[string]any{"FifoQueue": "true", "QueueName": queue.Attributes["QueueName"]})
	life{
		kind: "AWS::SQS::QueuePolicy",
		properties: func(string) map[string]any {
			return map[string]any{"Queues": []any{queue.PhysicalID}, "PolicyDocument": policyOf("Action", "sqs:SendMessage")}
		},
		changes: []func(map[string]any){func(p map[string]any) { p["PolicyDocument"] = policyOf("Action", "sqs:*") }},
	}.live(t)
}

func TestPoliciesThatAreRefused(t *testing.T) {
	for reason, policy := range map[string]any{
		"Policy Error: Syntax errors": "{",
		"valid version string":        map[string]any{"Version": "2020-01-01"},
		"Effect must be":              policyOf("Effect", "Perhaps"),
		"must contain principals":     policyOf("Principal", nil),
		"either Action or NotAction":  policyOf("NotAction", "sns:Publish"),
		`etc.: "publish"`:             policyOf("Action", []any{"sns:Publish", "publish"}),
		`"sns publish"`:               policyOf("Action", nil, "NotAction", "sns publish"),
		"a statement must be":         map[string]any{"Statement": []any{policyOf()["Statement"], nil}},
	} {
		refused(t, "AWS::SNS::TopicPolicy", reason, map[string]any{"Topics": []any{}, "PolicyDocument": policy})
	}
	refused(t, "AWS::SQS::QueuePolicy", "Syntax errors", map[string]any{"Queues": []any{}})
}
