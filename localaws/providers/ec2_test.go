package providers

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"payment-processor/localaws/resource"
)

func tagProperty(key, value string) []any { return []any{map[string]any{"Key": key, "Value": value}} }

func retags(properties map[string]any) { properties["Tags"] = tagProperty("Other", "value") }

func untags(properties map[string]any) { delete(properties, "Tags") }

func ofEC2() *ec2.Client { return ec2.NewFromConfig(settings(http.DefaultTransport)) }

// ground is what resources in a network stand on.
func ground(t *testing.T) (vpc, subnet resource.Result) {
	t.Helper()
	vpc = made(t, "AWS::EC2::VPC", map[string]any{
		"CidrBlock": "10.0.0.0/16", "EnableDnsHostnames": true, "EnableDnsSupport": "true"})
	subnet = made(t, "AWS::EC2::Subnet", map[string]any{
		"VpcId": vpc.PhysicalID, "CidrBlock": "10.0.0.0/24", "AvailabilityZone": "us-east-2a"})
	return vpc, subnet
}

func TestVPC(t *testing.T) {
	life{kind: "AWS::EC2::VPC",
		properties: func(string) map[string]any {
			return map[string]any{"CidrBlock": "10.1.0.0/16", "EnableDnsHostnames": "true", "InstanceTenancy": "default",
				"Tags": tagProperty("Name", "network")}
		},
		changes: []func(map[string]any){
			func(p map[string]any) { p["EnableDnsHostnames"] = false; retags(p) },
		},
		check: func(t *testing.T, step int, result resource.Result) {
			for _, name := range []string{"VpcId", "CidrBlock", "DefaultSecurityGroup", "DefaultNetworkAcl"} {
				if text(result.Attributes[name]) == "" {
					t.Errorf("no attribute %s: %v", name, result.Attributes)
				}
			}
			output, err := ofEC2().DescribeVpcAttribute(t.Context(), &ec2.DescribeVpcAttributeInput{
				VpcId: &result.PhysicalID, Attribute: types.VpcAttributeNameEnableDnsHostnames})
			if err != nil || aws.ToBool(output.EnableDnsHostnames.Value) != (step == 0) {
				t.Errorf("step %d: DNS host names: %v %v", step, output, err)
			}
			vpcs, err := ofEC2().DescribeVpcs(t.Context(), &ec2.DescribeVpcsInput{VpcIds: []string{result.PhysicalID}})
			if err != nil {
				t.Fatal(err)
			}
			tags := map[string]string{}
			for _, tag := range vpcs.Vpcs[0].Tags {
				tags[*tag.Key] = *tag.Value
			}
			want := []string{"map[Name:network project:providers]", "map[Other:value project:providers]"}[step]
			if fmt.Sprint(tags) != want {
				t.Errorf("step %d: tags %v, want %s", step, tags, want)
			}
		},
	}.live(t)
	refused(t, "AWS::EC2::VPC", "InvalidVpc.Range", map[string]any{"CidrBlock": "10.0.0.0/8"})
}

func TestSubnet(t *testing.T) {
	vpc, _ := ground(t)
	properties := func(string) map[string]any {
		return map[string]any{"VpcId": vpc.PhysicalID, "CidrBlock": "10.0.7.0/24", "AvailabilityZone": "us-east-2b",
			"MapPublicIpOnLaunch": true}
	}
	life{kind: "AWS::EC2::Subnet", properties: properties,
		changes: []func(map[string]any){func(p map[string]any) { p["MapPublicIpOnLaunch"] = "false"; retags(p) }},
		check: func(t *testing.T, step int, result resource.Result) {
			if result.Attributes["AvailabilityZone"] != "us-east-2b" || result.Attributes["VpcId"] != vpc.PhysicalID {
				t.Errorf("attributes %v", result.Attributes)
			}
			output, err := ofEC2().DescribeSubnets(t.Context(), &ec2.DescribeSubnetsInput{SubnetIds: []string{result.PhysicalID}})
			if err != nil || aws.ToBool(output.Subnets[0].MapPublicIpOnLaunch) != (step == 0) {
				t.Errorf("step %d: public addresses on launch: %v", step, err)
			}
		},
	}.live(t)
	refused(t, "AWS::EC2::Subnet", "InvalidSubnet.Conflict", map[string]any{"VpcId": vpc.PhysicalID, "CidrBlock": "10.0.0.0/25"})
}

