package providers

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"payment-processor/localaws/resource"
)

func (n networks) createInternetGateway(ctx context.Context, request resource.Request) (resource.Result, error) {
	output, err := n.client.CreateInternetGateway(ctx, &ec2.CreateInternetGatewayInput{
		TagSpecifications: n.tags(request, types.ResourceTypeInternetGateway),
	})
	if err != nil {
		return resource.Result{}, err
	}
	return alone("InternetGatewayId", aws.ToString(output.InternetGateway.InternetGatewayId)), nil
}

func (n networks) deleteInternetGateway(ctx context.Context, request resource.Request) error {
	return failed(n.client.DeleteInternetGateway(ctx, &ec2.DeleteInternetGatewayInput{InternetGatewayId: &request.PhysicalID}))
}

// attach gives a VPC its internet gateway: another one, too.
func (n networks) attach(ctx context.Context, request resource.Request) (resource.Result, error) {
	result := resource.Result{
		PhysicalID: "IGW|" + text(request.Properties["VpcId"]), Attributes: map[string]any{"AttachmentType": "IGW"},
	}
	if text(request.Properties["InternetGatewayId"]) == "" {
		return resource.Result{}, refuse("EC2", "UnsupportedOperation", "only internet gateways can be attached here")
	}
	var done []string // an update that comes again, or back, finds part of its work done
	if request.PhysicalID != "" {
		done = []string{"Resource.AlreadyAssociated"}
		before := request
		before.Properties = request.Old
		if err := n.detach(ctx, before); err != nil {
			return result, err
		}
	}
	err := failed(ask(ctx, request.Properties, &ec2.AttachInternetGatewayInput{}, n.client.AttachInternetGateway))
	return result, unless(err, done...)
}

func (n networks) detach(ctx context.Context, request resource.Request) error {
	err := failed(ask(ctx, request.Properties, &ec2.DetachInternetGatewayInput{}, n.client.DetachInternetGateway))
	return unless(err, "Gateway.NotAttached")
}

func (n networks) createAddress(ctx context.Context, request resource.Request) (resource.Result, error) {
	output, err := ask(ctx, request.Properties,
		&ec2.AllocateAddressInput{TagSpecifications: n.tags(request, types.ResourceTypeElasticIp)}, n.client.AllocateAddress)
	if err != nil {
		return resource.Result{}, err
	}
	return addressResult(output.PublicIp, output.AllocationId), nil
}

func addressResult(address, allocation *string) resource.Result {
	return resource.Result{PhysicalID: aws.ToString(address), Attributes: map[string]any{
		"PublicIp": aws.ToString(address), "AllocationId": aws.ToString(allocation),
	}}
}

// allocation finds an address, which Ref answers, by what it is released by.
func (n networks) allocation(ctx context.Context, address string) (*string, error) {
	output, err := n.client.DescribeAddresses(ctx, &ec2.DescribeAddressesInput{
		Filters: []types.Filter{{Name: aws.String("public-ip"), Values: []string{address}}}})
	if err != nil {
		return nil, err
	}
	for _, found := range output.Addresses {
		return found.AllocationId, nil
	}
	return nil, refuse("EC2", "InvalidAddress.NotFound", "Address '"+address+"' not found.")
}

func (n networks) updateAddress(ctx context.Context, request resource.Request) (resource.Result, error) {
	allocation, err := n.allocation(ctx, request.PhysicalID)
	if err != nil {
		return resource.Result{PhysicalID: request.PhysicalID}, err
	}
	return addressResult(&request.PhysicalID, allocation), n.retag(ctx, request, aws.ToString(allocation))
}

func (n networks) deleteAddress(ctx context.Context, request resource.Request) error {
	allocation, err := n.allocation(ctx, request.PhysicalID)
	if err != nil {
		return err
	}
	return failed(n.client.ReleaseAddress(ctx, &ec2.ReleaseAddressInput{AllocationId: allocation}))
}

func (n networks) createNAT(ctx context.Context, request resource.Request) (resource.Result, error) {
	output, err := ask(ctx, request.Properties,
		&ec2.CreateNatGatewayInput{TagSpecifications: n.tags(request, types.ResourceTypeNatgateway)}, n.client.CreateNatGateway)
	if err != nil {
		return resource.Result{}, err
	}
	return alone("NatGatewayId", aws.ToString(output.NatGateway.NatGatewayId)), nil
}

func (n networks) deleteNAT(ctx context.Context, request resource.Request) error {
	return failed(n.client.DeleteNatGateway(ctx, &ec2.DeleteNatGatewayInput{NatGatewayId: &request.PhysicalID}))
}

func (n networks) createFlowLog(ctx context.Context, request resource.Request) (resource.Result, error) {
	output, err := ask(ctx, request.Properties, &ec2.CreateFlowLogsInput{
		ResourceIds: []string{text(request.Properties["ResourceId"])}, TagSpecifications: n.tags(request, types.ResourceTypeVpcFlowLog),
	}, n.client.CreateFlowLogs)
	if err != nil {
		return resource.Result{}, err
	}
	var result resource.Result
	for _, id := range output.FlowLogIds {
		result = alone("Id", id)
	}
	return result, unsuccessful(output.Unsuccessful)
}

// unsuccessful is the error of operations on several things, of which each may fail by itself.
func unsuccessful(items []types.UnsuccessfulItem) error {
	for _, item := range items {
		return refuse("EC2", aws.ToString(item.Error.Code), aws.ToString(item.Error.Message))
	}
	return nil
}

func (n networks) deleteFlowLog(ctx context.Context, request resource.Request) error {
	return failed(n.client.DeleteFlowLogs(ctx, &ec2.DeleteFlowLogsInput{FlowLogIds: []string{request.PhysicalID}}))
}
