package stacks

import (
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awselasticloadbalancingv2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

const (
	httpPort  = 80
	httpsPort = 443
	testPort  = 9001 // where a release can be tried before traffic moves to it
)

// entrance is how requests come in.
type entrance struct {
	LoadBalancer  awselasticloadbalancingv2.ApplicationLoadBalancer
	SecurityGroup awsec2.ISecurityGroup
	Production    awselasticloadbalancingv2.ApplicationListener
	Test          awselasticloadbalancingv2.ApplicationListener
	Blue, Green   awselasticloadbalancingv2.ApplicationTargetGroup
}

// newEntrance defines the load balancer, its listeners, and the blue and green target groups behind them.
func newEntrance(scope constructs.Construct, vpc awsec2.IVpc, config Config, logs awss3.IBucket) entrance {
	names := config.names()
	group := newLoadBalancerSecurityGroup(scope, vpc, config.LoadBalancer)
	balancer := newLoadBalancer(scope, vpc, config, logs, group)
	in := entrance{
		LoadBalancer:  balancer,
		SecurityGroup: group,
		Blue:          newTargetGroup(scope, "Blue", names.blueTargetGroup(), vpc, config.Task),
		Green:         newTargetGroup(scope, "Green", names.greenTargetGroup(), vpc, config.Task),
	}
	front := newFront(scope, balancer, config.LoadBalancer)
	in.Production = front.newProduction(scope, in.Blue)
	in.Test = newListener(scope, "TestListener", front, testPort, in.Green)
	// After a shift the production listener holds green, and green cannot be deleted before its holder.
	in.Production.Node().AddDependency(in.Green)
	return in
}

func newLoadBalancer(scope constructs.Construct, vpc awsec2.IVpc, config Config, logs awss3.IBucket, group awsec2.ISecurityGroup) awselasticloadbalancingv2.ApplicationLoadBalancer {
	balancer := awselasticloadbalancingv2.NewApplicationLoadBalancer(scope, new("LoadBalancer"), &awselasticloadbalancingv2.ApplicationLoadBalancerProps{
		LoadBalancerName:        new(config.names().loadBalancer()),
		Vpc:                     vpc,
		VpcSubnets:              &awsec2.SubnetSelection{SubnetGroupName: new(publicSubnets)},
		InternetFacing:          new(true),
		SecurityGroup:           group,
		Http2Enabled:            new(true),
		DropInvalidHeaderFields: new(true),
		DesyncMitigationMode:    awselasticloadbalancingv2.DesyncMitigationMode_STRICTEST,
		DeletionProtection:      new(config.Production()),
	})
	balancer.LogAccessLogs(logs, new("requests"))
	balancer.LogConnectionLogs(logs, new("connections"))
	if !config.Production() {
		suppress(balancer, destroyable)
	}
	return balancer
}

// destroyable is of what only production protects.
var destroyable = Suppression{
	Rules: []string{
		"NIST.800.53.R5-ELBDeletionProtectionEnabled", "CT.ELASTICLOADBALANCING.PR.5",
		"NIST.800.53.R5-RDSInstanceDeletionProtectionEnabled", "AwsSolutions-RDS10", "CT.RDS.PR.3",
	},
	Severity: "MEDIUM",
	Reason: "outside production everything can be destroyed, by requirement; production is protected, " +
		"PAY-ENTRANCE-03 and PAY-DATABASE-03 hold",
}

// newLoadBalancerSecurityGroup admits whom the configuration names, and lets nothing out: the service adds its tasks.
func newLoadBalancerSecurityGroup(scope constructs.Construct, vpc awsec2.IVpc, config LoadBalancerConfig) awsec2.SecurityGroup {
	group := awsec2.NewSecurityGroup(scope, new("LoadBalancerSecurityGroup"), &awsec2.SecurityGroupProps{
		Vpc:              vpc,
		Description:      new("Load balancer: the configured clients in, the tasks out"),
		AllowAllOutbound: new(false),
	})
	nameTag(group)
	admit := func(cidrs []string, port int, what string) {
		for _, cidr := range cidrs {
			group.AddIngressRule(awsec2.Peer_Ipv4(&cidr), awsec2.Port_Tcp(jsii.Number(port)), jsii.Sprintf("%s from %s", what, cidr), nil)
		}
	}
	if config.TLS() {
		admit(config.IngressCidrs, httpsPort, "HTTPS")
		admit(config.IngressCidrs, httpPort, "Redirects to HTTPS")
	} else {
		admit(config.IngressCidrs, httpPort, "HTTP")
	}
	admit(config.TestIngressCidrs, testPort, "Tests of a release")
	if slices.Contains(config.IngressCidrs, "0.0.0.0/0") {
		suppress(group, Suppression{
			Rules:    []string{"AwsSolutions-EC23"},
			Severity: "LOW",
			Reason: "customers pay from anywhere: 443, and 80 for redirects, are what FSBP EC2.18 allows; PAY-NETWORK-01 and -02 " +
				"refuse any other port and group",
			Accepted: "the owner of the cardholder data environment: ingressCidrs can be narrowed",
		})
	}
	return group
}

// newListener defines a listener whose traffic CodeDeploy moves. The security group decides who reaches it.
func newListener(scope constructs.Construct, id string, front front, port int, to awselasticloadbalancingv2.ApplicationTargetGroup) awselasticloadbalancingv2.ApplicationListener {
	props := front.listenerProps(port)
	props.DefaultAction = awselasticloadbalancingv2.ListenerAction_Forward(
		&[]awselasticloadbalancingv2.IApplicationTargetGroup{to}, nil)
	listener := awselasticloadbalancingv2.NewApplicationListener(scope, &id, props)
	lintTags(listener)
	if front.certificate == nil {
		suppress(listener, plainHTTP)
	}
	return listener
}

// lintTags keeps cfn-lint 1.51, whose schema is older than the listener's property Tags, from calling them an error.
func lintTags(listener awselasticloadbalancingv2.ApplicationListener) {
	listener.Node().DefaultChild().(awscdk.CfnResource).AddMetadata(new("cfn-lint"), map[string]any{
		"config": map[string]any{"ignore_checks": jsii.Strings("E3002")},
	})
}

// warnOfPlainHTTP tells whoever synthesizes; production has no such listener. To the CDK it is information, because its
// strict validation, which is on, refuses to synthesize with a warning.
func warnOfPlainHTTP(balancer awselasticloadbalancingv2.ApplicationLoadBalancer) {
	awscdk.Annotations_Of(balancer).AddInfoV2(new("payment-processor:plainHttp"),
		new("warning: the load balancer speaks plain HTTP; set certificateArn, or domainName with hostedZoneId and zoneName"))
}
