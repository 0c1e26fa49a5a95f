package providers

import (
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"

	"payment-processor/localaws/resource"
)

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
			output, err := ofEC2(t).DescribeSecurityGroups(t.Context(), &ec2.DescribeSecurityGroupsInput{GroupIds: []string{result.PhysicalID}})
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
	prefixes, err := ofEC2(t).DescribeManagedPrefixLists(t.Context(), &ec2.DescribeManagedPrefixListsInput{})
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
