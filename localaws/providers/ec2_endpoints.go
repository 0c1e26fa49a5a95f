package providers

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"payment-processor/localaws/resource"
)

func (n networks) createEndpoint(ctx context.Context, request resource.Request) (resource.Result, error) {
	err := inOrder(
		func() error { return endpointPolicy(request.Properties) },
		func() error { return n.privateNames(ctx, request.Properties) },
	)
	if err != nil {
		return resource.Result{}, err
	}
	output, err := ask(ctx, request.Properties,
		&ec2.CreateVpcEndpointInput{TagSpecifications: n.tags(request, types.ResourceTypeVpcEndpoint)}, n.client.CreateVpcEndpoint)
	if err != nil {
		return resource.Result{}, err
	}
	return endpointResult(output.VpcEndpoint), nil
}

func endpointPolicy(properties map[string]any) error {
	if properties["PolicyDocument"] == nil {
		return nil
	}
	if fault := malformed(properties["PolicyDocument"], resourcePolicy); fault != "" {
		return refuse("EC2", "InvalidPolicyDocument", "The policy document is invalid: "+fault)
	}
	return nil
}

// privateNames refuses private DNS where EC2 does: in a VPC without DNS, and twice for one service.
func (n networks) privateNames(ctx context.Context, properties map[string]any) error {
	if !isTrue(properties["PrivateDnsEnabled"]) {
		return nil
	}
	vpc, service := text(properties["VpcId"]), text(properties["ServiceName"])
	for _, name := range []types.VpcAttributeName{types.VpcAttributeNameEnableDnsSupport, types.VpcAttributeNameEnableDnsHostnames} {
		output, err := n.client.DescribeVpcAttribute(ctx, &ec2.DescribeVpcAttributeInput{VpcId: &vpc, Attribute: name})
		if err != nil {
			return err
		}
		on := output.EnableDnsSupport
		if on == nil {
			on = output.EnableDnsHostnames
		}
		if !aws.ToBool(on.Value) {
			return refuse("EC2", "InvalidParameter", "Enabling private DNS requires both enableDnsSupport and "+
				"enableDnsHostnames VPC attributes set to true for "+vpc)
		}
	}
	output, err := n.client.DescribeVpcEndpoints(ctx, &ec2.DescribeVpcEndpointsInput{Filters: []types.Filter{
		{Name: aws.String("vpc-id"), Values: []string{vpc}}, {Name: aws.String("service-name"), Values: []string{service}},
	}})
	if err != nil {
		return err
	}
	for _, other := range output.VpcEndpoints {
		if aws.ToBool(other.PrivateDnsEnabled) && !strings.EqualFold(string(other.State), "deleted") {
			return refuse("EC2", "InvalidParameter", fmt.Sprintf("private-dns-enabled cannot be set because there is already a "+
				"conflicting DNS domain for %s in the VPC %s", service, vpc))
		}
	}
	return nil
}

func endpointResult(endpoint *types.VpcEndpoint) resource.Result {
	id := aws.ToString(endpoint.VpcEndpointId)
	names := []any{}
	for _, entry := range endpoint.DnsEntries {
		names = append(names, aws.ToString(entry.HostedZoneId)+":"+aws.ToString(entry.DnsName))
	}
	interfaces := []any{}
	for _, one := range endpoint.NetworkInterfaceIds {
		interfaces = append(interfaces, one)
	}
	created := ""
	if endpoint.CreationTimestamp != nil {
		created = endpoint.CreationTimestamp.String()
	}
	return resource.Result{PhysicalID: id, Attributes: map[string]any{
		"Id": id, "DnsEntries": names, "NetworkInterfaceIds": interfaces, "CreationTimestamp": created,
	}}
}

func (n networks) updateEndpoint(ctx context.Context, request resource.Request) (resource.Result, error) {
	result := resource.Result{PhysicalID: request.PhysicalID}
	id := &request.PhysicalID
	difference := func(property string) (add, remove []string) {
		now, before := texts(request.Properties[property]), texts(request.Old[property])
		return lacking(now, before), lacking(before, now)
	}
	input := &ec2.ModifyVpcEndpointInput{VpcEndpointId: id}
	input.AddRouteTableIds, input.RemoveRouteTableIds = difference("RouteTableIds")
	input.AddSubnetIds, input.RemoveSubnetIds = difference("SubnetIds")
	input.AddSecurityGroupIds, input.RemoveSecurityGroupIds = difference("SecurityGroupIds")
	if policy := text(request.Properties["PolicyDocument"]); policy != text(request.Old["PolicyDocument"]) {
		input.PolicyDocument, input.ResetPolicy = &policy, aws.Bool(policy == "")
	}
	err := inOrder(
		func() error { return endpointPolicy(request.Properties) },
		func() error { return failed(n.client.ModifyVpcEndpoint(ctx, input)) },
		func() error { return n.retag(ctx, request, request.PhysicalID) },
		func() error {
			output, err := n.client.DescribeVpcEndpoints(ctx, &ec2.DescribeVpcEndpointsInput{VpcEndpointIds: []string{*id}})
			if err == nil {
				result = endpointResult(&output.VpcEndpoints[0])
			}
			return err
		})
	return result, err
}

func (n networks) deleteEndpoint(ctx context.Context, request resource.Request) error {
	output, err := n.client.DeleteVpcEndpoints(ctx, &ec2.DeleteVpcEndpointsInput{VpcEndpointIds: []string{request.PhysicalID}})
	if err != nil {
		return err
	}
	return unsuccessful(output.Unsuccessful)
}
