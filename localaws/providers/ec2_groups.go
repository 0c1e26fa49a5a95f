package providers

import (
	"context"
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"payment-processor/localaws/resource"
)

// everywhere is the rule that EC2 gives each new group: CloudFormation takes it back where a template has its own.
var everywhere = map[string]any{"IpProtocol": "-1", "CidrIp": "0.0.0.0/0"}

// oneSource refuses a rule that is for nobody, or for two: moto makes none of it, or two.
func oneSource(rule map[string]any) error {
	for _, side := range [][]string{
		{"CidrIp", "CidrIpv6", "SourceSecurityGroupId", "SourcePrefixListId"},
		{"CidrIp", "CidrIpv6", "DestinationSecurityGroupId", "DestinationPrefixListId"},
	} {
		found := 0
		for _, name := range side {
			if text(rule[name]) != "" {
				found++
			}
		}
		if found == 1 {
			return nil
		}
	}
	return refuse("EC2", "InvalidParameterCombination", "Exactly one of CidrIp, CidrIpv6, a security group and a prefix list must be specified as source or destination")
}

// permission is a rule of a template as EC2 takes it.
func permission(rule map[string]any) types.IpPermission {
	description := optional(rule["Description"])
	one := types.IpPermission{
		IpProtocol: optional(rule["IpProtocol"]), FromPort: port(rule["FromPort"]), ToPort: port(rule["ToPort"]),
	}
	if address := optional(rule["CidrIp"]); address != nil {
		one.IpRanges = []types.IpRange{{CidrIp: address, Description: description}}
	}
	if address := optional(rule["CidrIpv6"]); address != nil {
		one.Ipv6Ranges = []types.Ipv6Range{{CidrIpv6: address, Description: description}}
	}
	for _, side := range []string{"Source", "Destination"} {
		if group := optional(rule[side+"SecurityGroupId"]); group != nil {
			one.UserIdGroupPairs = []types.UserIdGroupPair{{GroupId: group, Description: description}}
		}
		if prefixes := optional(rule[side+"PrefixListId"]); prefixes != nil {
			one.PrefixListIds = []types.PrefixListId{{PrefixListId: prefixes, Description: description}}
		}
	}
	return one
}

func optional(value any) *string {
	if word := text(value); word != "" {
		return &word
	}
	return nil
}

func port(value any) *int32 {
	number, err := strconv.ParseInt(text(value), 10, 32)
	if err != nil {
		return nil
	}
	return aws.Int32(int32(number))
}

func (n networks) createGroup(ctx context.Context, request resource.Request) (resource.Result, error) {
	output, err := n.client.CreateSecurityGroup(ctx, &ec2.CreateSecurityGroupInput{
		GroupName: aws.String(named(request, "GroupName", 255)), Description: optional(request.Properties["GroupDescription"]),
		VpcId: optional(request.Properties["VpcId"]), TagSpecifications: n.tags(request, types.ResourceTypeSecurityGroup),
	})
	if err != nil {
		return resource.Result{}, err
	}
	request.PhysicalID = aws.ToString(output.GroupId)
	return n.settleGroup(ctx, request)
}

func (n networks) updateGroup(ctx context.Context, request resource.Request) (resource.Result, error) {
	if err := n.retag(ctx, request, request.PhysicalID); err != nil {
		return groupResult(request), err
	}
	return n.settleGroup(ctx, request)
}

func groupResult(request resource.Request) resource.Result {
	return resource.Result{PhysicalID: request.PhysicalID, Attributes: map[string]any{
		"GroupId": request.PhysicalID, "Id": request.PhysicalID, "VpcId": text(request.Properties["VpcId"]),
	}}
}

