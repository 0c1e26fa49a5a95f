package cloudformation_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
)

// What a template says wrong must be known before anything is made.
func TestWhatIsRefusedBeforeAnythingIsMade(t *testing.T) {
	b := newBench(t)
	b.create("app", template())
	for body, want := range map[string]string{
		"Resources: {A: {Type: AWS::Foo::Bar}, B: {Type: AWS::Foo::Baz}}":                                                                                           "Unrecognized resource types: [AWS::Foo::Bar, AWS::Foo::Baz]",
		"Resources: {A: {Type: AWS::SQS::Queue}, B: {Type: AWS::SQS::Queue, Properties: {QueueName: !GetAtt A.Foo}}}":                                               "resource A does not support attribute type Foo in Fn::GetAtt",
		"Resources: {A: {Type: AWS::IAM::Role, Properties: {RoleName: x, AssumeRolePolicyDocument: {}}}}":                                                           "Requires capabilities : [CAPABILITY_NAMED_IAM]",
		"Resources: {A: {Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: {}}}}":                                                                        "Requires capabilities : [CAPABILITY_IAM]",
		"Resources: {Topic: {Type: AWS::SQS::Queue}}":                                                                                                               "Update of resource type is not permitted. The new template modifies resource type of the following resources: [Topic]",
		"Resources: {Topic: {Type: AWS::SNS::Topic}}\nParameters: {P: {Type: String}}":                                                                              "Parameters: [P] must have values",
		"Resources: {Topic: {Type: AWS::SNS::Topic}}\nParameters: {P: {Type: 'AWS::SSM::Parameter::Value<String>', Default: /p}}":                                   "Unable to fetch parameters [/p] from parameter store",
		"Resources: {Topic: {Type: AWS::SNS::Topic}}\nConditions: {C: !Not []}":                                                                                     "Conditions can only be boolean operations",
		"Resources: {Topic: {Type: AWS::SNS::Topic, Properties: {DisplayName: !Select [1, []]}}}":                                                                   "Fn::Select cannot select nonexistent value at index 1",
		"Resources: {Topic: {Type: AWS::SNS::Topic}}\nOutputs: {O: {Value: !Select [1, []]}}":                                                                       "Fn::Select cannot select nonexistent value at index 1",
		"Resources: {Topic: {Type: AWS::SNS::Topic}}\nOutputs: {O: {Value: []}}":                                                                                    "Output O is malformed. The Value field",
		"Resources: {A: {Type: AWS::SQS::Queue, Condition: C}, Topic: {Type: AWS::SNS::Topic, Properties: {DisplayName: !Ref A}}}\nConditions: {C: !Equals [1, 2]}": "Unresolved resource dependencies [A] in the Resources block",
		"Resources: {Topic: {Type: AWS::SNS::Topic, Properties: {DisplayName: !GetStackOutput {StackName: gone, OutputName: O}}}}":                                  "Output O of stack gone does not exist",
		"Resources: {Topic: {Type: AWS::SNS::Topic, Properties: {DisplayName: !ImportValue gone}}}":                                                                 "No export named gone found",
		"Resources: {Topic: {Type: AWS::SNS::Topic, Properties: {Foo: 1}}}":                                                                                         "Properties validation failed for resource Topic with message:\n#: extraneous key [Foo] is not permitted",
		"Foo: 1": "Invalid template property or properties [Foo]",
		"":       "unsupported structure",
	} {
		events := len(b.events)
		_, err := b.UpdateStack(ctx, &sdk.UpdateStackInput{StackName: aws.String("app"), TemplateBody: &body})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("update: %v, want %s", err, want)
		}
		if _, err := b.CreateStack(ctx, &sdk.CreateStackInput{StackName: aws.String("new"), TemplateBody: &body}); err == nil && !strings.Contains(want, "not permitted. The new") {
			t.Errorf("a new stack is made of\n%s", body)
		}
		b.server.Wait()
		b.remove("new")
		if !strings.Contains(want, "not permitted. The new") && len(b.events) != events {
			t.Errorf("events of %s", body)
		}
	}
	for _, in := range []sdk.UpdateStackInput{{StackName: aws.String("gone")}, {StackName: aws.String("app")}, {StackName: aws.String("app"), TemplateURL: aws.String("https://x/y")}} {
		if _, err := b.UpdateStack(ctx, &in); err == nil {
			t.Errorf("%+v is accepted", in)
		}
	}
}

// The CDK CLI looks into the events of a change set that early validation refused.
func TestEarlyValidation(t *testing.T) {
	b := newBench(t)
	out := b.change("app", types.ChangeSetTypeCreate, "Resources: {Queue: {Type: AWS::SQS::Queue, Properties: {Foo: 1, RedrivePolicy: !Ref AWS::NoValue}}}")
	if out.Status != "FAILED" || !strings.Contains(*out.StatusReason, "AWS::EarlyValidation::PropertyValidation") || !strings.Contains(*out.StatusReason, "extraneous key [Foo]") {
		t.Fatal(*out.StatusReason)
	}
	events, err := b.DescribeEvents(ctx, &sdk.DescribeEventsInput{StackName: aws.String("app"), ChangeSetName: out.ChangeSetId, Filters: &types.EventFilter{FailedEvents: aws.Bool(true)}})
	if err != nil || len(events.OperationEvents) != 1 || *events.OperationEvents[0].ValidationPath != "/Resources/Queue/Properties" {
		t.Error(events, err)
	}
	b.dropChangeSet("app")
	out = b.change("app", types.ChangeSetTypeCreate, "Resources: {Queue: {Type: AWS::SQS::Queue, Properties: {QueueName: !ImportValue x}}}")
	if out.Status != "FAILED" || *out.StatusReason != "No export named x found" {
		t.Error(*out.StatusReason)
	}
	events, err = b.DescribeEvents(ctx, &sdk.DescribeEventsInput{ChangeSetName: out.ChangeSetId})
	if err != nil || len(events.OperationEvents) != 0 {
		t.Error(events, err)
	}
	if _, err := b.DescribeEvents(ctx, &sdk.DescribeEventsInput{ChangeSetName: aws.String("gone")}); err == nil {
		t.Error("events of no change set")
	}
}

func TestChangeSetsThatAreRefused(t *testing.T) {
	b := newBench(t)
	b.refuse("Create Queue")
	b.create("broken", template())
	for want, in := range map[string]*sdk.CreateChangeSetInput{
		"change sets of the type IMPORT are not supported here": {StackName: aws.String("new"), ChangeSetType: "IMPORT"},
		"Stack with id new does not exist":                      {StackName: aws.String("new"), ChangeSetType: "UPDATE"},
		"is in ROLLBACK_COMPLETE state and can not be updated":  {StackName: aws.String("broken"), ChangeSetType: "UPDATE"},
		"Either Template URL or Template Body":                  {StackName: aws.String("new"), ChangeSetType: "CREATE"},
	} {
		in.ChangeSetName = aws.String("set")
		if _, err := b.CreateChangeSet(ctx, in); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
	if _, err := b.ListChangeSets(ctx, &sdk.ListChangeSetsInput{StackName: aws.String("new")}); err == nil {
		t.Error("a refused change set left a stack")
	}
	if _, err := b.GetTemplate(ctx, &sdk.GetTemplateInput{StackName: aws.String("new"), ChangeSetName: aws.String("x")}); err == nil {
		t.Error("the template of no change set")
	}
}
