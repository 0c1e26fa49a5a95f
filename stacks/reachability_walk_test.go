package stacks

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
)

const loadBalancerType = "AWS::ElasticLoadBalancingV2::LoadBalancer"

// judgedTypes answer on the internet in no other way than a walk looks for. A type that is not among them may be an
// entrance (a function's URL, an API, a distribution, a peering): judge it, then add it here or to a walk.
var judgedTypes = []string{
	"AWS::ApplicationAutoScaling::ScalableTarget", "AWS::ApplicationAutoScaling::ScalingPolicy",
	"AWS::CertificateManager::Certificate",
	"AWS::CloudFormation::CustomResource", "AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm", "AWS::CloudWatch::Dashboard",
	"AWS::CloudTrail::Trail",
	"AWS::CodeDeploy::Application", "AWS::CodeDeploy::DeploymentConfig", "AWS::CodeDeploy::DeploymentGroup",
	"AWS::EC2::EIP", "AWS::EC2::FlowLog", "AWS::EC2::InternetGateway", "AWS::EC2::NatGateway", "AWS::EC2::Route",
	"AWS::EC2::RouteTable", "AWS::EC2::SecurityGroup", "AWS::EC2::SecurityGroupEgress", "AWS::EC2::SecurityGroupIngress",
	"AWS::EC2::Subnet", "AWS::EC2::SubnetRouteTableAssociation", "AWS::EC2::VPC", "AWS::EC2::VPCEndpoint",
	"AWS::EC2::VPCGatewayAttachment",
	"AWS::ECR::Repository",
	"AWS::ECS::Cluster", "AWS::ECS::ClusterCapacityProviderAssociations", "AWS::ECS::Service", "AWS::ECS::TaskDefinition",
	"AWS::ElasticLoadBalancingV2::Listener", loadBalancerType, "AWS::ElasticLoadBalancingV2::TargetGroup",
	"AWS::Events::Rule",
	"AWS::IAM::Policy", "AWS::IAM::Role",
	"AWS::KinesisFirehose::DeliveryStream",
	"AWS::KMS::Alias", "AWS::KMS::Key",
	"AWS::Lambda::Function", "AWS::Lambda::Permission",
	"AWS::Logs::LogGroup", "AWS::Logs::LogStream", "AWS::Logs::MetricFilter", "AWS::Logs::QueryDefinition",
	"AWS::Logs::ResourcePolicy", "AWS::Logs::SubscriptionFilter",
	"AWS::RDS::DBCluster", "AWS::RDS::DBClusterParameterGroup", "AWS::RDS::DBInstance", "AWS::RDS::DBSubnetGroup",
	"AWS::Route53::RecordSet",
	"AWS::S3::Bucket", "AWS::S3::BucketPolicy",
	"AWS::SNS::Subscription", "AWS::SNS::Topic", "AWS::SNS::TopicPolicy",
	"AWS::SQS::Queue", "AWS::SQS::QueuePolicy",
	"AWS::SSM::Parameter",
	"AWS::SecretsManager::RotationSchedule", "AWS::SecretsManager::Secret",
	"AWS::StepFunctions::StateMachine",
	"AWS::WAFv2::LoggingConfiguration", "AWS::WAFv2::WebACL", "AWS::WAFv2::WebACLAssociation",
}

// entrances finds what answers on the internet beside one load balancer on the ports of the web.
func entrances(e *environment) []string {
	var findings []string
	for _, r := range e.resources() {
		if !slices.Contains(judgedTypes, r.Type) && !strings.HasPrefix(r.Type, "Custom::") {
			findings = append(findings, fmt.Sprintf("%v may answer on the internet", r))
		}
	}
	doors := map[string]bool{}
	public := 0
	for _, r := range e.resources(loadBalancerType) {
		if r.Properties["Scheme"] != "internal" { // AWS's default is internet-facing
			public++
		}
		own := e.references(r.Stack, r.Properties["SecurityGroups"])
		if len(own) == 0 {
			findings = append(findings, fmt.Sprintf("%v has no security group of this app", r))
		}
		for _, id := range own {
			doors[id] = true
		}
	}
	if public > 1 {
		findings = append(findings, fmt.Sprintf("%d load balancers face the internet, want one", public))
	}
	for _, rule := range e.ingressRules() {
		if rule.world() && !rule.web() || rule.outside() && !doors[rule.group] {
			findings = append(findings, fmt.Sprintf("%s admits the world on ports %v–%v", rule.group, rule.properties["FromPort"], rule.properties["ToPort"]))
		}
		if rule.properties["SourcePrefixListId"] != nil {
			findings = append(findings, fmt.Sprintf("%s admits a prefix list, whose addresses no template shows", rule.group))
		}
	}
	for _, r := range e.resources() {
		if r.Type == loadBalancerType {
			continue
		}
		for _, id := range e.securityGroups(r) {
			if doors[id] {
				findings = append(findings, fmt.Sprintf("%v stands behind the load balancer's door %s", r, id))
			}
		}
	}
	for _, r := range e.resources("AWS::S3::Bucket") {
		block := asObject(r.Properties["PublicAccessBlockConfiguration"])
		for _, key := range []string{"BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"} {
			if block[key] != true {
				findings = append(findings, fmt.Sprintf("%v has no %s", r, key))
			}
		}
	}
	return findings
}

