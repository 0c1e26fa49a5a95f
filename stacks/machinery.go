package stacks

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"time"

	"payment-processor/lambda/bundle"
	"payment-processor/lambda/deployment"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/aws-cdk-go/awscdk/v2/customresources"
	"github.com/aws/jsii-runtime-go"
)

// machinery is what the custom resources that drive releases have in common.
type machinery struct {
	Stack     awscdk.Stack
	Config    Config
	Functions bundle.Functions
	LogKey    awskms.IKey
	Arns      arns
	Logs      []awslogs.ILogGroup // of the functions, as they are defined
}

func newMachinery(stack awscdk.Stack, props PlatformStackProps, logKey awskms.IKey) *machinery {
	return &machinery{
		Stack: stack, Config: props.Config, Functions: props.Functions, LogKey: logKey,
		Arns: arns{stack, props.Config.names()},
	}
}

func (m *machinery) identity(id, description string) functionIdentity {
	as := newFunctionIdentity(m.Stack, id, description, m.Config, m.LogKey)
	m.Logs = append(m.Logs, as.Logs)
	return as
}

// handlerTimeout is of one look at AWS and one step: what takes longer is polled for.
const handlerTimeout = deployment.FunctionTimeout

// newProvider lets the CDK's framework call the two functions of an asset, onEvent once and isComplete until it is
// done, both with the identity's role.
//
// The framework's functions and its state machine log to an encrypted log group of their own.
func (m *machinery) newProvider(id, asset string, as functionIdentity) customresources.Provider {
	function := func(handler string) goFunctionProps {
		return goFunctionProps{
			Description: fmt.Sprintf("%s of the payment processor: %s", id, handler),
			Asset:       asset, Handler: handler, Timeout: handlerTimeout, MemoryMiB: 256, Role: as.Role, Logs: as.Logs,
		}
	}
	logs := newLogGroup(m.Stack, id+"FrameworkLogs", logGroupProps{
		Config: m.Config, Key: m.LogKey, Name: m.Config.names().waiterLog(id), Audit: true,
	})
	call := newFunctionRole(m.Stack, id+"FrameworkRole", "The CDK's framework calls "+id, logs)
	poll := newFunctionRole(m.Stack, id+"FrameworkPollRole", "The CDK's framework polls "+id, logs)
	provider := customresources.NewProvider(m.Stack, new(id+"Provider"), &customresources.ProviderProps{
		OnEventHandler:                  newGoFunction(m.Stack, id+"OnEvent", function("onEvent")),
		IsCompleteHandler:               newGoFunction(m.Stack, id+"IsComplete", function("isComplete")),
		QueryInterval:                   awscdk.Duration_Seconds(jsii.Number(deployment.PollInterval.Seconds())),
		TotalTimeout:                    awscdk.Duration_Seconds(jsii.Number(deployment.TotalTimeout.Seconds())),
		LogGroup:                        logs,
		FrameworkOnEventRole:            call,
		FrameworkCompleteAndTimeoutRole: poll,
	})
	traceFramework(provider, "onEvent", call)
	traceFramework(provider, "isComplete", poll)
	traceFramework(provider, "onTimeout", poll)
	logWaiter(provider, logs)
	return provider
}

// newCaller lets the CDK's framework call one function, and answer CloudFormation with what that returns: a function
// inside the VPC needs no way out for it.
func (m *machinery) newCaller(id string, function awslambda.Function) customresources.Provider {
	framework := newFunctionIdentity(m.Stack, id+"Framework", "The CDK's framework calls "+id, m.Config, m.LogKey)
	provider := customresources.NewProvider(m.Stack, new(id+"Provider"), &customresources.ProviderProps{
		OnEventHandler: function, LogGroup: framework.Logs, FrameworkOnEventRole: framework.Role,
	})
	traceFramework(provider, "onEvent", framework.Role)
	return provider
}

// callerTimeout is the framework's function's: it waits for a function that has slept for weeks, and calls it again.
//
// https://github.com/aws/aws-cdk/blob/main/packages/aws-cdk-lib/custom-resources/lib/provider-framework/runtime/outbound.ts
const callerTimeout = 15 * time.Minute