func TestGatewaysAndRoutes(t *testing.T) {
	vpc, subnet := ground(t)
	table := made(t, "AWS::EC2::RouteTable", map[string]any{"VpcId": vpc.PhysicalID})
	address := made(t, "AWS::EC2::EIP", map[string]any{"Domain": "vpc"})
	internet := made(t, "AWS::EC2::InternetGateway", map[string]any{})
	other := made(t, "AWS::EC2::InternetGateway", map[string]any{})

	life{kind: "AWS::EC2::RouteTable", changes: []func(map[string]any){retags},
		properties: func(string) map[string]any { return map[string]any{"VpcId": vpc.PhysicalID} }}.live(t)
	life{kind: "AWS::EC2::InternetGateway", changes: []func(map[string]any){retags, untags},
		properties: func(string) map[string]any { return map[string]any{} }}.live(t)
	life{kind: "AWS::EC2::VPCGatewayAttachment",
		properties: func(string) map[string]any {
			return map[string]any{"VpcId": vpc.PhysicalID, "InternetGatewayId": internet.PhysicalID}
		},
		changes: []func(map[string]any){func(p map[string]any) { p["InternetGatewayId"] = other.PhysicalID }},
	}.live(t)
	refused(t, "AWS::EC2::VPCGatewayAttachment", "only internet gateways", map[string]any{"VpcId": vpc.PhysicalID, "VpnGatewayId": "vgw-1"})
	life{kind: "AWS::EC2::EIP", changes: []func(map[string]any){retags},
		properties: func(string) map[string]any { return map[string]any{"Domain": "vpc"} },
		check: func(t *testing.T, _ int, result resource.Result) {
			if result.PhysicalID != result.Attributes["PublicIp"] || text(result.Attributes["AllocationId"]) == "" {
				t.Errorf("Ref is %s, attributes %v", result.PhysicalID, result.Attributes)
			}
		}}.live(t)
	life{kind: "AWS::EC2::NatGateway", changes: []func(map[string]any){retags},
		properties: func(string) map[string]any {
			address := made(t, "AWS::EC2::EIP", map[string]any{"Domain": "vpc"}) // moto keeps it associated
			return map[string]any{"SubnetId": subnet.PhysicalID, "AllocationId": address.Attributes["AllocationId"]}
		}}.live(t)
	life{kind: "AWS::EC2::SubnetRouteTableAssociation", changes: []func(map[string]any){func(map[string]any) {}},
		properties: func(string) map[string]any {
			return map[string]any{"SubnetId": subnet.PhysicalID, "RouteTableId": table.PhysicalID}
		}}.live(t)

	made(t, "AWS::EC2::VPCGatewayAttachment", map[string]any{"VpcId": vpc.PhysicalID, "InternetGatewayId": internet.PhysicalID})
	nat := made(t, "AWS::EC2::NatGateway", map[string]any{
		"SubnetId": subnet.PhysicalID, "AllocationId": address.Attributes["AllocationId"]})
	for _, destination := range []string{"DestinationCidrBlock 0.0.0.0/0", "DestinationIpv6CidrBlock ::/0"} {
		var property, block string
		_, _ = fmt.Sscan(destination, &property, &block)
		life{kind: "AWS::EC2::Route",
			properties: func(string) map[string]any {
				return map[string]any{"RouteTableId": table.PhysicalID, property: block, "GatewayId": internet.PhysicalID}
			},
			changes: []func(map[string]any){func(p map[string]any) {
				delete(p, "GatewayId")
				p["NatGatewayId"] = nat.PhysicalID
			}},
			check: func(t *testing.T, _ int, result resource.Result) {
				if result.PhysicalID != table.PhysicalID+"|"+block || result.Attributes["CidrBlock"] != block {
					t.Errorf("got %v", result)
				}
			}}.live(t)
	}
	if got := routeResult(map[string]any{"RouteTableId": "rtb-1"}); got.PhysicalID != "" {
		t.Errorf("a route to nowhere is %v", got)
	}
	gone := asked("AWS::EC2::Route", nil)
	gone.PhysicalID = table.PhysicalID + "|pl-12345678"
	provider, _ := working(t).Find(gone.Type)
	if err := provider.Delete(t.Context(), gone); err != nil {
		t.Errorf("deleting a route that is not there: %v", err)
	}
}

