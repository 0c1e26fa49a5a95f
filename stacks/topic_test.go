package stacks

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// policyStatements returns a policy's statements by Sid, rendered.
func (e *environment) policyStatements(t *testing.T, r resource, property string) map[string]object {
	t.Helper()
	all := map[string]object{}
	for _, s := range e.rendered(t, r.Stack, r.Properties[property]).(object)["Statement"].([]any) {
		sid, _ := s.(object)["Sid"].(string)
		if sid != "" && all[sid] != nil {
			t.Errorf("%s: two statements are called %q", r.ID, sid)
		}
		all[sid] = s.(object)
	}
	return all
}

func (e *environment) observabilityKey(t *testing.T) resource {
	t.Helper()
	for _, key := range e.resources("AWS::KMS::Key") {
		if key.Stack == "observability" {
			return key
		}
	}
	t.Fatal("the observability stack has no key")
	return resource{}
}

// Without these statements CloudWatch and EventBridge publish into the void: the alarm fires and nobody is told.
func TestKeyLetsAlarmsAndEventsPublish(t *testing.T) {
	for _, env := range observedEnvironments(t) {
		names := env.Config.names()
		statements := env.policyStatements(t, env.observabilityKey(t), "KeyPolicy")
		topic := "arn:aws:sns:us-east-2:111122223333:" + names.alarmTopic()
		want := map[string]object{
			"AlarmsPublish": {
				"Sid": "AlarmsPublish", "Effect": "Allow", "Resource": "*",
				"Principal": object{"Service": "cloudwatch.amazonaws.com"},
				"Action":    []any{"kms:Decrypt", "kms:GenerateDataKey*"},
				"Condition": object{
					"StringEquals": object{"aws:SourceAccount": "111122223333", "kms:EncryptionContext:aws:sns:topicArn": topic},
					"ArnEquals":    object{"aws:SourceArn": env.pagingAlarmArns(t)},
				},
			},
			// SNS supports no aws:Source… condition for EventBridge: with one, every event's page is lost.
			"EventsPublish": {
				"Sid": "EventsPublish", "Effect": "Allow", "Resource": "*",
				"Principal": object{"Service": "events.amazonaws.com"},
				"Action":    []any{"kms:Decrypt", "kms:GenerateDataKey*"},
				"Condition": object{"StringEquals": object{"kms:EncryptionContext:aws:sns:topicArn": topic}},
			},
		}
		for sid, statement := range want {
			if !reflect.DeepEqual(statements[sid], statement) {
				t.Errorf("key statement %s:\n got %v\nwant %v", sid, statements[sid], statement)
			}
		}
		if len(statements) != 4 {
			t.Errorf("key policy has %d statements, want the account's, the logs' and these: %v", len(statements), statements)
		}
		topicOf := env.only(t, "AWS::SNS::Topic")
		if got := env.rendered(t, "observability", topicOf.Properties["KmsMasterKeyId"]); got != env.observabilityKey(t).ID+".Arn" {
			t.Errorf("topic is encrypted with %v, want our key", got)
		}
		if got := topicOf.Properties["TopicName"]; got != names.alarmTopic() {
			t.Errorf("topic is named %v, so the key policy's encryption context never matches", got)
		}
		if got := topicOf.Properties["DisplayName"]; got != "Payment processor "+env.Config.EnvironmentSuffix {
			t.Errorf("mails come from %v", got)
		}
	}
}

// pagingAlarmArns are what the alarms are called, in no pattern: payment-processor-*-dev would admit those of eu-dev too.
func (e *environment) pagingAlarmArns(t *testing.T) []any {
	t.Helper()
	var arns []any
	for _, alarm := range e.pagingAlarms(t) {
		arns = append(arns, fmt.Sprint("arn:aws:cloudwatch:us-east-2:111122223333:alarm:", alarm["AlarmName"]))
	}
	slices.SortFunc(arns, func(a, b any) int { return strings.Compare(a.(string), b.(string)) })
	return arns
}

