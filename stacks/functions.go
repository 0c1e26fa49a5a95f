package stacks

import (
	"cmp"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// goFunctionProps describes one of the release machinery's functions.
type goFunctionProps struct {
	Description string
	Asset       string // directory with a bootstrap binary for Linux on arm64
	Handler     string // tells functions of one binary apart; empty: there is one
	Timeout     time.Duration
	MemoryMiB   int
	Environment map[string]*string
	Role        awsiam.IRole
	Logs        awslogs.ILogGroup

	// Where the function runs inside the VPC. Nil: outside, where AWS's APIs can be reached without NAT.
	Vpc           awsec2.IVpc
	SecurityGroup awsec2.ISecurityGroup
	Subnets       string // name of the subnets; empty: the private ones
}

func newGoFunction(scope constructs.Construct, id string, props goFunctionProps) awslambda.Function {
	if props.Handler == "" {
		props.Handler = "bootstrap"
	}
	functionProps := &awslambda.FunctionProps{
		Description:   &props.Description,
		Runtime:       awslambda.Runtime_PROVIDED_AL2023(),
		Architecture:  awslambda.Architecture_ARM_64(),
		Code:          awslambda.Code_FromAsset(&props.Asset, nil),
		Handler:       &props.Handler,
		Timeout:       awscdk.Duration_Seconds(jsii.Number(props.Timeout.Seconds())),
		MemorySize:    jsii.Number(props.MemoryMiB),
		Environment:   &props.Environment,
		Role:          props.Role,
		LogGroup:      props.Logs,
		LoggingFormat: awslambda.LoggingFormat_JSON,
		Tracing:       awslambda.Tracing_ACTIVE,
	}
	if props.Vpc != nil {
		functionProps.Vpc = props.Vpc
		functionProps.VpcSubnets = &awsec2.SubnetSelection{SubnetGroupName: new(cmp.Or(props.Subnets, privateSubnets))}
		functionProps.SecurityGroups = &[]awsec2.ISecurityGroup{props.SecurityGroup}
		// Lambda takes the network interfaces away with the function's rights, some time after the function. A policy that
		// goes before the group leaves them behind, and the group with them (aws-cdk #6701).
		props.SecurityGroup.Node().AddDependency(props.Role.Node().FindChild(new("DefaultPolicy")))
	}
	function := awslambda.NewFunction(scope, &id, functionProps)
	suppress(function, onDemand)
	if props.Vpc == nil {
		suppress(function, outsideVpc)
	}
	return function
}

// functionIdentity is the role of a function and the log group that it writes to: nothing else is allowed by itself.
// AWSLambdaBasicExecutionRole, which the L2 would take, allows to write to every log group.
type functionIdentity struct {
	Role awsiam.Role
	Logs awslogs.LogGroup
}

func newFunctionIdentity(scope constructs.Construct, id, description string, config Config, logKey awskms.IKey) functionIdentity {
	logs := newLogGroup(scope, id+"Logs", logGroupProps{Config: config, Key: logKey, Audit: true})
	return functionIdentity{Role: newFunctionRole(scope, id+"Role", description, logs), Logs: logs}
}

func newFunctionRole(scope constructs.Construct, id, description string, logs awslogs.ILogGroup) awsiam.Role {
	role := awsiam.NewRole(scope, &id, &awsiam.RoleProps{
		Description: &description,
		AssumedBy:   awsiam.NewServicePrincipal(new("lambda.amazonaws.com"), nil),
	})
	allow(role, []*string{logs.LogGroupArn()}, "logs:CreateLogStream", "logs:PutLogEvents")
	suppress(role, ownPolicy, starred)
	return role
}

// tracing is what a function, or a state machine, needs to be traced; AWS knows no resource for it:
// https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html
var tracing = []string{"xray:PutTelemetryRecords", "xray:PutTraceSegments"}

// allow lets role call the actions on the resources; without resources on all, because AWS can scope none of them.
func allow(role awsiam.Role, resources []*string, actions ...string) awsiam.PolicyStatement {
	if len(resources) == 0 {
		resources = []*string{new("*")}
	}
	statement := awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Actions: jsii.PtrSlice(actions...), Resources: &resources,
	})
	role.AddToPolicy(statement)
	return statement
}

// allowVpc lets a function be connected to a VPC. Lambda checks for these on all resources of the account:
// https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions
func allowVpc(role awsiam.Role, arns arns) {
	allow(role, nil, "ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets")
	allow(role, []*string{arns.slash("ec2", "*", "*")}, "ec2:AssignPrivateIpAddresses", "ec2:CreateNetworkInterface",
		"ec2:DeleteNetworkInterface", "ec2:UnassignPrivateIpAddresses")
}
