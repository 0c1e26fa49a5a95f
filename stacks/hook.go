package stacks

import (
	"time"

	"payment-processor/lambda/hook"

	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/jsii-runtime-go"
)

// newHook defines the check of green before production traffic moves to it. The hook stays outside the VPC, where it
// reaches AWS's APIs without NAT; the probe is inside, where it reaches the tasks, and nothing else.
func newHook(m *machinery, probe awslambda.Function) awslambda.Function {
	as := m.identity("Hook", "The hook lets traffic move to green")
	allow(as.Role, nil,
		"codedeploy:BatchGetDeploymentTargets", "codedeploy:ListDeploymentTargets", "codedeploy:PutLifecycleEventHookExecutionStatus",
		"elasticloadbalancing:DescribeTargetGroups", "elasticloadbalancing:DescribeTargetHealth")
	allow(as.Role, []*string{probe.FunctionArn()}, "lambda:InvokeFunction")
	return newGoFunction(m.Stack, "HookFunction", goFunctionProps{
		Description: "Lets traffic move to green when its tasks answer",
		Asset:       m.Functions.Hook, Timeout: hook.Timeout, MemoryMiB: 256, Role: as.Role, Logs: as.Logs,
		Environment: map[string]*string{
			"PROBE_FUNCTION":    probe.FunctionName(),
			"HEALTH_CHECK_PATH": new(m.Config.Task.HealthCheckPath),
		},
	})
}

// newProbe defines who asks tasks, on behalf of the hook and, in a first deployment, of Release.
func newProbe(m *machinery, vpc awsec2.IVpc, to placement) awslambda.Function {
	group := awsec2.NewSecurityGroup(m.Stack, new("ProbeSecurityGroup"), &awsec2.SecurityGroupProps{
		Vpc:              vpc,
		Description:      new("Probe of a release: the tasks out, nothing in"),
		AllowAllOutbound: new(false),
	})
	nameTag(group)
	group.Connections().AllowTo(to.SecurityGroup, awsec2.Port_Tcp(jsii.Number(to.Port)), new("Probe to tasks"))

	as := m.identity("Probe", "The probe asks tasks how they are")
	allowVpc(as.Role, m.Arns)
	probe := newGoFunction(m.Stack, "ProbeFunction", goFunctionProps{
		Description: "Asks tasks for their health from inside the VPC",
		Asset:       m.Functions.Probe, Timeout: time.Minute, MemoryMiB: 128, Role: as.Role, Logs: as.Logs,
		Vpc: vpc, SecurityGroup: group,
	})
	probe.Node().AddDependency(group) // and the rule that lets it out
	return probe
}

// hooks are what CodeDeploy calls in the course of a deployment, in the order in which it does.
func hooks(config DeploymentConfig, own awslambda.Function) []map[string]any {
	var all []map[string]any
	if config.LifecycleHookArn != "" {
		all = append(all, map[string]any{"AfterAllowTestTraffic": config.LifecycleHookArn})
	}
	return append(all, map[string]any{"BeforeAllowTraffic": own.FunctionArn()})
}

func hookArns(config DeploymentConfig, own awslambda.Function) []*string {
	all := []*string{own.FunctionArn()}
	if config.LifecycleHookArn != "" {
		all = append(all, &config.LifecycleHookArn)
	}
	return all
}