// settleGroup takes back the rules that a group shall not have, and adds those it has not.
func (n networks) settleGroup(ctx context.Context, request resource.Request) (resource.Result, error) {
	egress := func(properties map[string]any) []any {
		if rules := list(properties["SecurityGroupEgress"]); len(rules) > 0 {
			return rules
		}
		return []any{everywhere}
	}
	in, out := request.Properties["SecurityGroupIngress"], egress(request.Properties)
	oldIn, oldOut := list(request.Old["SecurityGroupIngress"]), egress(request.Old)
	id := &request.PhysicalID
	var done []string // an update that comes again, or back, finds part of its work done
	if request.Old != nil {
		done = []string{"InvalidPermission.NotFound", "InvalidPermission.Duplicate"}
	}
	err := inOrder(
		each(append(slices.Clone(list(in)), out...), func(rule any) error { return oneSource(object(rule)) }),
		each(newRules(oldIn, list(in)), func(rule types.IpPermission) error {
			return unless(failed(n.client.RevokeSecurityGroupIngress(ctx,
				&ec2.RevokeSecurityGroupIngressInput{GroupId: id, IpPermissions: []types.IpPermission{rule}})), done...)
		}),
		each(newRules(oldOut, out), func(rule types.IpPermission) error {
			return unless(failed(n.client.RevokeSecurityGroupEgress(ctx,
				&ec2.RevokeSecurityGroupEgressInput{GroupId: id, IpPermissions: []types.IpPermission{rule}})), done...)
		}),
		each(newRules(list(in), oldIn), func(rule types.IpPermission) error {
			return unless(failed(n.client.AuthorizeSecurityGroupIngress(ctx,
				&ec2.AuthorizeSecurityGroupIngressInput{GroupId: id, IpPermissions: []types.IpPermission{rule}})), done...)
		}),
		each(newRules(out, oldOut), func(rule types.IpPermission) error {
			return unless(failed(n.client.AuthorizeSecurityGroupEgress(ctx,
				&ec2.AuthorizeSecurityGroupEgressInput{GroupId: id, IpPermissions: []types.IpPermission{rule}})), done...)
		}),
	)
	return groupResult(request), err
}

// newRules are the rules of one list that are not in the other.
func newRules(rules, others []any) []types.IpPermission {
	known := map[string]bool{}
	for _, rule := range others {
		known[text(rule)] = true
	}
	var rest []types.IpPermission
	for _, rule := range rules {
		if !known[text(rule)] {
			rest = append(rest, permission(object(rule)))
		}
	}
	return rest
}

func each[T any](items []T, do func(T) error) func() error {
	return func() error {
		for _, item := range items {
			if err := do(item); err != nil {
				return err
			}
		}
		return nil
	}
}

func (n networks) deleteGroup(ctx context.Context, request resource.Request) error {
	return failed(n.client.DeleteSecurityGroup(ctx, &ec2.DeleteSecurityGroupInput{GroupId: &request.PhysicalID}))
}

func (n networks) createIngress(ctx context.Context, request resource.Request) (resource.Result, error) {
	if err := oneSource(request.Properties); err != nil {
		return resource.Result{}, err
	}
	output, err := n.client.AuthorizeSecurityGroupIngress(ctx, &ec2.AuthorizeSecurityGroupIngressInput{
		GroupId: optional(request.Properties["GroupId"]), IpPermissions: []types.IpPermission{permission(request.Properties)},
	})
	if err != nil {
		return resource.Result{}, err
	}
	return alone("Id", aws.ToString(output.SecurityGroupRules[0].SecurityGroupRuleId)), nil
}

func (n networks) updateIngress(ctx context.Context, request resource.Request) (resource.Result, error) {
	return alone("Id", request.PhysicalID), failed(n.client.UpdateSecurityGroupRuleDescriptionsIngress(ctx,
		&ec2.UpdateSecurityGroupRuleDescriptionsIngressInput{
			GroupId: optional(request.Properties["GroupId"]), IpPermissions: []types.IpPermission{permission(request.Properties)},
		}))
}

func (n networks) deleteIngress(ctx context.Context, request resource.Request) error {
	return failed(n.client.RevokeSecurityGroupIngress(ctx, &ec2.RevokeSecurityGroupIngressInput{
		GroupId: optional(request.Properties["GroupId"]), SecurityGroupRuleIds: []string{request.PhysicalID},
	}))
}

func (n networks) createEgress(ctx context.Context, request resource.Request) (resource.Result, error) {
	if err := oneSource(request.Properties); err != nil {
		return resource.Result{}, err
	}
	output, err := n.client.AuthorizeSecurityGroupEgress(ctx, &ec2.AuthorizeSecurityGroupEgressInput{
		GroupId: optional(request.Properties["GroupId"]), IpPermissions: []types.IpPermission{permission(request.Properties)},
	})
	if err != nil {
		return resource.Result{}, err
	}
	return alone("Id", aws.ToString(output.SecurityGroupRules[0].SecurityGroupRuleId)), nil
}

func (n networks) updateEgress(ctx context.Context, request resource.Request) (resource.Result, error) {
	return alone("Id", request.PhysicalID), failed(n.client.UpdateSecurityGroupRuleDescriptionsEgress(ctx,
		&ec2.UpdateSecurityGroupRuleDescriptionsEgressInput{
			GroupId: optional(request.Properties["GroupId"]), IpPermissions: []types.IpPermission{permission(request.Properties)},
		}))
}

func (n networks) deleteEgress(ctx context.Context, request resource.Request) error {
	return failed(n.client.RevokeSecurityGroupEgress(ctx, &ec2.RevokeSecurityGroupEgressInput{
		GroupId: optional(request.Properties["GroupId"]), SecurityGroupRuleIds: []string{request.PhysicalID},
	}))
}
