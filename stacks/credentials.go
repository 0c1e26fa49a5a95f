package stacks

import (
	"fmt"

	"payment-processor/lambda/database"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssecretsmanager"
	"github.com/aws/jsii-runtime-go"
)

// credentials are how the payment processor logs in to its database.
type credentials struct {
	Secret   awssecretsmanager.ISecret // that tasks are given
	Own      awssecretsmanager.Secret  // db-credentials-{suffix}; tasks are given another one with databaseSecretArn
	Database databaseAccess

	resource awscdk.CustomResource // that puts the database's address into Own; nil with databaseSecretArn
	asked    any                   // its properties
}

// newCredentials defines the application's secret. It is the same resource whichever database there is, because
// CloudFormation makes another one before it deletes this one, whose name it could not have.
func newCredentials(m *machinery, props PlatformStackProps) credentials {
	own := newDatabaseSecret(m.Stack, m.Config)
	c := credentials{Secret: own, Own: own, Database: newDatabaseAccess(props)}
	if m.Config.Database.SecretArn != "" {
		c.Secret = givenSecret(m)
		return c
	}
	properties := database.Properties{
		SecretArn: *own.SecretArn(),
		Host:      m.Config.Database.Host,
		Port:      fmt.Sprint(m.Config.Database.Port),
		Database:  m.Config.Database.Name,
		Username:  applicationUser,
	}
	if props.Database != nil {
		properties.MasterSecretArn = props.Database.MasterSecret
		properties.Host = *props.Database.Cluster.ClusterEndpoint().Hostname()
	}
	caller := m.newCaller("ApplicationCredentials", newCredentialsFunction(m, c, props))
	c.asked = customProperties(properties)
	c.resource = m.newResource("ApplicationCredentials", *caller.ServiceToken(), callerTimeout, properties)
	return c
}

// labels say to which database a revision of the task connects: another database is another revision, and so a release.
func (c credentials) labels() *map[string]*string {
	if c.resource == nil {
		return nil // the secret's ARN says it
	}
	return &map[string]*string{"payment-processor.database": c.resource.GetAttString(new(database.Attribute))}
}

// readable lets ECS decrypt a given secret before it starts a task. Reading it the task definition allows by itself, and
// for our own secret the key's policy does.
func (c credentials) readable(m *machinery, executionRole awsiam.IRole) {
	if m.Config.Database.SecretKeyArn == "" {
		return
	}
	executionRole.AddToPrincipalPolicy(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Actions: jsii.Strings("kms:Decrypt"), Resources: jsii.Strings(m.Config.Database.SecretKeyArn),
		Conditions: viaSecretsManager(m.Config),
	}))
}

func viaSecretsManager(config Config) *map[string]any {
	return &map[string]any{"StringEquals": map[string]any{
		"kms:ViaService": fmt.Sprintf("secretsmanager.%s.amazonaws.com", config.Region),
	}}
}

func givenSecret(m *machinery) awssecretsmanager.ISecret {
	return awssecretsmanager.Secret_FromSecretCompleteArn(m.Stack, new("GivenSecret"), &m.Config.Database.SecretArn)
}

// newCredentialsFunction stands where nothing leads out of the VPC.
func newCredentialsFunction(m *machinery, c credentials, props PlatformStackProps) awslambda.Function {
	as := m.identity("ApplicationCredentials", "ApplicationCredentials makes the application's users")
	allow(as.Role, []*string{c.Own.SecretArn()},
		"secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue", "secretsmanager:UpdateSecretVersionStage")
	allowKey(m, as.Role, c.Own.EncryptionKey(), "kms:Decrypt", "kms:GenerateDataKey")
	allowMaster(m, as.Role, props.Database)
	allowVpc(as.Role, m.Arns)

	group := newDatabaseFunctionGroup(m, "ApplicationCredentials", props)
	if props.Database != nil {
		c.Database.admit("ApplicationCredentials", group)
	}
	function := newGoFunction(m.Stack, "ApplicationCredentialsFunction", goFunctionProps{
		Description: "ApplicationCredentials of the payment processor", Asset: m.Functions.Database, Handler: "credentials",
		Timeout: database.Timeout, MemoryMiB: 256, Role: as.Role, Logs: as.Logs,
		Vpc: props.Vpc, SecurityGroup: group, Subnets: isolatedSubnets,
	})
	function.Node().AddDependency(group)
	return function
}

// newDatabaseFunctionGroup is the security group of a function that is shown the master user's password, and reads it
// through the endpoint for secrets.
func newDatabaseFunctionGroup(m *machinery, id string, props PlatformStackProps) awsec2.SecurityGroup {
	group := awsec2.NewSecurityGroup(m.Stack, new(id+"SecurityGroup"), &awsec2.SecurityGroupProps{
		Vpc:              props.Vpc,
		Description:      jsii.Sprintf("%s: the database and AWS out, nothing in", id),
		AllowAllOutbound: new(false),
	})
	nameTag(group)
	reach(group, "ToSecrets", props.SecretsEndpoint)
	return group
}

// reach lets the members of group speak to an endpoint. What depends on group comes after the rule.
func reach(group awsec2.SecurityGroup, id string, endpoint awsec2.ISecurityGroup) {
	awsec2.NewCfnSecurityGroupEgress(group, &id, &awsec2.CfnSecurityGroupEgressProps{
		GroupId: group.SecurityGroupId(), DestinationSecurityGroupId: endpoint.SecurityGroupId(),
		IpProtocol: new("tcp"), FromPort: jsii.Number(443), ToPort: jsii.Number(443), Description: new("HTTPS to an endpoint"),
	})
}

// allowMaster lets role read the password of the database's master user, where there is one.
func allowMaster(m *machinery, role awsiam.Role, from *DatabaseStack) {
	if from == nil {
		return
	}
	allow(role, []*string{&from.MasterSecret}, "secretsmanager:GetSecretValue")
	allowKey(m, role, from.MasterKey, "kms:Decrypt")
}

// allowKey lets role use a secret's key, and only by way of Secrets Manager.
func allowKey(m *machinery, role awsiam.Role, key awskms.IKey, actions ...string) {
	allow(role, []*string{key.KeyArn()}, actions...).AddConditions(viaSecretsManager(m.Config))
}