// ingressRule is a rule of a security group, inline or a resource of its own.
type ingressRule struct {
	stack, group string
	properties   object
}

func (e *environment) ingressRules() []ingressRule {
	var rules []ingressRule
	for _, r := range e.resources("AWS::EC2::SecurityGroup") {
		for _, rule := range listed(r.Properties["SecurityGroupIngress"]) {
			rules = append(rules, ingressRule{r.Stack, r.key(), asObject(rule)})
		}
	}
	for _, r := range e.resources("AWS::EC2::SecurityGroupIngress") {
		group, _ := e.reference(r.Stack, r.Properties["GroupId"])
		rules = append(rules, ingressRule{r.Stack, group, r.Properties})
	}
	return rules
}

// world reports whether the rule admits more of the internet than anybody has on a list of friends.
func (r ingressRule) world() bool {
	source, err := netip.ParsePrefix(literal(r.properties["CidrIp"]))
	return r.properties["CidrIpv6"] != nil || err == nil && source.Bits() < 8
}

// outside reports whether the rule admits any address that is not private.
func (r ingressRule) outside() bool {
	source, err := netip.ParsePrefix(literal(r.properties["CidrIp"]))
	return r.world() || err == nil && !source.Addr().IsPrivate()
}

func (r ingressRule) web() bool {
	port := r.properties["FromPort"]
	return port == r.properties["ToPort"] && (port == 80.0 || port == 443.0)
}

// securityGroups are the groups on whatever network interfaces a resource has.
func (e *environment) securityGroups(r resource) []string {
	var found []string
	for _, key := range []string{"SecurityGroups", "SecurityGroupIds", "VpcSecurityGroupIds"} {
		found = append(found, e.references(r.Stack, r.Properties[key])...)
	}
	found = append(found, e.references(r.Stack, asObject(r.Properties["VpcConfig"])["SecurityGroupIds"])...)
	return append(found, e.references(r.Stack, awsvpc(r)["SecurityGroups"])...)
}

func awsvpc(service resource) object {
	return asObject(asObject(service.Properties["NetworkConfiguration"])["AwsvpcConfiguration"])
}

// taskIngress finds who reaches the tasks beside the load balancer and the probe, or on another port than theirs.
func taskIngress(e *environment, port int) []string {
	allowed := map[string]bool{}
	for _, r := range e.resources(loadBalancerType, "AWS::Lambda::Function") {
		for _, id := range e.securityGroups(r) {
			allowed[id] = true
		}
	}
	return ingress(e, "AWS::ECS::Service", allowed, func(resource) any { return float64(port) })
}

// ingress finds who reaches the resources of a type beside the security groups that may, or on another port.
func ingress(e *environment, kind string, allowed map[string]bool, port func(resource) any) []string {
	var findings []string
	for _, r := range e.resources(kind) {
		groups, port := e.securityGroups(r), port(r)
		if len(groups) == 0 {
			findings = append(findings, fmt.Sprintf("%v has no security group of this app", r))
		}
		for _, rule := range e.ingressRules() {
			if !slices.Contains(groups, rule.group) {
				continue
			}
			source, known := e.reference(rule.stack, rule.properties["SourceSecurityGroupId"])
			if !known || !allowed[source] {
				findings = append(findings, fmt.Sprintf("%v admits %s%s", r, source, literal(rule.properties["CidrIp"])))
			}
			if rule.properties["FromPort"] != port || rule.properties["ToPort"] != port {
				findings = append(findings, fmt.Sprintf("%v is open on ports %v–%v, want %v", r, rule.properties["FromPort"], rule.properties["ToPort"], port))
			}
		}
	}
	return findings
}

const frontDoor = `"Alb": {"Type": "AWS::ElasticLoadBalancingV2::LoadBalancer", "Properties": {"Scheme": "internet-facing",
	"SecurityGroups": [{"Fn::GetAtt": ["Door", "GroupId"]}]}}, `

