package providers

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"payment-processor/localaws/resource"
)

// EC2 makes networks.
func EC2(config aws.Config) resource.Registry {
	n := networks{ec2.NewFromConfig(config)}
	same := n.retagged
	return resource.Registry{
		"AWS::EC2::VPC":                         operations{n.createVPC, n.updateVPC, n.deleteVPC},
		"AWS::EC2::Subnet":                      operations{n.createSubnet, n.updateSubnet, n.deleteSubnet},
		"AWS::EC2::InternetGateway":             operations{n.createInternetGateway, same("InternetGatewayId"), n.deleteInternetGateway},
		"AWS::EC2::VPCGatewayAttachment":        operations{n.attach, n.attach, n.detach},
		"AWS::EC2::EIP":                         operations{n.createAddress, n.updateAddress, n.deleteAddress},
		"AWS::EC2::NatGateway":                  operations{n.createNAT, same("NatGatewayId"), n.deleteNAT},
		"AWS::EC2::RouteTable":                  operations{n.createRouteTable, same("RouteTableId"), n.deleteRouteTable},
		"AWS::EC2::SubnetRouteTableAssociation": operations{n.associate, n.associated, n.disassociate},
		"AWS::EC2::Route":                       operations{n.createRoute, n.updateRoute, n.deleteRoute},
		"AWS::EC2::VPCEndpoint":                 operations{n.createEndpoint, n.updateEndpoint, n.deleteEndpoint},
		"AWS::EC2::SecurityGroup":               operations{n.createGroup, n.updateGroup, n.deleteGroup},
		"AWS::EC2::SecurityGroupIngress":        operations{n.createIngress, n.updateIngress, n.deleteIngress},
		"AWS::EC2::SecurityGroupEgress":         operations{n.createEgress, n.updateEgress, n.deleteEgress},
		"AWS::EC2::FlowLog":                     operations{n.createFlowLog, same("Id"), n.deleteFlowLog},
	}
}

type networks struct{ client *ec2.Client }

// tags are what a resource is created with.
func (networks) tags(request resource.Request, kind types.ResourceType) []types.TagSpecification {
	tags := ec2Tags(tagged(request))
	if len(tags) == 0 {
		return nil
	}
	return []types.TagSpecification{{ResourceType: kind, Tags: tags}}
}

func ec2Tags(properties map[string]any) []types.Tag {
	var tags []types.Tag
	for _, entry := range list(properties["Tags"]) {
		tags = append(tags, types.Tag{Key: aws.String(text(object(entry)["Key"])), Value: aws.String(text(object(entry)["Value"]))})
	}
	return tags
}

// retag makes a resource's tags those of the request.
func (n networks) retag(ctx context.Context, request resource.Request, id string) error {
	if gone := untagged(request); len(gone) > 0 {
		var tags []types.Tag
		for _, key := range gone {
			tags = append(tags, types.Tag{Key: aws.String(key)})
		}
		if _, err := n.client.DeleteTags(ctx, &ec2.DeleteTagsInput{Resources: []string{id}, Tags: tags}); err != nil {
			return err
		}
	}
	tags := ec2Tags(tagged(request))
	if len(tags) == 0 {
		return nil
	}
	return failed(n.client.CreateTags(ctx, &ec2.CreateTagsInput{Resources: []string{id}, Tags: tags}))
}

// retagged is the update of a resource of which nothing but tags can change.
func (n networks) retagged(attribute string) func(context.Context, resource.Request) (resource.Result, error) {
	return func(ctx context.Context, request resource.Request) (resource.Result, error) {
		return alone(attribute, request.PhysicalID), n.retag(ctx, request, request.PhysicalID)
	}
}

// alone is the result of a resource that has its id for its only attribute.
func alone(attribute, id string) resource.Result {
	return resource.Result{PhysicalID: id, Attributes: map[string]any{attribute: id}}
}

func (n networks) createVPC(ctx context.Context, request resource.Request) (resource.Result, error) {
	output, err := ask(ctx, request.Properties,
		&ec2.CreateVpcInput{TagSpecifications: n.tags(request, types.ResourceTypeVpc)}, n.client.CreateVpc)
	if err != nil {
		return resource.Result{}, err
	}
	request.PhysicalID = aws.ToString(output.Vpc.VpcId)
	return n.settleVPC(ctx, request)
}

func (n networks) updateVPC(ctx context.Context, request resource.Request) (resource.Result, error) {
	if err := n.retag(ctx, request, request.PhysicalID); err != nil {
		return resource.Result{PhysicalID: request.PhysicalID}, err
	}
	return n.settleVPC(ctx, request)
}

// settleVPC sets what a VPC is not created with, and reads its attributes.
func (n networks) settleVPC(ctx context.Context, request resource.Request) (resource.Result, error) {
	id := aws.String(request.PhysicalID)
	result := resource.Result{PhysicalID: request.PhysicalID}
	names, support := request.Properties["EnableDnsHostnames"], request.Properties["EnableDnsSupport"]
	ofVPC := []types.Filter{{Name: aws.String("vpc-id"), Values: []string{request.PhysicalID}}}
	err := inOrder(
		func() error {
			return failed(n.client.ModifyVpcAttribute(ctx, &ec2.ModifyVpcAttributeInput{VpcId: id,
				EnableDnsSupport: &types.AttributeBooleanValue{Value: aws.Bool(support == nil || isTrue(support))}}))
		},
		func() error {
			return failed(n.client.ModifyVpcAttribute(ctx, &ec2.ModifyVpcAttributeInput{VpcId: id,
				EnableDnsHostnames: &types.AttributeBooleanValue{Value: aws.Bool(isTrue(names))}}))
		},
		func() error {
			groups, err := n.client.DescribeSecurityGroups(ctx, &ec2.DescribeSecurityGroupsInput{
				Filters: append(slices.Clone(ofVPC), types.Filter{Name: aws.String("group-name"), Values: []string{"default"}})})
			if err != nil {
				return err
			}
			lists, err := n.client.DescribeNetworkAcls(ctx, &ec2.DescribeNetworkAclsInput{
				Filters: append(slices.Clone(ofVPC), types.Filter{Name: aws.String("default"), Values: []string{"true"}})})
			if err != nil {
				return err
			}
			result.Attributes = map[string]any{
				"VpcId": request.PhysicalID, "CidrBlock": text(request.Properties["CidrBlock"]),
				"CidrBlockAssociations": []any{}, "Ipv6CidrBlocks": []any{},
			}
			for _, group := range groups.SecurityGroups {
				result.Attributes["DefaultSecurityGroup"] = aws.ToString(group.GroupId)
			}
			for _, list := range lists.NetworkAcls {
				result.Attributes["DefaultNetworkAcl"] = aws.ToString(list.NetworkAclId)
			}
			return nil
		})
	return result, err
}

func (n networks) deleteVPC(ctx context.Context, request resource.Request) error {
	return failed(n.client.DeleteVpc(ctx, &ec2.DeleteVpcInput{VpcId: &request.PhysicalID}))
}
