# Only the load balancer is reachable, and only where it listens. PCI DSS 1.2, 1.3, 1.4; Security Hub EC2.2, EC2.15,
# EC2.18, EC2.19, EC2.55, EC2.56, Lambda.5.
package payment

import rego.v1

ingress contains [id, rule] if {
	some id, group in typed("AWS::EC2::SecurityGroup")
	some rule in group.properties.SecurityGroupIngress
}

ingress contains [id, res.properties] if some id, res in typed("AWS::EC2::SecurityGroupIngress")

of_load_balancer(id) if {
	some balancer in typed("AWS::ElasticLoadBalancingV2::LoadBalancer")
	some group in balancer.properties.SecurityGroups
	refers(group, id)
}

open_to_world(rule) if world[rule.CidrIp]

open_to_world(rule) if world[rule.CidrIpv6]

violation contains v if {
	some [id, rule] in ingress
	open_to_world(rule)
	not of_load_balancer(id)
	v := finding("PAY-NETWORK-01", id, "Properties.SecurityGroupIngress", "something other than the load balancer is open to the internet")
}

violation contains v if {
	some [id, rule] in ingress
	open_to_world(rule)
	not rule.FromPort in {80, 443}
	v := finding("PAY-NETWORK-02", id, "Properties.SecurityGroupIngress", "a port other than HTTP's and HTTPS's is open to the internet")
}

one_port(rule) if {
	rule.IpProtocol == "tcp"
	rule.FromPort == rule.ToPort
}

violation contains v if {
	some [id, rule] in ingress
	not one_port(rule)
	v := finding("PAY-NETWORK-03", id, "Properties.SecurityGroupIngress", "more than one TCP port is open")
}

egress contains [id, rule] if {
	some id, group in typed("AWS::EC2::SecurityGroup")
	some rule in group.properties.SecurityGroupEgress
}

egress contains [id, res.properties] if some id, res in typed("AWS::EC2::SecurityGroupEgress")

violation contains v if {
	some [id, rule] in egress
	rule.IpProtocol == "-1"
	v := finding("PAY-NETWORK-04", id, "Properties.SecurityGroupEgress", "everything may leave")
}

# A security group that names no way out has all of them, unless a rule of its own takes the default's place.
has_egress(id, group) if count(group.properties.SecurityGroupEgress) > 0

has_egress(id, _) if {
	some rule in typed("AWS::EC2::SecurityGroupEgress")
	refers(rule.properties.GroupId, id)
}

violation contains v if {
	some id, group in typed("AWS::EC2::SecurityGroup")
	not has_egress(id, group)
	v := finding("PAY-NETWORK-05", id, "Properties.SecurityGroupEgress", "a security group without a rule outwards lets everything out")
}

# The VPC's own security group is emptied, and nobody's.
emptied(vpc) if {
	some restriction in typed("Custom::VpcRestrictDefaultSG")
	refers(restriction.properties.DefaultSecurityGroupId, vpc)
}

violation contains v if {
	some id, _ in typed("AWS::EC2::VPC")
	not emptied(id)
	v := finding("PAY-NETWORK-06", id, "Properties", "the VPC's default security group still lets its members talk")
}

violation contains v if {
	some id, res in input.resources
	not res.resourceType in {"Custom::VpcRestrictDefaultSG", "AWS::IAM::Role"}
	some ref in res.outgoingRefs
	ref.attr == "DefaultSecurityGroup"
	v := finding("PAY-NETWORK-07", id, "Properties", "something uses the VPC's default security group")
}

violation contains v if {
	some id, subnet in typed("AWS::EC2::Subnet")
	object.get(subnet.properties, "MapPublicIpOnLaunch", false) != false
	v := finding("PAY-NETWORK-08", id, "Properties.MapPublicIpOnLaunch", "what starts in a subnet has a public address")
}

# Subnets are told apart by the tag that the CDK gives them.
isolated_table(id) if {
	some tag in input.resources[id].properties.Tags
	tag.Key == "Name"
	contains(tag.Value, "/Isolated")
}

violation contains v if {
	some id, route in typed("AWS::EC2::Route")
	isolated_table(route.properties.RouteTableId.__ref)
	v := finding("PAY-NETWORK-09", id, "Properties", "an isolated subnet has a route out")
}

private_table(id) if {
	some tag in input.resources[id].properties.Tags
	tag.Key == "Name"
	contains(tag.Value, "/Private")
}

violation contains v if {
	some id, route in typed("AWS::EC2::Route")
	private_table(route.properties.RouteTableId.__ref)
	route.properties.GatewayId
	v := finding("PAY-NETWORK-10", id, "Properties.GatewayId", "tasks' subnets are reachable from the internet")
}

# Through the endpoints a task reaches this account's, and AWS's own, and not somebody else's.
violation contains v if {
	some id, endpoint in typed("AWS::EC2::VPCEndpoint")
	endpoint.properties.VpcEndpointType == "Interface"
	object.get(endpoint.properties, "PrivateDnsEnabled", false) != true
	v := finding("PAY-NETWORK-11", id, "Properties.PrivateDnsEnabled", "tasks would leave the VPC to reach AWS")
}

