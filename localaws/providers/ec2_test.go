package providers

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"payment-processor/localaws/resource"
)

func ofEC2(t *testing.T) *ec2.Client { return ec2.NewFromConfig(local(t)) }

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
				"Tags": tag("Name", "network")}
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
			output, err := ofEC2(t).DescribeVpcAttribute(t.Context(), &ec2.DescribeVpcAttributeInput{
				VpcId: &result.PhysicalID, Attribute: types.VpcAttributeNameEnableDnsHostnames})
			if err != nil || aws.ToBool(output.EnableDnsHostnames.Value) != (step == 0) {
				t.Errorf("step %d: DNS host names: %v %v", step, output, err)
			}
			vpcs, err := ofEC2(t).DescribeVpcs(t.Context(), &ec2.DescribeVpcsInput{VpcIds: []string{result.PhysicalID}})
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
			output, err := ofEC2(t).DescribeSubnets(t.Context(), &ec2.DescribeSubnetsInput{SubnetIds: []string{result.PhysicalID}})
			if err != nil || aws.ToBool(output.Subnets[0].MapPublicIpOnLaunch) != (step == 0) {
				t.Errorf("step %d: public addresses on launch: %v", step, err)
			}
		},
	}.live(t)
	refused(t, "AWS::EC2::Subnet", "InvalidSubnet.Conflict", map[string]any{"VpcId": vpc.PhysicalID, "CidrBlock": "10.0.0.0/25"})
}

func TestPartsThatFailByThemselves(t *testing.T) {
	err := reason(unsuccessful([]types.UnsuccessfulItem{{Error: &types.UnsuccessfulItemError{
		Code: aws.String("FlowLogAlreadyExists"), Message: aws.String("There is one already")}}}))
	if err == nil || !strings.Contains(err.Error(), "There is one already (Service: EC2") {
		t.Errorf("got %v", err)
	}
	refused(t, "AWS::EC2::VPC", "is no int32", map[string]any{"Ipv4NetmaskLength": "wide"})
}
