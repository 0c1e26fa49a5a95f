package stacks

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"payment-processor/internal/outputs"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsecr"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsecs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awselasticloadbalancingv2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssecretsmanager"
)

// output is what a pipeline can read of a stack, and the export it may import.
type output struct{ Value, Description string }

func newNetworkOutputs(stack awscdk.Stack, config Config, vpc awsec2.IVpc) {
	newOutputs(stack, config, outputs.Network, map[string]output{
		"VpcId":            {*vpc.VpcId(), "The VPC"},
		"PrivateSubnetIds": {subnetIDs(*vpc.PrivateSubnets()), "Subnets of the tasks, with commas between them"},
		"PublicSubnetIds":  {subnetIDs(*vpc.PublicSubnets()), "Subnets of the load balancer, with commas between them"},
	})
}

func subnetIDs(subnets []awsec2.ISubnet) string {
	var ids []string
	for _, subnet := range subnets {
		ids = append(ids, *subnet.SubnetId())
	}
	return strings.Join(ids, ",")
}

// platformOutputs is what newPlatformOutputs tells of.
type platformOutputs struct {
	Cluster                   awsecs.ICluster
	Service                   awsecs.FargateService
	TaskDefinition            awsecs.TaskDefinition
	Repository                awsecr.IRepository
	LoadBalancer              awselasticloadbalancingv2.ApplicationLoadBalancer
	LoadBalancerSecurityGroup awsec2.ISecurityGroup
	AppSecurityGroup          awsec2.ISecurityGroup
	Listener                  awselasticloadbalancingv2.IApplicationListener // production's
	TargetGroup               awselasticloadbalancingv2.IApplicationTargetGroup
	LogGroup                  awslogs.ILogGroup
	DatabaseSecret            awssecretsmanager.ISecret
}

func newPlatformOutputs(stack awscdk.Stack, config Config, p platformOutputs) {
	newOutputs(stack, config, outputs.Platform, map[string]output{
		"AlbSecurityGroupId": {*p.LoadBalancerSecurityGroup.SecurityGroupId(), "Security group of the load balancer"},
		"AppSecurityGroupId": {*p.AppSecurityGroup.SecurityGroupId(), "Security group of the tasks"},
		"EcsClusterName":     {*p.Cluster.ClusterName(), "The cluster"},
		"EcsClusterArn":      {*p.Cluster.ClusterArn(), "The cluster"},
		"EcsServiceName":     {*p.Service.ServiceName(), "The service"},
		"EcrRepositoryUrl":   {*p.Repository.RepositoryUri(), "Where pipelines push images: the same as EcrRepositoryUri"},
		"EcrRepositoryUri":   {*p.Repository.RepositoryUri(), "Where pipelines push images"},
		"LoadBalancerDns":    {*p.LoadBalancer.LoadBalancerDnsName(), "Address of the load balancer"},
		"AlbArn":             {*p.LoadBalancer.LoadBalancerArn(), "The load balancer"},
		"AlbListenerArn":     {*p.Listener.ListenerArn(), "The production listener"},
		"TargetGroupArn":     {*p.TargetGroup.TargetGroupArn(), "The blue target group; which one is live is CodeDeploy's to say"},
		"LogGroupName":       {*p.LogGroup.LogGroupName(), "The application's log"},
		"TaskDefinitionArn":  {*p.TaskDefinition.TaskDefinitionArn(), "The task definition that this deployment released"},
		"DbSecretArn":        {*p.DatabaseSecret.SecretArn(), "The database credentials"},
	})
}

// newOutputs exports values under the names that pipelines know.
func newOutputs(stack awscdk.Stack, config Config, wanted []string, values map[string]output) {
	if got := slices.Sorted(maps.Keys(values)); !slices.Equal(got, slices.Sorted(slices.Values(wanted))) {
		panic(fmt.Sprintf("outputs %v, want %v", got, wanted))
	}
	for _, name := range wanted {
		awscdk.NewCfnOutput(stack, &name, &awscdk.CfnOutputProps{
			Value:       new(values[name].Value),
			Description: new(values[name].Description),
			ExportName:  new(outputs.Export(config.EnvironmentSuffix, name)),
		})
	}
}
