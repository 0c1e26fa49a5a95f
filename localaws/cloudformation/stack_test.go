package cloudformation_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"payment-processor/localaws/resource"
)

const two = `
Resources:
  Topic:
    Type: AWS::SNS::Topic
    Properties: {DisplayName: one}
  Queue:
    Type: AWS::SQS::Queue
    Properties:
      DelaySeconds: 5
      KmsMasterKeyId: !GetAtt Topic.TopicName
Outputs:
  Arn: {Value: !GetAtt Queue.Arn, Export: {Name: !Sub '${AWS::StackName}-queue'}}
`

func template(replacements ...string) string {
	return strings.NewReplacer(append([]string{"!GetAtt Topic.TopicName", "!Ref Topic"}, replacements...)...).Replace(two)
}

func TestAStackLivesAndDies(t *testing.T) {
	b := newBench(t)
	if got := b.create("app", template()); got != "CREATE_COMPLETE" {
		t.Fatal(got, b.history("app"))
	}
	if got := b.update("app", template("DelaySeconds: 5", "DelaySeconds: 6")); got != "UPDATE_COMPLETE" {
		t.Fatal(got, b.history("app"))
	}
	if got := b.one(t, "Queue")["DelaySeconds"]; got != 6.0 {
		t.Errorf("the delay is %v", got)
	}
	b.remove("app")
	if b.names() != "" {
		t.Errorf("%s is left", b.names())
	}
	want := "Create Topic, Create Queue, Update Queue, Delete Queue, Delete Topic"
	if got := strings.Join(b.log, ", "); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestAFailedUpdateBringsBackTheOldValues(t *testing.T) {
	b := newBench(t)
	b.create("app", template())
	b.deny = func(operation string, r resource.Request) error {
		if r.LogicalID == "Queue" && r.Properties["DelaySeconds"] == 6.0 {
			return errors.New("too slow")
		}
		return nil
	}
	got := b.update("app", template("DelaySeconds: 5", "DelaySeconds: 6", "DisplayName: one", "DisplayName: two"))
	if got != "UPDATE_ROLLBACK_COMPLETE" {
		t.Fatal(got)
	}
	if b.one(t, "Topic")["DisplayName"] != "one" || b.one(t, "Queue")["DelaySeconds"] != 5.0 {
		t.Errorf("left: %v", b.live)
	}
	if !slices.Contains(b.history("app"), "app UPDATE_ROLLBACK_IN_PROGRESS: The following resource(s) failed to update: [Queue]. ") {
		t.Errorf("history:\n%s", strings.Join(b.history("app"), "\n"))
	}
}

// What refers to a resource that is replaced gets the new one; what refers to something untouched is left alone, even
// though its attribute answers something else by now.
func TestReferencesFollow(t *testing.T) {
	b := newBench(t)
	const body = `
Resources:
  First: {Type: AWS::SQS::Queue, Properties: {FifoQueue: true}}
  Second: {Type: AWS::SQS::Queue, Properties: {KmsMasterKeyId: !Ref First}}
  Third: {Type: AWS::SNS::Topic, Properties: {DisplayName: a}}
`
	b.create("app", body)
	b.update("app", strings.Replace(body, "true", "false", 1))
	if got := b.one(t, "Second")["KmsMasterKeyId"]; got != "First-4" {
		t.Errorf("it refers to %v of %v", got, b.live)
	}
	b.log = nil
	b.update("app", strings.NewReplacer("true", "false", "DisplayName: a", "DisplayName: b").Replace(body))
	if got := strings.Join(b.log, " "); got != "Update Third" {
		t.Error(got)
	}
}
