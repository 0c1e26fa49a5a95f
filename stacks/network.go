package stacks

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// NetworkStackProps configures the network.
type NetworkStackProps struct {
	awscdk.StackProps
	Config Config
}

// NetworkStack is what other stacks may use of the network.
type NetworkStack struct {
	Stack           awscdk.Stack
	Vpc             awsec2.IVpc
	SecretsEndpoint awsec2.ISecurityGroup // of the endpoint to Secrets Manager
	NatGatewayIDs   []string              // one for each NAT gateway, tokens; empty without NAT
}

// NewNetworkStack defines the VPC, its endpoints and its flow logs.
func NewNetworkStack(scope constructs.Construct, id string, props NetworkStackProps) NetworkStack {
	stack := awscdk.NewStack(scope, &id, &props.StackProps)
	answerZoneLookup(stack, props.Config)

	nat := awsec2.NatProvider_Gateway(nil)
	vpc := newVpc(stack, props.Config, nat)
	for _, subnet := range *vpc.PublicSubnets() {
		suppress(subnet, Suppression{
			Rules:    []string{"PCI.DSS.321-VPCNoUnrestrictedRouteToIGW", "NIST.800.53.R5-VPCNoUnrestrictedRouteToIGW"},
			Severity: "LOW",
			Reason:   "it is what a public subnet is: the load balancer answers from it; PAY-NETWORK-10 keeps the others without",
		})
	}
	secrets := newEndpoints(stack, vpc, props.Config)

	key := newLogKey(stack, "LogKey", props.Config)
	newFlowLog(stack, vpc, props.Config, key)
	logProvider(stack, "DefaultSecurityGroupHandlerLogs", "Custom::VpcRestrictDefaultSGCustomResourceProvider",
		logGroupProps{Config: props.Config, Key: key, Audit: true})
	newNetworkOutputs(stack, props.Config, vpc)
	exportForDatabase(stack, vpc)
	stack.ExportValue(secrets.SecurityGroupId(), nil) // also while nobody imports it: databaseSecretArn may be set, and unset

	return NetworkStack{Stack: stack, Vpc: vpc, SecretsEndpoint: secrets, NatGatewayIDs: natGatewayIDs(nat)}
}

// exportForDatabase exports what a DatabaseStack imports whether or not there is one in the app: one that is left behind
// when the configuration turns to an external database still holds on to these, and CloudFormation would refuse to take
// them away.
func exportForDatabase(stack awscdk.Stack, vpc awsec2.Vpc) {
	stack.ExportValue(vpc.VpcId(), nil)
	for _, subnet := range *vpc.IsolatedSubnets() {
		stack.ExportValue(subnet.SubnetId(), nil)
	}
}

// maxZones is how many zones the subnets' addresses leave room for: three kinds of subnet in three zones each get one
// of the 16 blocks of the VPC.
const (
	maxZones   = 3
	subnetBits = 4
)

func newVpc(stack awscdk.Stack, config Config, nat awsec2.NatProvider) awsec2.Vpc {
	return awsec2.NewVpc(stack, new("Vpc"), &awsec2.VpcProps{
		VpcName:           new(config.names().vpc()),
		IpAddresses:       awsec2.IpAddresses_Cidr(&config.Network.VpcCidr),
		AvailabilityZones: zones(config),
		// Room is kept for the zones not used yet: a zone more must not renumber, and so replace, the subnets there are.
		ReservedAzs:                  jsii.Number(maxZones - config.Network.AvailabilityZones),
		EnableDnsHostnames:           new(true),
		EnableDnsSupport:             new(true),
		RestrictDefaultSecurityGroup: new(true),
		NatGateways:                  jsii.Number(config.Network.NatGateways),
		NatGatewayProvider:           nat,
		SubnetConfiguration: &[]*awsec2.SubnetConfiguration{
			{Name: new("Public"), SubnetType: awsec2.SubnetType_PUBLIC, CidrMask: subnetMask(config), MapPublicIpOnLaunch: new(false)},
			{Name: new("Private"), SubnetType: awsec2.SubnetType_PRIVATE_WITH_EGRESS, CidrMask: subnetMask(config)},
			{Name: new("Isolated"), SubnetType: awsec2.SubnetType_PRIVATE_ISOLATED, CidrMask: subnetMask(config)},
		},
	})
}

// zones returns the region's first zones as CloudFormation will see them in the account, so that nothing is looked up.
func zones(config Config) *[]*string {
	all := awscdk.Fn_GetAzs(&config.Region)
	var zones []*string
	for i := range config.Network.AvailabilityZones {
		zones = append(zones, awscdk.Fn_Select(jsii.Number(i), all))
	}
	return &zones
}

// answerZoneLookup keeps the CDK from asking AWS for the zones of a pinned account, which it does even where a VPC is
// given its zones. Without an account it never asks.
func answerZoneLookup(stack awscdk.Stack, config Config) {
	if config.Account == "" {
		return
	}
	question := fmt.Sprintf("availability-zones:account=%s:region=%s", config.Account, config.Region)
	stack.Node().SetContext(&question, []string{})
}

func subnetMask(config Config) *float64 {
	_, prefix, _ := strings.Cut(config.Network.VpcCidr, "/")
	bits, err := strconv.Atoi(prefix)
	if err != nil {
		panic(fmt.Sprintf("vpcCidr %q passed validation", config.Network.VpcCidr))
	}
	return jsii.Number(bits + subnetBits)
}

// natGatewayIDs are weak references: an alarm that imports a gateway would keep the network from doing without it.
func natGatewayIDs(nat awsec2.NatProvider) []string {
	var ids []string
	for _, gateway := range *nat.ConfiguredGateways() {
		ids = append(ids, *awscdk.Stack_ConsumeReference(gateway.GatewayId, awscdk.ReferenceStrength_WEAK))
	}
	return ids
}
