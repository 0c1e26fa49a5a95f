package stacks

import (
	"payment-processor/lambda/database"
	"payment-processor/lambda/rotationrelease"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awseventstargets"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssecretsmanager"
	"github.com/aws/jsii-runtime-go"
)

// rotationDays are the longest that a password is used: PCI DSS 8.6.3 leaves it to a risk analysis, 90 days are usual.
// The user whose password changes is the one that no running task has been given for as long as that.
const rotationDays = 30

// newRotation has Secrets Manager change the application's credentials every month. Those before stay valid until the
// rotation after: the tasks that hold them have been replaced by then. It is nil where others run the database.
func newRotation(m *machinery, c credentials, props PlatformStackProps, ask awslambda.Function) awslambda.Function {
	if props.Database == nil {
		return nil
	}
	as := m.identity("Rotation", "Rotation changes the application's database password")
	allow(as.Role, []*string{c.Own.SecretArn()}, "secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue",
		"secretsmanager:PutSecretValue", "secretsmanager:UpdateSecretVersionStage")
	allowKey(m, as.Role, c.Own.EncryptionKey(), "kms:Decrypt", "kms:GenerateDataKey")
	allowMaster(m, as.Role, props.Database)
	allow(as.Role, []*string{ask.FunctionArn()}, "lambda:InvokeFunction")
	allowVpc(as.Role, m.Arns)

	group := newDatabaseFunctionGroup(m, "Rotation", props)
	reach(group, "ToLambda", props.Database.LambdaEndpoint)
	c.Database.admit("Rotation", group)
	function := newGoFunction(m.Stack, "RotationFunction", goFunctionProps{
		Description: "Rotation of the payment processor's database credentials", Asset: m.Functions.Database, Handler: "rotate",
		Timeout: database.RotationTimeout, MemoryMiB: 256, Role: as.Role, Logs: as.Logs,
		Vpc: props.Vpc, SecurityGroup: group, Subnets: isolatedSubnets,
		Environment: map[string]*string{
			database.EnvMasterSecret: &props.Database.MasterSecret,
			database.EnvHost:         props.Database.Cluster.ClusterEndpoint().Hostname(),
			database.EnvRelease:      ask.FunctionName(),
		},
	})
	function.Node().AddDependency(group)
	function.AddPermission(new("SecretsManager"), &awslambda.Permission{
		Principal: awsiam.NewServicePrincipal(new("secretsmanager.amazonaws.com"), nil), SourceArn: c.Own.SecretArn(),
	})
	schedule := awssecretsmanager.NewCfnRotationSchedule(m.Stack, new("RotationSchedule"), &awssecretsmanager.CfnRotationScheduleProps{
		SecretId:          c.Own.SecretArn(),
		RotationLambdaArn: function.FunctionArn(),
		RotationRules: &awssecretsmanager.CfnRotationSchedule_RotationRulesProperty{
			AutomaticallyAfterDays: jsii.Number(rotationDays),
		},
		RotateImmediatelyOnUpdate: new(false), // the password is as new as the schedule
	})
	schedule.Node().AddDependency(function, c.resource)
	return function
}

// newRotationRelease releases the version that is live once more when the tasks' secret has changed, whoever has changed
// it. It is outside the VPC, where it reaches CodeDeploy and ECS without NAT.
func newRotationRelease(m *machinery, secret awssecretsmanager.ISecret, props releaseProps) (awslambda.Function, awsevents.Rule) {
	days := 0 // others run the database, change its password and watch that
	if m.Config.Database.Created() {
		days = rotationDays
	}
	names, as := m.Config.names(), m.identity("RotationRelease", "RotationRelease gives tasks the rotated credentials")
	allow(as.Role, []*string{m.Arns.deploymentGroup()}, "codedeploy:BatchGetDeployments", "codedeploy:CreateDeployment",
		"codedeploy:ListDeployments")
	allow(as.Role, []*string{m.Arns.codeDeployApplication()}, "codedeploy:GetApplicationRevision", "codedeploy:RegisterApplicationRevision")
	allow(as.Role, []*string{props.DeploymentGroup.DeploymentConfig().DeploymentConfigArn()}, "codedeploy:GetDeploymentConfig")
	allow(as.Role, []*string{m.Arns.service()}, "ecs:DescribeServices")
	allow(as.Role, []*string{secret.SecretArn()}, "secretsmanager:DescribeSecret", "secretsmanager:ListSecretVersionIds")
	m.describedStack(as.Role)

	function := newGoFunction(m.Stack, "RotationReleaseFunction", goFunctionProps{
		Description: "Releases the live version again when its database credentials have changed", Asset: m.Functions.RotationRelease,
		Timeout: rotationrelease.Timeout, MemoryMiB: 256, Role: as.Role, Logs: as.Logs,
		Environment: map[string]*string{
			rotationrelease.EnvProperties: m.Stack.ToJsonString(customProperties(rotationrelease.Properties{
				Cluster:         names.application(),
				Service:         names.application(),
				Application:     names.application(),
				DeploymentGroup: names.application(),
				AppSpec:         *m.Stack.ToJsonString(appSpec(m.Config, props, new(rotationrelease.Primary)), nil),
				Stack:           *m.Stack.StackId(),
				Secret:          *secret.SecretArn(),
				RotationDays:    days,
			}), nil),
		},
	})
	schedule := awsevents.NewRule(m.Stack, new("RotationReleaseSchedule"), &awsevents.RuleProps{
		Description: new("asks RotationRelease whether the tasks' credentials have changed"),
		Schedule:    awsevents.Schedule_Rate(awscdk.Duration_Minutes(jsii.Number(rotationrelease.Every.Minutes()))),
		Targets:     &[]awsevents.IRuleTarget{awseventstargets.NewLambdaFunction(function, nil)},
	})
	return function, schedule
}
