package stacks

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsrds"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// isolatedSubnets have no route out of the VPC.
const isolatedSubnets = "Isolated"

// masterUser is the cluster's administrator, whom only the rotation function and Custom::ApplicationCredentials log in as.
const masterUser = "master"

// databaseEngine is pinned. It is one of those that pause at 0 ACU (Aurora User Guide, "Aurora Serverless v2
// capacity"). A minor upgrade that AWS has made meanwhile is not undone: CloudFormation sends the version only when it
// changes here, and then it must be the newer one.
func databaseEngine() awsrds.IClusterEngine {
	return awsrds.DatabaseClusterEngine_AuroraPostgres(&awsrds.AuroraPostgresClusterEngineProps{
		Version: awsrds.AuroraPostgresEngineVersion_VER_17_7(),
	})
}

type databaseClusterProps struct {
	Config        Config
	Vpc           awsec2.IVpc
	SecurityGroup awsec2.ISecurityGroup
	Key           awskms.IKey
	MasterKey     awskms.IKey
}

func newDatabaseCluster(stack awscdk.Stack, props databaseClusterProps) awsrds.DatabaseCluster {
	config, database := props.Config, props.Config.Database
	logs := newDatabaseLog(stack, config)
	clusterProps := &awsrds.DatabaseClusterProps{
		ClusterIdentifier:               new(config.names().application()),
		Engine:                          databaseEngine(),
		DefaultDatabaseName:             new(paymentsName),
		Vpc:                             props.Vpc,
		SubnetGroup:                     newDatabaseSubnets(stack, props.Vpc),
		SecurityGroups:                  &[]awsec2.ISecurityGroup{props.SecurityGroup},
		ParameterGroup:                  newDatabaseParameters(stack),
		Credentials:                     awsrds.Credentials_FromUsername(new(masterUser), &awsrds.CredentialsFromUsernameOptions{EncryptionKey: props.MasterKey}),
		ManageMasterUserPassword:        new(true), // RDS makes it and rotates it each week: no function of ours has to
		IamAuthentication:               new(true),
		StorageEncrypted:                new(true),
		StorageEncryptionKey:            props.Key,
		ServerlessV2MinCapacity:         jsii.Number(database.MinACU),
		ServerlessV2MaxCapacity:         jsii.Number(database.MaxACU),
		Writer:                          newDatabaseInstance("Writer", 0, props),
		Readers:                         databaseReaders(props),
		Backup:                          &awsrds.BackupProps{Retention: awscdk.Duration_Days(jsii.Number(database.BackupDays))},
		CopyTagsToSnapshot:              new(true),
		DeleteAutomatedBackups:          new(!config.Production()),
		DeletionProtection:              new(config.Production()),
		RemovalPolicy:                   config.snapshotInProduction(),
		AutoMinorVersionUpgrade:         new(true),
		CloudwatchLogsExports:           jsii.Strings(databaseLogType),
		EnablePerformanceInsights:       new(true), // Database Insights in its standard mode
		PerformanceInsightEncryptionKey: props.Key,
		PerformanceInsightRetention:     awsrds.PerformanceInsightRetention_DEFAULT,
		DatabaseInsightsMode:            awsrds.DatabaseInsightsMode_STANDARD,
		MonitoringInterval:              awscdk.Duration_Seconds(jsii.Number(monitoringSeconds)),
		MonitoringRole:                  newMonitoringRole(stack, config),
	}
	if database.MinACU == 0 {
		clusterProps.ServerlessV2AutoPauseDuration = awscdk.Duration_Minutes(jsii.Number(database.AutoPauseMinutes))
	}
	cluster := awsrds.NewDatabaseCluster(stack, new("Cluster"), clusterProps)
	suppress(cluster, Suppression{
		Rules:    []string{"NIST.800.53.R5-RDSInBackupPlan"},
		Severity: "MEDIUM",
		Reason:   "Aurora backs up continuously, for the days that PAY-DATABASE-06 holds; a plan of AWS Backup's is the landing zone's",
		Accepted: "the compliance officer: backups stay in the account and region",
	})
	if !config.Production() {
		suppress(cluster, destroyable)
	}
	cluster.Node().AddDependency(logs) // else RDS makes the log group: unencrypted, kept for ever, and not ours to delete
	return cluster
}

// databaseReaders have the writer's capacity at all times, because each must be able to take over.
func databaseReaders(props databaseClusterProps) *[]awsrds.IClusterInstance {
	readers := []awsrds.IClusterInstance{}
	for i := range props.Config.Database.Readers {
		readers = append(readers, newDatabaseInstance(*jsii.Sprintf("Reader%d", i+1), i+1, props))
	}
	return &readers
}

// newDatabaseInstance puts an instance into the zone of the subnets with that index.
func newDatabaseInstance(id string, zone int, props databaseClusterProps) awsrds.IClusterInstance {
	instance := &awsrds.ServerlessV2ClusterInstanceProps{
		AvailabilityZone:   (*props.Vpc.IsolatedSubnets())[zone].AvailabilityZone(),
		PubliclyAccessible: new(false),
		CaCertificate:      awsrds.CaCertificate_RDS_CA_RSA2048_G1(),
		// The default, spelled out: Security Hub and scanners ask the instance (RDS.13), and the cluster (RDS.35).
		AutoMinorVersionUpgrade: new(true),
		// As the cluster has it: without, the CDK warns that they differ.
		EnablePerformanceInsights:       new(true),
		PerformanceInsightEncryptionKey: props.Key,
	}
	if zone > 0 {
		instance.ScaleWithWriter = new(true)
	}
	return awsrds.ClusterInstance_ServerlessV2(&id, instance)
}

func newDatabaseSubnets(scope constructs.Construct, vpc awsec2.IVpc) awsrds.SubnetGroup {
	return awsrds.NewSubnetGroup(scope, new("Subnets"), &awsrds.SubnetGroupProps{
		Description:   new("Subnets without a route out of the VPC"),
		Vpc:           vpc,
		VpcSubnets:    &awsec2.SubnetSelection{SubnetGroupName: new(isolatedSubnets)},
		RemovalPolicy: awscdk.RemovalPolicy_DESTROY, // it holds nothing
	})
}

// snapshotInProduction is the removal policy of the database: production's is never gone without a last snapshot.
func (c Config) snapshotInProduction() awscdk.RemovalPolicy {
	if c.Production() {
		return awscdk.RemovalPolicy_SNAPSHOT
	}
	return awscdk.RemovalPolicy_DESTROY
}
