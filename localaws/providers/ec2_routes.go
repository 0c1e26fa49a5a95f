package providers

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"payment-processor/localaws/resource"
)

func (n networks) createSubnet(ctx context.Context, request resource.Request) (resource.Result, error) {
	output, err := ask(ctx, request.Properties,
		&ec2.CreateSubnetInput{TagSpecifications: n.tags(request, types.ResourceTypeSubnet)}, n.client.CreateSubnet)
	if err != nil {
		return resource.Result{}, err
	}
	request.PhysicalID = aws.ToString(output.Subnet.SubnetId)
	return n.settleSubnet(ctx, request)
}

func (n networks) updateSubnet(ctx context.Context, request resource.Request) (resource.Result, error) {
	if err := n.retag(ctx, request, request.PhysicalID); err != nil {
		return resource.Result{PhysicalID: request.PhysicalID}, err
	}
	return n.settleSubnet(ctx, request)
}

// settleSubnet sets what a subnet is not created with, and reads its attributes.
func (n networks) settleSubnet(ctx context.Context, request resource.Request) (resource.Result, error) {
	result := resource.Result{PhysicalID: request.PhysicalID}
	public := types.AttributeBooleanValue{Value: aws.Bool(isTrue(request.Properties["MapPublicIpOnLaunch"]))}
	if _, err := n.client.ModifySubnetAttribute(ctx, &ec2.ModifySubnetAttributeInput{
		SubnetId: &request.PhysicalID, MapPublicIpOnLaunch: &public,
	}); err != nil {
		return result, err
	}
	output, err := n.client.DescribeSubnets(ctx, &ec2.DescribeSubnetsInput{SubnetIds: []string{request.PhysicalID}})
	if err != nil {
		return result, err
	}
	for _, subnet := range output.Subnets {
		result.Attributes = map[string]any{
			"SubnetId": request.PhysicalID, "VpcId": aws.ToString(subnet.VpcId), "CidrBlock": aws.ToString(subnet.CidrBlock),
			"AvailabilityZone": aws.ToString(subnet.AvailabilityZone), "Ipv6CidrBlocks": []any{},
			"AvailabilityZoneId": aws.ToString(subnet.AvailabilityZoneId),
		}
	}
	return result, nil
}

func (n networks) deleteSubnet(ctx context.Context, request resource.Request) error {
	return failed(n.client.DeleteSubnet(ctx, &ec2.DeleteSubnetInput{SubnetId: &request.PhysicalID}))
}

func (n networks) createRouteTable(ctx context.Context, request resource.Request) (resource.Result, error) {
	output, err := ask(ctx, request.Properties,
		&ec2.CreateRouteTableInput{TagSpecifications: n.tags(request, types.ResourceTypeRouteTable)}, n.client.CreateRouteTable)
	if err != nil {
		return resource.Result{}, err
	}
	return alone("RouteTableId", aws.ToString(output.RouteTable.RouteTableId)), nil
}

func (n networks) deleteRouteTable(ctx context.Context, request resource.Request) error {
	return failed(n.client.DeleteRouteTable(ctx, &ec2.DeleteRouteTableInput{RouteTableId: &request.PhysicalID}))
}

func (n networks) associate(ctx context.Context, request resource.Request) (resource.Result, error) {
	output, err := ask(ctx, request.Properties, &ec2.AssociateRouteTableInput{}, n.client.AssociateRouteTable)
	if err != nil {
		return resource.Result{}, err
	}
	return alone("Id", aws.ToString(output.AssociationId)), nil
}

// associated is the update of an association, of which nothing can change.
func (networks) associated(_ context.Context, request resource.Request) (resource.Result, error) {
	return alone("Id", request.PhysicalID), nil
}

func (n networks) disassociate(ctx context.Context, request resource.Request) error {
	return failed(n.client.DisassociateRouteTable(ctx, &ec2.DisassociateRouteTableInput{AssociationId: &request.PhysicalID}))
}

// destinations are the properties one of which says what a route is for.
var destinations = []string{"DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId"}

func routeResult(properties map[string]any) resource.Result {
	for _, property := range destinations {
		if destination := text(properties[property]); destination != "" {
			return resource.Result{
				PhysicalID: text(properties["RouteTableId"]) + "|" + destination,
				Attributes: map[string]any{"CidrBlock": destination},
			}
		}
	}
	return resource.Result{}
}

func (n networks) createRoute(ctx context.Context, request resource.Request) (resource.Result, error) {
	if _, err := ask(ctx, request.Properties, &ec2.CreateRouteInput{}, n.client.CreateRoute); err != nil {
		return resource.Result{}, err
	}
	return routeResult(request.Properties), nil
}

func (n networks) updateRoute(ctx context.Context, request resource.Request) (resource.Result, error) {
	_, err := ask(ctx, request.Properties, &ec2.ReplaceRouteInput{}, n.client.ReplaceRoute)
	return routeResult(request.Properties), err
}

func (n networks) deleteRoute(ctx context.Context, request resource.Request) error {
	table, destination, _ := strings.Cut(request.PhysicalID, "|")
	input := &ec2.DeleteRouteInput{RouteTableId: &table}
	switch {
	case strings.HasPrefix(destination, "pl-"):
		input.DestinationPrefixListId = &destination
	case strings.Contains(destination, ":"):
		input.DestinationIpv6CidrBlock = &destination
	default:
		input.DestinationCidrBlock = &destination
	}
	return failed(n.client.DeleteRoute(ctx, input))
}
