package providers

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ec2"

	"payment-processor/localaws/resource"
)

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
			output, err := ofEC2(t).DescribeVpcEndpoints(t.Context(), &ec2.DescribeVpcEndpointsInput{VpcEndpointIds: []string{result.PhysicalID}})
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