func TestTopicAdmitsOurAlarmsAndEventsOnly(t *testing.T) {
	env := synthesized(t, "dev")
	policy := env.only(t, "AWS::SNS::TopicPolicy")
	topic := "arn:aws:sns:us-east-2:111122223333:payment-processor-alarms-dev"
	got := env.rendered(t, policy.Stack, policy.Properties["PolicyDocument"]).(object)["Statement"].([]any)
	want := []object{
		{
			"Effect": "Deny", "Principal": "*", "Action": "sns:Publish", "Resource": topic,
			"Condition": object{"Bool": object{"aws:SecureTransport": "false"}},
		},
		// EventBridge documents that a topic's policy may hold no condition for it.
		{"Effect": "Allow", "Principal": object{"Service": "events.amazonaws.com"}, "Action": "sns:Publish", "Resource": topic},
		{
			"Effect": "Deny", "Principal": object{"Service": "events.amazonaws.com"}, "Action": "sns:Publish", "Resource": topic,
			"Condition": object{
				"Null":            object{"aws:SourceAccount": "false"},
				"StringNotEquals": object{"aws:SourceAccount": "111122223333"},
			},
		},
		{
			"Effect": "Allow", "Principal": object{"Service": "cloudwatch.amazonaws.com"}, "Action": "sns:Publish", "Resource": topic,
			"Condition": object{
				"StringEquals": object{"aws:SourceAccount": "111122223333"},
				"ArnEquals":    object{"aws:SourceArn": env.pagingAlarmArns(t)},
			},
		},
	}
	if len(got) != len(want) {
		t.Fatalf("topic policy has %d statements, want %d: %v", len(got), len(want), got)
	}
	for i := range want {
		statement := got[i].(object)
		delete(statement, "Sid")
		if !reflect.DeepEqual(statement, want[i]) {
			t.Errorf("topic statement %d:\n got %v\nwant %v", i, statement, want[i])
		}
	}
}

func TestMailIsSubscribedOnlyWhenConfigured(t *testing.T) {
	if found := synthesized(t, "dev").resources("AWS::SNS::Subscription"); len(found) != 0 {
		t.Errorf("without alarmEmail there are subscriptions: %v", found)
	}
	subscription := withEmail(t).only(t, "AWS::SNS::Subscription").Properties
	if subscription["Protocol"] != "email" || subscription["Endpoint"] != "oncall@example.com" {
		t.Errorf("subscription is %v", subscription)
	}
}

// Who may decrypt what the application's neighbours log is a question of this key as well.
func TestEventLogIsEncryptedKeptAndWritable(t *testing.T) {
	for suffix, deletion := range map[string]string{"dev": "Delete", "staging": "Delete", "prod": "RetainExceptOnCreate"} {
		env := synthesized(t, suffix)
		name := env.Config.names().eventLog()
		groups := slices.DeleteFunc(env.resources("AWS::Logs::LogGroup"), func(r resource) bool { return r.Stack != "observability" })
		if len(groups) != 1 {
			t.Fatalf("%s: %d log groups in the observability stack, want 1", suffix, len(groups))
		}
		group := groups[0]
		if got := group.Properties["LogGroupName"]; got != name || !strings.HasPrefix(name, "/aws/events/") {
			t.Errorf("%s: event log is named %v, want %s", suffix, got, name)
		}
		if got := env.rendered(t, group.Stack, group.Properties["KmsKeyId"]); got != env.observabilityKey(t).ID+".Arn" {
			t.Errorf("%s: event log is encrypted with %v", suffix, got)
		}
		if got := group.Properties["RetentionInDays"]; got != map[string]float64{"dev": 30, "staging": 30, "prod": 400}[suffix] {
			t.Errorf("%s: event log is kept %v days", suffix, got)
		}
		if got := group.Body["DeletionPolicy"]; got != deletion {
			t.Errorf("%s: deletion policy of the event log is %v, want %s", suffix, got, deletion)
		}
		if got := env.observabilityKey(t).Body["DeletionPolicy"]; got != deletion {
			t.Errorf("%s: deletion policy of the key is %v, want %s", suffix, got, deletion)
		}
		policy := env.logPolicy(t, "EventsPolicy")
		document := env.rendered(t, policy.Stack, policy.Properties["PolicyDocument"]).(string)
		for _, part := range []string{
			`"Service":["events.amazonaws.com","delivery.logs.amazonaws.com"]`,
			`"Action":["logs:CreateLogStream","logs:PutLogEvents"]`,
			`"Resource":"arn:aws:logs:us-east-2:111122223333:log-group:` + name + `:*"`,
		} {
			if !strings.Contains(document, part) {
				t.Errorf("%s: log policy lacks %s: %s", suffix, part, document)
			}
		}
		if got := policy.Properties["PolicyName"]; got != env.Config.names().application()+"-events" {
			t.Errorf("%s: log policy is named %v", suffix, got)
		}
	}
}
