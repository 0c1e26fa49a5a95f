package stacks

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func TestNatGatewaysAreConfigurable(t *testing.T) {
	for _, count := range []int{0, 1, 2} {
		e := synthesized(t, "dev", object{"natGateways": fmt.Sprint(count)})
		if got := len(e.resources("AWS::EC2::NatGateway")); got != count {
			t.Errorf("%d NAT gateways, want %d", got, count)
		}
		if got := len(e.Stacks.Network.NatGatewayIDs); got != count {
			t.Errorf("the alarms would watch %d NAT gateways, want %d", got, count)
		}
		// Each private subnet's way out, and none without NAT.
		ways := 0
		for _, route := range e.resources("AWS::EC2::Route") {
			if route.Properties["NatGatewayId"] != nil {
				ways++
			}
		}
		if want := min(count, 1) * e.Config.Network.AvailabilityZones; ways != want {
			t.Errorf("with %d NAT gateways %d private subnets have a way out, want %d", count, ways, want)
		}
	}
}

// A subnet whose address changes is replaced, and with it whatever runs in it.
func TestAZoneMoreMovesNoSubnet(t *testing.T) {
	two, three := cidrs(synthesized(t, "dev")), cidrs(synthesized(t, "dev", object{"availabilityZones": "3"}))
	if len(two) != 6 || len(three) != 9 {
		t.Fatalf("%d subnets in two zones and %d in three, want 6 and 9", len(two), len(three))
	}
	for id, cidr := range two {
		if three[id] != cidr {
			t.Errorf("%s moves from %v to %v", id, cidr, three[id])
		}
	}
}

func cidrs(e *environment) map[string]any {
	found := map[string]any{}
	for _, subnet := range e.resources("AWS::EC2::Subnet") {
		found[subnet.ID] = subnet.Properties["CidrBlock"]
	}
	return found
}

func TestSubnetsAreASixteenthOfTheVpc(t *testing.T) {
	for _, cidr := range cidrs(synthesized(t, "dev", object{"vpcCidr": "10.20.0.0/20"})) {
		if !strings.HasSuffix(literal(cidr), "/24") || !strings.HasPrefix(literal(cidr), "10.20.") {
			t.Errorf("a subnet of 10.20.0.0/20 is %v", cidr)
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("a CIDR without a prefix is silently accepted")
		}
	}()
	subnetMask(Config{Network: NetworkConfig{VpcCidr: "10.0.0.0"}})
}

// A pinned account asks for its zones no more than an open one: its templates are the same but for the account.
func TestAPinnedAccountHasTheSameZones(t *testing.T) {
	e := synthesized(t, "dev", object{"account": "111122223333", "availabilityZones": "3"})
	if got := *e.Stacks.Network.Stack.AvailabilityZones(); len(got) > 0 {
		t.Errorf("the CDK would look zones up, and for now has %d made-up ones", len(got))
	}
	zones := map[string]int{}
	for _, subnet := range e.resources("AWS::EC2::Subnet") {
		zones[fmt.Sprint(subnet.Properties["AvailabilityZone"])]++
	}
	if len(zones) != 3 {
		t.Errorf("subnets are in the zones %v, want three", zones)
	}
	for zone, subnets := range zones {
		if !strings.Contains(zone, "Fn::GetAZs:us-east-2") || subnets != 3 {
			t.Errorf("zone %s has %d subnets", zone, subnets)
		}
	}
}

func TestVpcResolvesPrivateNames(t *testing.T) {
	vpc := synthesized(t, "dev").only(t, "AWS::EC2::VPC")
	if vpc.Properties["EnableDnsSupport"] != true || vpc.Properties["EnableDnsHostnames"] != true {
		t.Error("endpoints with private DNS need both DNS settings of the VPC")
	}
	if name := tagsOf(vpc)["Name"]; name != "payment-processor-vpc-dev" {
		t.Errorf("the VPC is called %s", name)
	}
}

// Without one of these a task in a subnet without NAT does not start, log, or let anybody look inside.
func TestTasksNeedNoInternet(t *testing.T) {
	e := synthesized(t, "dev", object{"natGateways": "0"})
	private := e.references("network", e.privateSubnets())
	var services []string
	for _, r := range e.resources("AWS::EC2::VPCEndpoint") {
		if r.Stack != "network" {
			continue // not for tasks
		}
		service := literal(r.Properties["ServiceName"])
		if r.Properties["VpcEndpointType"] == "Gateway" {
			services = append(services, "gateway "+service[strings.LastIndex(service, ".")+1:])
			continue
		}
		services = append(services, strings.TrimPrefix(service, "com.amazonaws.us-east-2."))
		if r.Properties["PrivateDnsEnabled"] != true {
			t.Errorf("%v does not answer under the service's own name", r)
		}
		if got := e.subnets(r); !slices.Equal(got, private) {
			t.Errorf("%v is in %v, the tasks are in %v", r, got, private)
		}
	}
	slices.Sort(services)
	want := []string{"ecr.api", "ecr.dkr", "gateway s3", "kms", "logs", "secretsmanager", "ssmmessages"}
	if !slices.Equal(services, want) {
		t.Errorf("endpoints %v, want %v", services, want)
	}
}