violation contains v if {
	some id, endpoint in typed("AWS::EC2::VPCEndpoint")
	not endpoint.properties.PolicyDocument
	v := finding("PAY-NETWORK-12", id, "Properties.PolicyDocument", "an endpoint leads to every account's data")
}

violation contains v if {
	some id, endpoint in typed("AWS::EC2::VPCEndpoint")
	some statement in endpoint.properties.PolicyDocument.Statement
	statement.Effect == "Allow"
	some resource in listed(statement.Resource)
	regex.match(`^(\*|arn:[^:]*:s3:::\*)`, text(resource))
	some key in accounts_named[endpoint.properties.VpcEndpointType]
	not statement.Condition.StringEquals[key]
	v := finding("PAY-NETWORK-12", id, "Properties.PolicyDocument", sprintf("an endpoint does not ask for %s: it leads to every account's data", [key]))
}

# Where data can be left behind, it is asked whose place that is.
accounts_named := {"Gateway": ["aws:PrincipalAccount", "aws:ResourceAccount"], "Interface": ["aws:PrincipalAccount"]}

violation contains v if {
	some id, _ in typed("AWS::EC2::VPCPeeringConnection")
	v := finding("PAY-NETWORK-13", id, "Properties", "a path into the VPC that goes around the load balancer")
}

of_tasks(group) if {
	some service in typed("AWS::ECS::Service")
	some one in service.properties.NetworkConfiguration.AwsvpcConfiguration.SecurityGroups
	refers(one, group)
}

by_address(rule) if rule.CidrIp

by_address(rule) if rule.CidrIpv6

# A group that the template names by its id is somebody's.
by_stranger(rule) if is_string(rule.SourceSecurityGroupId)

violation contains v if {
	some [id, rule] in ingress
	by_stranger(rule)
	v := finding("PAY-NETWORK-14", id, "Properties.SourceSecurityGroupId", "a security group that is not ours is let in")
}

violation contains v if {
	some [id, rule] in ingress
	by_address(rule)
	of_tasks(object.get(rule, ["GroupId", "__ref"], id))
	v := finding("PAY-NETWORK-14", id, "Properties", "tasks are reached by an address: around the load balancer, its log and the firewall")
}

https(rule) if {
	rule.IpProtocol == "tcp"
	rule.FromPort == 443
	rule.ToPort == 443
}

violation contains v if {
	some [id, rule] in egress
	open_to_world(rule)
	not https(rule)
	v := finding("PAY-NETWORK-15", id, "Properties.SecurityGroupEgress", "more than HTTPS may leave for the internet")
}

# A subnet is what its routes are.
violation contains v if {
	some id, association in typed("AWS::EC2::SubnetRouteTableAssociation")
	contains(association.properties.SubnetId.__ref, "IsolatedSubnet")
	not isolated_table(association.properties.RouteTableId.__ref)
	v := finding("PAY-NETWORK-16", id, "Properties.RouteTableId", "an isolated subnet has another's routes")
}

violation contains v if {
	some id, association in typed("AWS::EC2::SubnetRouteTableAssociation")
	contains(association.properties.SubnetId.__ref, "PrivateSubnet")
	not private_table(association.properties.RouteTableId.__ref)
	v := finding("PAY-NETWORK-16", id, "Properties.RouteTableId", "tasks' subnet has another's routes")
}

violation contains v if {
	some id, function in typed("AWS::Lambda::Function")
	count(function.properties.VpcConfig.SubnetIds) < 2
	v := finding("PAY-NETWORK-17", id, "Properties.VpcConfig.SubnetIds", "a function goes with one zone")
}

of_function(group) if {
	some function in typed("AWS::Lambda::Function")
	some one in function.properties.VpcConfig.SecurityGroupIds
	refers(one, group)
}

# What the CDK writes in place of EC2's rule that lets everything out.
nowhere(rule) if rule.CidrIp == "255.255.255.255/32"

# Functions stand beside the database, and are shown the master's password.
violation contains v if {
	some [id, rule] in egress
	by_somewhere(rule)
	of_function(object.get(rule, ["GroupId", "__ref"], id))
	v := finding("PAY-NETWORK-18", id, "Properties", "a function inside the VPC may speak to addresses, and not to named groups alone")
}

by_somewhere(rule) if {
	by_address(rule)
	not nowhere(rule)
}

# A prefix list is AWS's addresses: also of what another account keeps there.
by_somewhere(rule) if rule.DestinationPrefixListId

# A network of half the world is the world.
open_to_world(rule) if to_number(split(rule.CidrIp, "/")[1]) < 8

open_to_world(rule) if to_number(split(rule.CidrIpv6, "/")[1]) < 32

violation contains v if {
	some [id, rule] in egress
	not one_port(rule)
	not nowhere(rule)
	v := finding("PAY-NETWORK-19", id, "Properties.SecurityGroupEgress", "more than one TCP port leads out")
}