func TestEntrancesFires(t *testing.T) {
	for _, s := range []sabotage{
		{`{"F": {"Type": "AWS::Lambda::Url"}}`, "may answer on the internet"},
		{`{"A": {"Type": "AWS::ElasticLoadBalancingV2::LoadBalancer"},
		   "B": {"Type": "AWS::ElasticLoadBalancingV2::LoadBalancer", "Properties": {"Scheme": "internet-facing"}}}`, "2 load balancers"},
		{`{"A": {"Type": "AWS::ElasticLoadBalancingV2::LoadBalancer"}}`, "has no security group"},
		{`{"G": {"Type": "AWS::EC2::SecurityGroup", "Properties": {"SecurityGroupIngress":
		   [{"CidrIp": "0.0.0.0/0", "FromPort": 443, "ToPort": 443}]}}}`, "platform/G admits the world"},
		{`{"G": {"Type": "AWS::EC2::SecurityGroup"}, "R": {"Type": "AWS::EC2::SecurityGroupIngress", "Properties":
		   {"GroupId": {"Ref": "G"}, "CidrIpv6": "::/0", "FromPort": 80, "ToPort": 80}}}`, "platform/G admits the world"},
		{`{"G": {"Type": "AWS::EC2::SecurityGroup", "Properties": {"SecurityGroupIngress":
		   [{"CidrIp": "203.0.113.0/24", "FromPort": 443, "ToPort": 443}]}}}`, "platform/G admits the world"},
		{`{` + frontDoor + `"Door": {"Type": "AWS::EC2::SecurityGroup", "Properties": {"SecurityGroupIngress":
		   [{"CidrIp": "128.0.0.0/1", "FromPort": 9001, "ToPort": 9001}]}}}`, "on ports 9001–9001"},
		{`{` + frontDoor + `"Door": {"Type": "AWS::EC2::SecurityGroup", "Properties": {"SecurityGroupIngress":
		   [{"CidrIp": "0.0.0.0/0", "FromPort": 9001, "ToPort": 9001}]}}}`, "on ports 9001–9001"},
		{`{` + frontDoor + `"Door": {"Type": "AWS::EC2::SecurityGroup", "Properties": {"SecurityGroupIngress":
		   [{"CidrIp": "0.0.0.0/0", "FromPort": 80, "ToPort": 443}]}}}`, "on ports 80–443"},
		{`{` + frontDoor + `"Door": {"Type": "AWS::EC2::SecurityGroup"}, "Service": {"Type": "AWS::ECS::Service", "Properties":
		   {"NetworkConfiguration": {"AwsvpcConfiguration": {"SecurityGroups": [{"Ref": "Door"}]}}}}}`, "stands behind the load balancer's door"},
		{`{"G": {"Type": "AWS::EC2::SecurityGroup", "Properties": {"SecurityGroupIngress": [{"SourcePrefixListId": "pl-1"}]}}}`, "prefix list"},
		{`{"B": {"Type": "AWS::S3::Bucket", "Properties": {"PublicAccessBlockConfiguration": {"BlockPublicAcls": true}}}}`, "no BlockPublicPolicy"},
	} {
		s.try(t, entrances)
	}
	harmless(t, entrances, `{`+frontDoor+`"Door": {"Type": "AWS::EC2::SecurityGroup", "Properties": {"SecurityGroupIngress":
		[{"CidrIp": "0.0.0.0/0", "FromPort": 443, "ToPort": 443}]}}}`)
}

func TestTaskIngressFires(t *testing.T) {
	service := `"Service": {"Type": "AWS::ECS::Service", "Properties":
		{"NetworkConfiguration": {"AwsvpcConfiguration": {"SecurityGroups": [{"Ref": "Tasks"}]}}}}, `
	check := func(e *environment) []string { return taskIngress(e, 8080) }
	for _, s := range []sabotage{
		{`{"Service": {"Type": "AWS::ECS::Service"}}`, "has no security group"},
		{`{` + service + `"Tasks": {"Type": "AWS::EC2::SecurityGroup", "Properties": {"SecurityGroupIngress":
		   [{"CidrIp": "10.0.0.0/16", "FromPort": 8080, "ToPort": 8080}]}}}`, "admits 10.0.0.0/16"},
		{`{` + service + `"Other": {"Type": "AWS::EC2::SecurityGroup"}, "Tasks": {"Type": "AWS::EC2::SecurityGroup", "Properties":
		   {"SecurityGroupIngress": [{"SourceSecurityGroupId": {"Ref": "Other"}, "FromPort": 8080, "ToPort": 8080}]}}}`, "admits platform/Other"},
		{`{` + service + frontDoor + `"Door": {"Type": "AWS::EC2::SecurityGroup"}, "Tasks": {"Type": "AWS::EC2::SecurityGroup", "Properties":
		   {"SecurityGroupIngress": [{"SourceSecurityGroupId": {"Ref": "Door"}, "FromPort": 1, "ToPort": 65535}]}}}`, "open on ports 1–65535"},
	} {
		s.try(t, check)
	}
	harmless(t, check, `{`+service+frontDoor+`"Door": {"Type": "AWS::EC2::SecurityGroup"}, "Tasks": {"Type": "AWS::EC2::SecurityGroup"},
		"Rule": {"Type": "AWS::EC2::SecurityGroupIngress", "Properties": {"GroupId": {"Ref": "Tasks"},
		"SourceSecurityGroupId": {"Ref": "Door"}, "FromPort": 8080, "ToPort": 8080}}}`)
}
