package stacks

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/constructs-go/constructs/v10"
)

// ObservabilityStackProps configures what people watch.
type ObservabilityStackProps struct {
	awscdk.StackProps
	Config   Config
	Network  NetworkStack
	Database *DatabaseStack // nil where others run the database
	Platform PlatformStack
}

// ObservabilityStack pages people and shows them why.
type ObservabilityStack struct {
	Stack     awscdk.Stack
	Topic     awssns.ITopic // every page goes through it
	Dashboard awscloudwatch.Dashboard
}

// NewObservabilityStack defines the alarms, the dashboard and the saved queries. It reads the other stacks and
// nothing reads it: the alarms that stop a deployment live beside the deployment group, in PlatformStack.
func NewObservabilityStack(scope constructs.Construct, id string, props ObservabilityStackProps) ObservabilityStack {
	stack := awscdk.NewStack(scope, &id, &props.StackProps)

	key := newObservabilityKey(stack, props.Config)
	topic := newAlarmTopic(stack, key, props.Config)
	events := newServiceEvents(stack, key, topic, props)
	signals := newSignals(props, events)
	watched := allAlarms(signals, props.Config)
	alarms := newAlarms(stack, topic, watched, props.Config)
	admitAlarms(stack, key, topic, watched, props.Config)
	newQueries(stack, events, props)

	return ObservabilityStack{
		Stack:     stack,
		Topic:     topic,
		Dashboard: newDashboard(stack, signals, append(alarms, gateAlarms(stack, props.Config)...), events, props),
	}
}

// loose is a weak reference to what goes with an edit of the platform's: an export that is in use cannot, and without a
// database of ours there is no rotation.
func loose(to constructs.IConstruct) *string {
	ref := to.Node().DefaultChild().(awscdk.CfnResource).Ref()
	return awscdk.Stack_ConsumeReference(ref, awscdk.ReferenceStrength_WEAK)
}

func (n names) alarm(what string) string { return "payment-processor-" + what + "-" + n.suffix }

func (n names) alarmTopic() string { return "payment-processor-alarms-" + n.suffix }

// eventLog begins with /aws/events/, the only names that EventBridge's console accepts.
func (n names) eventLog() string { return "/aws/events/payment-processor-" + n.suffix }

// query names a saved query; the slash makes a folder of them in the console.
func (n names) query(what string) string { return n.application() + "/" + what }
