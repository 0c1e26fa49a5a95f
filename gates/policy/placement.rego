# What is in the VPC is where it belongs, and reaches what it needs and nothing else. PCI DSS 1.2.5, 1.3.1, 1.3.2, 1.4.4;
# Security Hub ECS.16, ELB.13, Lambda.5.
package payment

import rego.v1

# Endpoints are for who is inside.
violation contains v if {
	some endpoint in typed("AWS::EC2::VPCEndpoint")
	some group in endpoint.properties.SecurityGroupIds
	some rule in input.resources[group.__ref].properties.SecurityGroupIngress
	not from_inside(rule)
	v := finding("PAY-NETWORK-20", group.__ref, "Properties.SecurityGroupIngress", "more reaches an endpoint than HTTPS from inside the VPC")
}

from_inside(rule) if {
	https(rule)
	vpcs := {vpc.properties.CidrBlock | some vpc in typed("AWS::EC2::VPC")}
	count(vpcs - {rule.CidrIp}) == 0
	not open_to_world(rule)
}

# What tasks need of AWS they reach without leaving: those that have no way out could not start otherwise.
reached := {"ecr.api", "ecr.dkr", "kms", "logs", "s3", "secretsmanager", "ssmmessages"}

violation contains v if {
	some id, vpc in typed("AWS::EC2::VPC")
	there := {service |
		some endpoint in typed("AWS::EC2::VPCEndpoint")
		some service in reached
		leads_to(text(endpoint.properties.ServiceName), service)
	}
	some missing in reached - there
	v := finding("PAY-NETWORK-21", id, "Properties", sprintf("no endpoint leads to %s", [missing]))
}

leads_to(name, service) if {
	startswith(name, "com.amazonaws.")
	endswith(name, sprintf(".%s", [service]))
}

violation contains v if {
	some id, vpc in typed("AWS::EC2::VPC")
	some dns in ["EnableDnsHostnames", "EnableDnsSupport"]
	vpc.properties[dns] != true
	v := finding("PAY-NETWORK-21", id, sprintf("Properties.%s", [dns]), "the endpoints' names are not found")
}

# Where a thing is, is what its subnets are called: the CDK's names, and those that the network's stack exports.
placed := {
	"AWS::EC2::NatGateway": [["SubnetId"], ["PublicSubnet"]],
	"AWS::EC2::VPCEndpoint": [["SubnetIds"], ["PrivateSubnet", "IsolatedSubnet"]],
	"AWS::ECS::Service": [["NetworkConfiguration", "AwsvpcConfiguration", "Subnets"], ["PrivateSubnet"]],
	"AWS::ElasticLoadBalancingV2::LoadBalancer": [["Subnets"], ["PublicSubnet"]],
	"AWS::Lambda::Function": [["VpcConfig", "SubnetIds"], ["PrivateSubnet", "IsolatedSubnet"]],
}

place(subnet) := subnet.__ref

place(subnet) := text(subnet) if not subnet.__ref

violation contains v if {
	some type, [path, kinds] in placed
	some id, res in typed(type)
	some subnet in listed(object.get(res.properties, path, []))
	count([kind | some kind in kinds; contains(place(subnet), kind)]) == 0
	v := finding("PAY-NETWORK-22", id, "Properties", sprintf("it is in %s", [place(subnet)]))
}

# A zone that is lost takes half of the tasks, and the endpoints that they need.
violation contains v if {
	some id, service in typed("AWS::ECS::Service")
	count(service.properties.NetworkConfiguration.AwsvpcConfiguration.Subnets) < 2
	v := finding("PAY-NETWORK-17", id, "Properties.NetworkConfiguration", "the service goes with one zone")
}

violation contains v if {
	count(typed("AWS::EC2::VPC")) > 0
	some id, endpoint in typed("AWS::EC2::VPCEndpoint")
	count(endpoint.properties.SubnetIds) < 2
	v := finding("PAY-NETWORK-17", id, "Properties.SubnetIds", "an endpoint goes with one zone")
}

# In the endpoints' policies what asks for no account does one thing, and what asks does it with one service.
violation contains v if {
	some id, endpoint in typed("AWS::EC2::VPCEndpoint")
	some statement in endpoint.properties.PolicyDocument.Statement
	not narrow(statement)
	v := finding("PAY-NETWORK-12", id, "Properties.PolicyDocument", "an endpoint lets more through than it is for")
}

narrow(statement) if statement.Action == "s3:GetObject"

narrow(statement) if {
	regex.match(`^[a-z0-9]+:\*$`, statement.Action)
	statement.Condition.StringEquals["aws:PrincipalAccount"]
}

# Who connects to tasks is the load balancer, or a function beside them; to the database, tasks and functions without a way out.
violation contains v if {
	some [id, rule] in ingress
	of_tasks(object.get(rule, ["GroupId", "__ref"], id))
	source := rule.SourceSecurityGroupId.__ref
	not of_load_balancer(source)
	not function_in(source, "PrivateSubnet")
	v := finding("PAY-NETWORK-14", id, "Properties.SourceSecurityGroupId", sprintf("%s reaches tasks", [source]))
}

function_in(group, subnets) if {
	some function in typed("AWS::Lambda::Function")
	some one in function.properties.VpcConfig.SecurityGroupIds
	refers(one, group)
	every subnet in function.properties.VpcConfig.SubnetIds {
		contains(place(subnet), subnets)
	}
}

violation contains v if {
	some id, rule in typed("AWS::EC2::SecurityGroupIngress")
	contains(text(rule.properties.GroupId), "-database-")
	source := rule.properties.SourceSecurityGroupId.__ref
	not of_tasks(source)
	not function_in(source, "IsolatedSubnet")
	v := finding("PAY-DATABASE-12", id, "Properties.SourceSecurityGroupId", sprintf("%s reaches the database", [source]))
}

# A security group is of one thing, so that what is said of it is said of that.
violation contains v if {
	some id, function in typed("AWS::Lambda::Function")
	some group in function.properties.VpcConfig.SecurityGroupIds
	of_tasks(group.__ref)
	v := finding("PAY-NETWORK-23", id, "Properties.VpcConfig", "a function reaches what tasks reach")
}

violation contains v if {
	some id, balancer in typed("AWS::ElasticLoadBalancingV2::LoadBalancer")
	some group in balancer.properties.SecurityGroups
	of_tasks(group.__ref)
	v := finding("PAY-NETWORK-23", id, "Properties.SecurityGroups", "the load balancer reaches what tasks reach")
}
