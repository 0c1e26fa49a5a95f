package stacks

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsrds"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// DatabaseStackProps configures the database.
type DatabaseStackProps struct {
	awscdk.StackProps
	Config Config
	Vpc    awsec2.IVpc
}

// DatabaseStack is what other stacks may use of the database.
type DatabaseStack struct {
	Stack          awscdk.Stack
	Cluster        awsrds.DatabaseCluster
	SecurityGroup  awsec2.ISecurityGroup // admits nobody by itself: who connects brings the rule
	LambdaEndpoint awsec2.ISecurityGroup // of the endpoint by which rotation asks for a release
	MasterSecret   string                // ARN of the master user's secret, which RDS makes and rotates
	MasterKey      awskms.IKey           // that encrypts it
}

// NewDatabaseStack defines the database that payments are kept in. It knows nothing of who uses it: the application's
// own users, their secret and its rotation are the platform's, so that this stack is left alone when the configuration
// turns to an external database.
func NewDatabaseStack(scope constructs.Construct, id string, props DatabaseStackProps) DatabaseStack {
	stack, config := awscdk.NewStack(scope, &id, &props.StackProps), props.Config

	key := newDatabaseKey(stack, "Key", "Storage, backups and insights of the database", config)
	masterKey := newDatabaseKey(stack, "MasterKey", "The secret of the database's master user", config)
	group := awsec2.NewSecurityGroup(stack, new("SecurityGroup"), &awsec2.SecurityGroupProps{
		Vpc:              props.Vpc,
		Description:      new("Database: whom the platform lets in, nothing out"),
		AllowAllOutbound: new(false),
	})
	nameTag(group)
	cluster := newDatabaseCluster(stack, databaseClusterProps{
		Config: config, Vpc: props.Vpc, SecurityGroup: group, Key: key, MasterKey: masterKey,
	})

	return DatabaseStack{
		Stack: stack, Cluster: cluster, SecurityGroup: group, MasterKey: masterKey,
		LambdaEndpoint: newLambdaEndpoint(stack, props.Vpc, config),
		MasterSecret:   *cluster.Node().DefaultChild().(awsrds.CfnDBCluster).AttrMasterUserSecretSecretArn(),
	}
}

// newDatabaseKey defines a key. Production keeps it: a snapshot is unreadable without.
func newDatabaseKey(scope constructs.Construct, id, what string, config Config) awskms.Key {
	return awskms.NewKey(scope, &id, &awskms.KeyProps{
		Description:       jsii.Sprintf("%s (%s)", what, config.EnvironmentSuffix),
		EnableKeyRotation: new(true),
		RemovalPolicy:     config.keptInProduction(),
	})
}

// newLambdaEndpoint lets the rotation function, which has no way out, ask for a release. It is in one zone only: where
// that zone is lost, the release is asked for by the schedule, minutes later.
func newLambdaEndpoint(stack awscdk.Stack, vpc awsec2.IVpc, config Config) awsec2.ISecurityGroup {
	door := newEndpointSecurityGroup(stack, "LambdaEndpointSecurityGroup", "Endpoint of Lambda", vpc, config)
	endpoint := awsec2.NewInterfaceVpcEndpoint(stack, new("LambdaEndpoint"), &awsec2.InterfaceVpcEndpointProps{
		Vpc:               vpc,
		Service:           awsec2.InterfaceVpcEndpointAwsService_LAMBDA(),
		PrivateDnsEnabled: new(true),
		Open:              new(false),
		SecurityGroups:    &[]awsec2.ISecurityGroup{door},
		Subnets:           &awsec2.SubnetSelection{Subnets: new((*vpc.IsolatedSubnets())[:1])},
	})
	endpoint.AddToPolicy(ownAccount(stack, "lambda", nil))
	nameTag(endpoint)
	return door
}