func TestSecurityGroup(t *testing.T) {
	vpc, _ := ground(t)
	rule := func(from, to int) map[string]any {
		return map[string]any{"CidrIp": "10.0.0.0/16", "IpProtocol": "tcp", "FromPort": from, "ToPort": fmt.Sprint(to), "Description": "x"}
	}
	life{kind: "AWS::EC2::SecurityGroup",
		properties: func(unique string) map[string]any {
			return map[string]any{"GroupDescription": "a group", "GroupName": unique, "VpcId": vpc.PhysicalID,
				"SecurityGroupIngress": []any{rule(80, 80), map[string]any{"CidrIpv6": "::/0", "IpProtocol": "tcp", "FromPort": 81, "ToPort": 81}},
				"SecurityGroupEgress":  []any{rule(443, 443)}}
		},
		changes: []func(map[string]any){
			func(p map[string]any) { p["SecurityGroupIngress"] = []any{rule(80, 80), rule(82, 83)}; retags(p) },
			func(p map[string]any) { delete(p, "SecurityGroupEgress") },
		},
		check: func(t *testing.T, step int, result resource.Result) {
			output, err := ofEC2().DescribeSecurityGroups(t.Context(), &ec2.DescribeSecurityGroupsInput{GroupIds: []string{result.PhysicalID}})
			if err != nil {
				t.Fatal(err)
			}
			group := output.SecurityGroups[0]
			if len(group.IpPermissions) != 2 || len(group.IpPermissionsEgress) != 1 {
				t.Errorf("step %d: rules %d in, %d out", step, len(group.IpPermissions), len(group.IpPermissionsEgress))
			}
			protocol := map[bool]string{true: "-1", false: "tcp"}[step == 2]
			if got := aws.ToString(group.IpPermissionsEgress[0].IpProtocol); got != protocol {
				t.Errorf("step %d: egress by %s, want %s", step, got, protocol)
			}
		},
	}.live(t)
}

func TestSecurityGroupRules(t *testing.T) {
	vpc, _ := ground(t)
	group := made(t, "AWS::EC2::SecurityGroup", map[string]any{"GroupDescription": "one", "VpcId": vpc.PhysicalID})
	peer := made(t, "AWS::EC2::SecurityGroup", map[string]any{"GroupDescription": "two", "VpcId": vpc.PhysicalID})
	prefixes, err := ofEC2().DescribeManagedPrefixLists(t.Context(), &ec2.DescribeManagedPrefixListsInput{})
	if err != nil || len(prefixes.PrefixLists) == 0 {
		t.Fatalf("prefix lists: %v", err)
	}
	for way, side := range map[string]string{"Ingress": "Source", "Egress": "Destination"} {
		for target, id := range map[string]string{
			"SecurityGroupId": peer.PhysicalID, "PrefixListId": *prefixes.PrefixLists[0].PrefixListId,
		} {
			properties := map[string]any{"GroupId": group.PhysicalID, side + target: id,
				"IpProtocol": "tcp", "FromPort": 8080, "ToPort": 8080, "Description": "to the tasks"}
			life{kind: "AWS::EC2::SecurityGroup" + way,
				properties: func(string) map[string]any { return properties },
				changes:    []func(map[string]any){func(p map[string]any) { p["Description"] = "other" }},
			}.live(t)
			t.Run("twice", func(t *testing.T) {
				made(t, "AWS::EC2::SecurityGroup"+way, properties)
				refused(t, "AWS::EC2::SecurityGroup"+way, "InvalidPermission.Duplicate", properties)
			})
		}
	}
}

