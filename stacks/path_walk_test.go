package stacks

import (
	"fmt"
	"testing"
)

// networkPaths finds public addresses, and anything but load balancers and NAT in a subnet with a way to the internet.
func networkPaths(e *environment) []string {
	var findings []string
	public := e.publicSubnets()
	for _, r := range e.resources("AWS::EC2::Subnet") {
		if r.Properties["MapPublicIpOnLaunch"] == true {
			findings = append(findings, fmt.Sprintf("%v gives public addresses away", r))
		}
	}
	for _, r := range e.resources("AWS::ECS::Service") {
		if awsvpc(r)["AssignPublicIp"] != "DISABLED" {
			findings = append(findings, fmt.Sprintf("%v does not disable public addresses", r))
		}
	}
	for _, r := range e.resources("AWS::RDS::DBInstance") {
		if r.Properties["PubliclyAccessible"] != false {
			findings = append(findings, fmt.Sprintf("%v may have a public address", r))
		}
	}
	for _, r := range e.resources("AWS::EC2::EIP") {
		if !e.heldByNat(r) {
			findings = append(findings, fmt.Sprintf("%v is no NAT gateway's address", r))
		}
	}
	for _, r := range e.resources("AWS::ECS::Service", "AWS::Lambda::Function", "AWS::EC2::VPCEndpoint", "AWS::RDS::DBSubnetGroup") {
		in := e.subnets(r)
		if len(in) == 0 && (r.Type == "AWS::ECS::Service" || r.Properties["VpcConfig"] != nil) {
			findings = append(findings, fmt.Sprintf("%v is in no subnet of this app", r))
		}
		for _, id := range in {
			if public[id] {
				findings = append(findings, fmt.Sprintf("%v is in the public subnet %s", r, id))
			}
		}
	}
	return findings
}

// publicSubnets are the subnets whose route table leads to an internet gateway.
func (e *environment) publicSubnets() map[string]bool {
	tables := map[string]bool{}
	for _, r := range e.resources("AWS::EC2::Route") {
		if r.Properties["GatewayId"] != nil {
			id, _ := e.reference(r.Stack, r.Properties["RouteTableId"])
			tables[id] = true
		}
	}
	public := map[string]bool{}
	for _, r := range e.resources("AWS::EC2::SubnetRouteTableAssociation") {
		table, _ := e.reference(r.Stack, r.Properties["RouteTableId"])
		subnet, _ := e.reference(r.Stack, r.Properties["SubnetId"])
		public[subnet] = public[subnet] || tables[table]
	}
	return public
}

func (e *environment) heldByNat(address resource) bool {
	for _, nat := range e.resources("AWS::EC2::NatGateway") {
		if id, _ := e.reference(nat.Stack, nat.Properties["AllocationId"]); id == address.key() {
			return true
		}
	}
	return false
}

func (e *environment) subnets(r resource) []string {
	found := e.references(r.Stack, r.Properties["SubnetIds"])
	found = append(found, e.references(r.Stack, asObject(r.Properties["VpcConfig"])["SubnetIds"])...)
	return append(found, e.references(r.Stack, awsvpc(r)["Subnets"])...)
}

func TestNetworkPathsFires(t *testing.T) {
	public := `"Table": {"Type": "AWS::EC2::RouteTable"}, "Subnet": {"Type": "AWS::EC2::Subnet"}, "Gateway": {"Type": "AWS::EC2::InternetGateway"},
		"Route": {"Type": "AWS::EC2::Route", "Properties": {"RouteTableId": {"Ref": "Table"}, "GatewayId": {"Ref": "Gateway"}}},
		"Tie": {"Type": "AWS::EC2::SubnetRouteTableAssociation", "Properties": {"RouteTableId": {"Ref": "Table"}, "SubnetId": {"Ref": "Subnet"}}}, `
	for _, s := range []sabotage{
		{`{"S": {"Type": "AWS::EC2::Subnet", "Properties": {"MapPublicIpOnLaunch": true}}}`, "gives public addresses away"},
		{`{"S": {"Type": "AWS::ECS::Service", "Properties": {"NetworkConfiguration": {"AwsvpcConfiguration": {"AssignPublicIp": "ENABLED"}}}}}`, "does not disable"},
		{`{"S": {"Type": "AWS::ECS::Service", "Properties": {"NetworkConfiguration": {"AwsvpcConfiguration":
		   {"AssignPublicIp": "DISABLED", "Subnets": ["subnet-1"]}}}}}`, "in no subnet of this app"},
		{`{"D": {"Type": "AWS::RDS::DBInstance"}}`, "may have a public address"},
		{`{"A": {"Type": "AWS::EC2::EIP"}}`, "is no NAT gateway's address"},
		{`{` + public + `"F": {"Type": "AWS::Lambda::Function", "Properties": {"VpcConfig": {"SubnetIds": [{"Ref": "Subnet"}]}}}}`, "is in the public subnet"},
		{`{` + public + `"S": {"Type": "AWS::ECS::Service", "Properties": {"NetworkConfiguration": {"AwsvpcConfiguration":
		   {"AssignPublicIp": "DISABLED", "Subnets": [{"Ref": "Subnet"}]}}}}}`, "is in the public subnet"},
		{`{` + public + `"E": {"Type": "AWS::EC2::VPCEndpoint", "Properties": {"SubnetIds": [{"Ref": "Subnet"}]}}}`, "is in the public subnet"},
	} {
		s.try(t, networkPaths)
	}
	harmless(t, networkPaths, `{`+public+`"Nat": {"Type": "AWS::EC2::NatGateway", "Properties": {"SubnetId": {"Ref": "Subnet"},
		"AllocationId": {"Fn::GetAtt": ["Address", "AllocationId"]}}}, "Address": {"Type": "AWS::EC2::EIP"}}`)
}