func (e *environment) privateSubnets() []any {
	var ids []any
	for _, r := range e.resources("AWS::EC2::Subnet") {
		if tagsOf(r)["aws-cdk:subnet-type"] == "Private" {
			ids = append(ids, object{"Ref": r.ID})
		}
	}
	return ids
}

func TestEndpointsAdmitHTTPSFromInsideOnly(t *testing.T) {
	e := synthesized(t, "dev")
	for _, r := range e.resources("AWS::EC2::VPCEndpoint") {
		for _, group := range e.securityGroups(r) {
			rules := 0
			for _, rule := range e.ingressRules() {
				if rule.group != group {
					continue
				}
				rules++
				inside := e.only(t, "AWS::EC2::VPC").Properties["CidrBlock"]
				if rule.properties["CidrIp"] != inside || rule.properties["FromPort"] != 443.0 || rule.properties["ToPort"] != 443.0 {
					t.Errorf("%v admits %v", r, rule.properties)
				}
			}
			if rules != 1 {
				t.Errorf("%v has %d rules, want one", r, rules)
			}
			if egress := fmt.Sprint(e.find(group).Properties["SecurityGroupEgress"]); !strings.Contains(egress, "255.255.255.255/32") {
				t.Errorf("%v may speak to %s", r, egress)
			}
		}
	}
}

func (e *environment) find(key string) resource {
	return e.resources()[e.index(key)]
}

// index is where among all resources that one stands; below 0: nowhere.
func (e *environment) index(key string) int {
	return slices.IndexFunc(e.resources(), func(r resource) bool { return r.key() == key })
}

// Stolen credentials of another account carry nothing out through our endpoints.
func TestEndpointsAreForOurAccount(t *testing.T) {
	for _, s := range synthesized(t, "dev").statements() {
		if s.Type == "AWS::EC2::VPCEndpoint" && !bucketOfAWS(s) {
			equals := asObject(asObject(s.Body["Condition"])["StringEquals"])
			if !slices.Equal(listed(asObject(equals["aws:PrincipalAccount"])["Ref"]), []any{"AWS::AccountId"}) {
				t.Errorf("%v is for %v", s, s.Body["Condition"])
			}
			if s.Body["Action"] == "s3:*" && !reflect.DeepEqual(equals["aws:ResourceAccount"], equals["aws:PrincipalAccount"]) {
				t.Errorf("%v carries our data into buckets of other accounts", s)
			}
		}
	}
}

func TestFlowLogsRecordAllTraffic(t *testing.T) {
	e := synthesized(t, "dev")
	log := e.only(t, "AWS::EC2::FlowLog")
	if log.Properties["TrafficType"] != "ALL" {
		t.Errorf("only %v traffic is recorded", log.Properties["TrafficType"])
	}
	if !e.isLogGroup(log, log.Properties["LogGroupName"]) {
		t.Error("the flow log is not in a log group of this app")
	}
	role, _ := e.reference(log.Stack, log.Properties["DeliverLogsPermissionArn"])
	trust := fmt.Sprint(e.find(role).Properties["AssumeRolePolicyDocument"])
	if !strings.Contains(trust, "aws:SourceAccount:map[Ref:AWS::AccountId]") || !strings.Contains(trust, ":vpc-flow-log/*") {
		t.Errorf("other accounts' flow logs may write here: %s", trust)
	}
}

// What an auditor asks for outlives a production stack; a test stack leaves nothing behind and nothing to pay for.
func TestProductionKeepsItsAuditLogsAndTheirKey(t *testing.T) {
	for suffix, policy := range map[string][2]string{"dev": {"Delete", "Delete"}, "prod": {"RetainExceptOnCreate", "Retain"}} {
		e := synthesized(t, suffix)
		log := e.only(t, "AWS::EC2::FlowLog")
		group, _ := e.reference(log.Stack, log.Properties["LogGroupName"])
		for _, r := range e.resources("AWS::Logs::LogGroup", "AWS::KMS::Key") {
			if r.key() != group && (r.Type != "AWS::KMS::Key" || r.Stack != "network") {
				continue
			}
			if r.Body["DeletionPolicy"] != policy[0] || r.Body["UpdateReplacePolicy"] != policy[1] {
				t.Errorf("%s: %v has the policies %v and %v, want %s", suffix, r, r.Body["DeletionPolicy"], r.Body["UpdateReplacePolicy"], policy)
			}
		}
	}
}

func TestRetentionIsConfigurable(t *testing.T) {
	for _, r := range synthesized(t, "dev", object{"logRetentionDays": "90"}).resources("AWS::Logs::LogGroup") {
		if r.Properties["RetentionInDays"] != 90.0 {
			t.Errorf("%v is kept %v days, want 90", r, r.Properties["RetentionInDays"])
		}
	}
}

// The CDK's function closes the default group; without its custom resource the group lets its members talk freely.
func TestDefaultSecurityGroupIsClosed(t *testing.T) {
	e := synthesized(t, "dev")
	closed := e.only(t, "Custom::VpcRestrictDefaultSG")
	if id, _ := e.reference("network", closed.Properties["DefaultSecurityGroupId"]); id != e.only(t, "AWS::EC2::VPC").key() {
		t.Errorf("the default security group of %s is closed", id)
	}
}