func TestEndpoints(t *testing.T) {
	vpc, subnet := ground(t)
	table := made(t, "AWS::EC2::RouteTable", map[string]any{"VpcId": vpc.PhysicalID})
	group := made(t, "AWS::EC2::SecurityGroup", map[string]any{"GroupDescription": "one", "VpcId": vpc.PhysicalID})
	statement := map[string]any{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
	properties := func(string) map[string]any {
		return map[string]any{"VpcId": vpc.PhysicalID, "ServiceName": "com.amazonaws.us-east-2.logs", "VpcEndpointType": "Interface",
			"PrivateDnsEnabled": true, "SubnetIds": []any{subnet.PhysicalID}, "SecurityGroupIds": []any{},
			"PolicyDocument": map[string]any{"Statement": statement}}
	}
	life{kind: "AWS::EC2::VPCEndpoint", properties: properties,
		changes: []func(map[string]any){func(p map[string]any) {
			p["SecurityGroupIds"] = []any{group.PhysicalID}
			p["PolicyDocument"] = map[string]any{"Version": "2012-10-17", "Statement": statement}
			retags(p)
		}},
		check: func(t *testing.T, step int, result resource.Result) {
			if len(list(result.Attributes["DnsEntries"])) == 0 || len(list(result.Attributes["NetworkInterfaceIds"])) != 1 {
				t.Errorf("attributes %v", result.Attributes)
			}
			output, err := ofEC2().DescribeVpcEndpoints(t.Context(), &ec2.DescribeVpcEndpointsInput{VpcEndpointIds: []string{result.PhysicalID}})
			if err != nil || len(output.VpcEndpoints[0].Groups) != step {
				t.Errorf("step %d: groups: %v", step, err)
			}
		}}.live(t)
	life{kind: "AWS::EC2::VPCEndpoint",
		properties: func(string) map[string]any {
			return map[string]any{"VpcId": vpc.PhysicalID, "ServiceName": "com.amazonaws.us-east-2.s3", "VpcEndpointType": "Gateway",
				"RouteTableIds": []any{table.PhysicalID}}
		}}.live(t)

	t.Run("refused", func(t *testing.T) {
		made(t, "AWS::EC2::VPCEndpoint", properties(""))
		refused(t, "AWS::EC2::VPCEndpoint", "conflicting DNS domain", properties(""))
		bad := properties("")
		bad["PolicyDocument"] = map[string]any{"Statement": []any{}}
		refused(t, "AWS::EC2::VPCEndpoint", "InvalidPolicyDocument", bad)
		closed := made(t, "AWS::EC2::VPC", map[string]any{"CidrBlock": "10.3.0.0/16"})
		bad = properties("")
		bad["VpcId"] = closed.PhysicalID
		refused(t, "AWS::EC2::VPCEndpoint", "Enabling private DNS requires", bad)
	})
}

func TestFlowLog(t *testing.T) {
	vpc, _ := ground(t)
	group := made(t, "AWS::Logs::LogGroup", map[string]any{})
	properties := func(string) map[string]any {
		return map[string]any{"ResourceId": vpc.PhysicalID, "ResourceType": "VPC", "TrafficType": "ALL",
			"LogDestinationType": "cloud-watch-logs", "LogGroupName": group.PhysicalID,
			"DeliverLogsPermissionArn": "arn:aws:iam::123456789012:role/flow-logs"}
	}
	life{kind: "AWS::EC2::FlowLog", properties: properties, changes: []func(map[string]any){retags}}.live(t)
	bad := properties("")
	bad["ResourceId"] = "vpc-00000000000000000"
	refused(t, "AWS::EC2::FlowLog", "InvalidVpcID.NotFound", bad)
}

func TestPartsThatFailByThemselves(t *testing.T) {
	err := reason(unsuccessful([]types.UnsuccessfulItem{{Error: &types.UnsuccessfulItemError{
		Code: aws.String("FlowLogAlreadyExists"), Message: aws.String("There is one already")}}}))
	if err == nil || !strings.Contains(err.Error(), "There is one already (Service: EC2") {
		t.Errorf("got %v", err)
	}
	refused(t, "AWS::EC2::VPC", "is no int32", map[string]any{"Ipv4NetmaskLength": "wide"})
}

func TestResourcesWithoutTags(t *testing.T) {
	for kind, properties := range map[string]map[string]any{
		"AWS::EC2::InternetGateway": {}, "AWS::Logs::LogGroup": {}, "AWS::KMS::Key": {},
		"AWS::SSM::Parameter": {"Type": "String", "Value": "x"}, "AWS::SQS::Queue": {},
	} {
		provider, err := working(t).Find(kind)
		if err != nil {
			t.Fatal(err)
		}
		request := asked(kind, properties)
		request.Tags = nil
		result, err := provider.Create(t.Context(), request)
		if err != nil {
			t.Fatalf("%s: %v", kind, err)
		}
		request = updated(request, result, properties)
		if _, err := provider.Update(t.Context(), request); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
		if err := provider.Delete(t.Context(), request); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
	}
}