// traceFramework has a function of the framework traced, or the trace of a release would have holes.
func traceFramework(provider customresources.Provider, id string, role awsiam.Role) {
	function := provider.Node().FindChild(new("framework-" + id))
	suppress(function, onDemand, outsideVpc)
	function.Node().DefaultChild().(awslambda.CfnFunction).SetTracingConfig(&awslambda.CfnFunction_TracingConfigProperty{Mode: new("Active")})
	allow(role, nil, tracing...)
}

// logWaiter has the state machine that polls log its steps, without what they carry, and trace them. The L2 would let it
// write to every log group; what is left cannot be scoped.
//
// https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html#cloudwatch-iam-policy
// https://docs.aws.amazon.com/step-functions/latest/dg/concepts-xray-tracing.html#xray-iam
func logWaiter(provider customresources.Provider, logs awslogs.ILogGroup) {
	waiter := provider.Node().FindChild(new("waiter-state-machine")).Node()
	role := waiter.FindChild(new("Role")).(awsiam.Role)
	suppress(role, ownPolicy, starred)
	allow(role, []*string{logs.LogGroupArn()}, "logs:CreateLogStream", "logs:PutLogEvents")
	allow(role, []*string{arns{stack: awscdk.Stack_Of(provider)}.colon("logs", "log-group", "*")}, "logs:DescribeLogGroups")
	allow(role, nil, append([]string{
		"logs:CreateLogDelivery", "logs:DeleteLogDelivery", "logs:DescribeResourcePolicies",
		"logs:GetLogDelivery", "logs:ListLogDeliveries", "logs:PutResourcePolicy", "logs:UpdateLogDelivery",
		"xray:GetSamplingRules", "xray:GetSamplingTargets",
	}, tracing...)...)
	machine := waiter.FindChild(new("Resource")).(awsstepfunctions.CfnStateMachine)
	machine.SetTracingConfiguration(&awsstepfunctions.CfnStateMachine_TracingConfigurationProperty{Enabled: new(true)})
	machine.SetLoggingConfiguration(&awsstepfunctions.CfnStateMachine_LoggingConfigurationProperty{
		Level:                new("ALL"),
		IncludeExecutionData: new(false),
		Destinations: []any{&awsstepfunctions.CfnStateMachine_LogDestinationProperty{
			CloudWatchLogsLogGroup: &awsstepfunctions.CfnStateMachine_CloudWatchLogsLogGroupProperty{LogGroupArn: logs.LogGroupArn()},
		}},
	})
}

// newResource defines a custom resource. Its properties are a struct of the function's package, so that both sides
// spell them alike.
func (m *machinery) newResource(id, serviceToken string, timeout time.Duration, properties any) awscdk.CustomResource {
	return awscdk.NewCustomResource(m.Stack, &id, &awscdk.CustomResourceProps{
		ResourceType:   new("Custom::" + id),
		ServiceToken:   &serviceToken,
		ServiceTimeout: awscdk.Duration_Seconds(jsii.Number(timeout.Seconds())),
		Properties:     new(customProperties(properties)),
	})
}

// customResourceHour is the longest that CloudFormation waits for a custom resource.
const customResourceHour = time.Hour

func customProperties(properties any) map[string]any {
	var spelled map[string]any
	if err := json.Unmarshal(mustJSON(properties), &spelled); err != nil {
		panic(fmt.Sprintf("custom resource properties: %v", err))
	}
	return spelled
}

// mustJSON is for values of ours, which have JSON.
func mustJSON(value any) []byte {
	encoded, err := json.Marshal(value)
	if err != nil {
		panic(fmt.Sprintf("%T as JSON: %v", value, err))
	}
	return encoded
}

// fingerprint identifies what will stand in the template for the given properties, and the tags, which are put there
// later.
func (m *machinery) fingerprint(properties ...any) string {
	return fmt.Sprintf("%.16x", sha256.Sum256(mustJSON([]any{m.Stack.Resolve(properties), tags(m.Config)})))
}

// describedStack lets role ask what happens to this stack, by its id: to whoever asks by name, IAM compares
// arn:…:stack/name/*, which the id's ARN does not match (aws-parallelcluster #754).
func (m *machinery) describedStack(role awsiam.Role) {
	allow(role, []*string{m.Stack.StackId()}, "cloudformation:DescribeStacks")
}
