package stacks

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// newLogKey defines a rotating key with which CloudWatch Logs encrypts the log groups that CloudFormation names in
// this stack, and the given ones beside them. Production keeps it: retained logs are unreadable without.
//
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
func newLogKey(scope constructs.Construct, id string, config Config, logGroupNames ...string) awskms.Key {
	stack := awscdk.Stack_Of(scope)
	key := awskms.NewKey(scope, &id, &awskms.KeyProps{
		Description:       jsii.Sprintf("Log groups of %s", *stack.StackName()),
		EnableKeyRotation: new(true),
		RemovalPolicy:     config.keptInProduction(),
	})
	key.AddToResourcePolicy(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Sid:        new("LogGroupsOfThisStack"),
		Principals: &[]awsiam.IPrincipal{awsiam.NewServicePrincipal(jsii.Sprintf("logs.%s.amazonaws.com", config.Region), nil)},
		Actions:    jsii.Strings("kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"),
		Resources:  jsii.Strings("*"), // in a key policy, this key
		Conditions: &map[string]any{"ArnLike": map[string]any{
			"kms:EncryptionContext:aws:logs:arn": logGroupArns(stack, append([]string{*stack.StackName() + "-*"}, logGroupNames...)),
		}},
	}), nil)
	return key
}

func logGroupArns(stack awscdk.Stack, names []string) []*string {
	var arns []*string
	for _, name := range names {
		arns = append(arns, stack.FormatArn(&awscdk.ArnComponents{
			Service: new("logs"), Resource: new("log-group"), ResourceName: &name, ArnFormat: awscdk.ArnFormat_COLON_RESOURCE_NAME,
		}))
	}
	return arns
}

type logGroupProps struct {
	Config Config
	Key    awskms.IKey
	Name   string // empty: CloudFormation names it; a name of our own must be among newLogKey's
	Kept   bool   // production keeps it when the stack goes
	Audit  bool   // an assessor asks for it: kept, and for auditLogDays
}

func newLogGroup(scope constructs.Construct, id string, props logGroupProps) awslogs.LogGroup {
	groupProps := &awslogs.LogGroupProps{EncryptionKey: props.Key, RemovalPolicy: awscdk.RemovalPolicy_DESTROY}
	if props.Name != "" {
		groupProps.LogGroupName = &props.Name
	}
	days := props.Config.LogRetentionDays
	if props.Audit {
		days = props.Config.auditLogDays()
	}
	if props.Audit || props.Kept {
		groupProps.RemovalPolicy = props.Config.keptInProduction()
	}
	group := awslogs.NewLogGroup(scope, &id, groupProps)
	// The L2 takes an enum where the configuration, and CloudWatch, have a number of days.
	group.Node().DefaultChild().(awslogs.CfnLogGroup).SetRetentionInDays(jsii.Number(days))
	return group
}

// keptInProduction is the removal policy of what an auditor may still ask for; elsewhere nothing is left behind. What a
// failed first deployment has made goes even in production: its names would stand in the way of the second.
func (c Config) keptInProduction() awscdk.RemovalPolicy {
	if c.Production() {
		return awscdk.RemovalPolicy_RETAIN_ON_UPDATE_OR_DELETE
	}
	return awscdk.RemovalPolicy_DESTROY
}

// logProvider gives one of the CDK's own custom resource functions a log group of ours, traces, and the tags. The provider is
// the construct of that id in the stack.
func logProvider(stack awscdk.Stack, id, provider string, props logGroupProps) {
	function := stack.Node().FindChild(&provider).(awscdk.CustomResourceProviderBase)
	suppress(function, ownPolicy, starred, onDemand, outsideVpc)
	logs := newLogGroup(stack, id, props)
	function.AddToRolePolicy(&map[string]any{
		"Effect":   "Allow",
		"Action":   jsii.Strings("logs:CreateLogStream", "logs:PutLogEvents"),
		"Resource": logs.LogGroupArn(),
	})
	function.AddToRolePolicy(&map[string]any{"Effect": "Allow", "Action": tracing, "Resource": "*"})
	role := function.Node().FindChild(new("Role")).(awscdk.CfnResource)
	handler := function.Node().FindChild(new("Handler")).(awscdk.CfnResource)

	const logging = "the CDK's own right and log group would be for any log group, unencrypted, and kept for ever"
	override(role, "ManagedPolicyArns", nil, logging)
	override(handler, "LoggingConfig", map[string]any{"LogGroup": logs.LogGroupName(), "LogFormat": "JSON"}, logging)

	override(handler, "TracingConfig", map[string]any{"Mode": "Active"}, "the CDK does not ask for traces")

	const untagged = "the CDK does not tag what it defines without a type"
	override(role, "Tags", cfnTags(stack, props.Config), untagged)
	override(handler, "Tags", cfnTags(stack, props.Config), untagged)
}
