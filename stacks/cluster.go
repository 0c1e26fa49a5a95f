package stacks

import (
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsecs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// newCluster defines the cluster. Who opens a shell in a task (ECS Exec) does so over an encrypted session that is
// recorded, and production keeps the record.
//
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html
func newCluster(scope constructs.Construct, vpc awsec2.IVpc, config Config, logKey awskms.IKey) awsecs.Cluster {
	sessionKey := awskms.NewKey(scope, new("SessionKey"), &awskms.KeyProps{
		Description:       jsii.Sprintf("ECS Exec sessions in %s", config.names().application()),
		EnableKeyRotation: new(true),
		RemovalPolicy:     config.keptInProduction(),
	})
	cluster := awsecs.NewCluster(scope, new("Cluster"), &awsecs.ClusterProps{
		ClusterName:         new(config.names().application()),
		Vpc:                 vpc,
		ContainerInsightsV2: awsecs.ContainerInsights_ENHANCED,
		ExecuteCommandConfiguration: &awsecs.ExecuteCommandConfiguration{
			// By its ARN, because the L2 would let CloudWatch Logs use the key for every log group of the account, which
			// sessions do not need.
			KmsKey:  awskms.Key_FromKeyArn(scope, new("SessionKeyByArn"), sessionKey.KeyArn()),
			Logging: awsecs.ExecuteCommandLogging_OVERRIDE,
			LogConfiguration: &awsecs.ExecuteCommandLogConfiguration{
				CloudWatchLogGroup:          newLogGroup(scope, "SessionLogs", logGroupProps{Config: config, Key: logKey, Audit: true}),
				CloudWatchEncryptionEnabled: new(true),
			},
		},
	})
	// Before the cluster: ECS would make it, unencrypted, kept for ever, and not ours to delete.
	cluster.Node().AddDependency(newLogGroup(scope, "InsightsLogs", logGroupProps{
		Config: config, Key: logKey, Name: config.names().insightsLogGroup(),
	}))
	return cluster
}

// newCapacityProviders gives the cluster on-demand Fargate and Fargate Spot. It comes after the load balancer, and that
// after the cluster: in an account that never had one, creating a cluster makes ECS's service-linked role, and ECS
// refuses this association until the role is known everywhere. A load balancer takes long enough for that. The L2, which
// would make the association right after the cluster, has no way to wait.
//
// https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/818
func newCapacityProviders(scope constructs.Construct, cluster awsecs.Cluster, balancer constructs.IConstruct, capacity CapacityConfig) awsecs.CfnClusterCapacityProviderAssociations {
	balancer.Node().AddDependency(cluster)
	var strategy, names []any
	for _, share := range *capacityStrategy(capacity) {
		names = append(names, share.CapacityProvider)
		strategy = append(strategy, &awsecs.CfnClusterCapacityProviderAssociations_CapacityProviderStrategyProperty{
			CapacityProvider: share.CapacityProvider, Base: share.Base, Weight: share.Weight,
		})
	}
	providers := awsecs.NewCfnClusterCapacityProviderAssociations(scope, new("CapacityProviders"), &awsecs.CfnClusterCapacityProviderAssociationsProps{
		Cluster: cluster.ClusterName(), CapacityProviders: &names, DefaultCapacityProviderStrategy: strategy,
	})
	providers.Node().AddDependency(balancer)
	return providers
}

// capacityStrategy spreads tasks over on-demand Fargate and Fargate Spot.
func capacityStrategy(capacity CapacityConfig) *[]*awsecs.CapacityProviderStrategy {
	return &[]*awsecs.CapacityProviderStrategy{
		{CapacityProvider: new("FARGATE"), Base: jsii.Number(capacity.FargateBase), Weight: jsii.Number(capacity.FargateWeight)},
		{CapacityProvider: new("FARGATE_SPOT"), Weight: jsii.Number(capacity.FargateSpotWeight)},
	}
}
