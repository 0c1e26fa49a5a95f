package integration

import (
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

func subnets(t *testing.T, ids []string) []types.Subnet {
	t.Helper()
	return ok[*ec2.DescribeSubnetsOutput](t)(ec2.NewFromConfig(env.aws).DescribeSubnets(t.Context(), &ec2.DescribeSubnetsInput{SubnetIds: ids})).Subnets
}

func TestEndpointsAreAvailable(t *testing.T) {
	vpc, filter := output(t, "vpc_id"), "vpc-id"
	answer := ok[*ec2.DescribeVpcEndpointsOutput](t)(ec2.NewFromConfig(env.aws).DescribeVpcEndpoints(t.Context(), &ec2.DescribeVpcEndpointsInput{
		Filters: []types.Filter{{Name: &filter, Values: []string{vpc}}},
	}))
	var got []string
	for _, endpoint := range answer.VpcEndpoints {
		name := *endpoint.ServiceName
		_, short, _ := strings.Cut(strings.TrimPrefix(name, "com.amazonaws."), ".")
		got = append(got, short)
		if !strings.EqualFold(string(endpoint.State), "available") {
			t.Errorf("endpoint %s is %s", name, endpoint.State)
		}
		if endpoint.VpcEndpointType == types.VpcEndpointTypeInterface && (endpoint.PrivateDnsEnabled == nil || !*endpoint.PrivateDnsEnabled) {
			t.Errorf("endpoint %s has no private DNS name", name)
		}
		if want := short == "s3"; want != (endpoint.VpcEndpointType == types.VpcEndpointTypeGateway) {
			t.Errorf("endpoint %s is of type %s", name, endpoint.VpcEndpointType)
		}
	}
	for _, service := range []string{"ecr.api", "ecr.dkr", "logs", "secretsmanager", "kms", "ssmmessages", "s3"} {
		if !slices.Contains(got, service) {
			t.Errorf("tasks without internet do not reach %s: endpoints are %v", service, got)
		}
	}
}

func TestSubnetsSpreadOverZones(t *testing.T) {
	for _, key := range []string{"private_subnet_ids", "public_subnet_ids"} {
		ids := strings.Split(output(t, key), ",")
		zones := map[string]bool{}
		for _, subnet := range subnets(t, ids) {
			zones[*subnet.AvailabilityZone] = true
			if *subnet.VpcId != output(t, "vpc_id") {
				t.Errorf("subnet %s is in %s", *subnet.SubnetId, *subnet.VpcId)
			}
			if subnet.MapPublicIpOnLaunch != nil && *subnet.MapPublicIpOnLaunch && key == "private_subnet_ids" {
				t.Errorf("subnet %s gives public addresses away", *subnet.SubnetId)
			}
		}
		if len(zones) != len(ids) || len(zones) < 2 {
			t.Errorf("%s: %d subnets in %d zones", key, len(ids), len(zones))
		}
	}
}

func TestOnlyTheLoadBalancerReachesTheTasks(t *testing.T) {
	answer := ok[*ec2.DescribeSecurityGroupsOutput](t)(ec2.NewFromConfig(env.aws).DescribeSecurityGroups(t.Context(), &ec2.DescribeSecurityGroupsInput{
		GroupIds: []string{output(t, "app_security_group_id")},
	}))
	fromBalancer := false
	for _, rule := range answer.SecurityGroups[0].IpPermissions {
		if len(rule.IpRanges)+len(rule.Ipv6Ranges)+len(rule.PrefixListIds) > 0 {
			t.Errorf("the tasks admit addresses: %+v", rule.IpRanges)
		}
		for _, pair := range rule.UserIdGroupPairs {
			fromBalancer = fromBalancer || *pair.GroupId == output(t, "alb_security_group_id")
		}
	}
	if !fromBalancer {
		t.Error("the tasks do not admit the load balancer")
	}
}

func TestTrafficIsLogged(t *testing.T) {
	filter := "resource-id"
	answer := ok[*ec2.DescribeFlowLogsOutput](t)(ec2.NewFromConfig(env.aws).DescribeFlowLogs(t.Context(), &ec2.DescribeFlowLogsInput{
		Filter: []types.Filter{{Name: &filter, Values: []string{output(t, "vpc_id")}}},
	}))
	if len(answer.FlowLogs) == 0 || *answer.FlowLogs[0].FlowLogStatus != "ACTIVE" {
		t.Errorf("the VPC's flow logs are %+v", answer.FlowLogs)
	}
}
