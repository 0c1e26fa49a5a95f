package providers

import (
	"fmt"
	"testing"

	"payment-processor/localaws/resource"
)

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
	provider := providerOf(t, gone.Type)
	if err := provider.Delete(t.Context(), gone); err != nil {
		t.Errorf("deleting a route that is not there: %v", err)
	}
}
