package stacks

import (
	"fmt"
	"net/netip"
)

const (
	// smallestVpc is the prefix whose subnets are the /27 that a load balancer needs (Elastic Load Balancing, "Subnets
	// for your load balancer"). AWS itself allows a VPC down to /28 (Amazon VPC, "VPC CIDR blocks").
	smallestVpc = 27 - subnetBits
	largestVpc  = 16
	// reservedAddresses of every subnet are AWS's (Amazon VPC, "Subnet sizing").
	reservedAddresses = 5
	// interfaceEndpoints each take an address in every private subnet: ecr.api, ecr.dkr, logs, secretsmanager, kms and
	// ssmmessages.
	interfaceEndpoints = 6
	// probeAddresses are the network interface of the function that asks green's tasks for their health.
	probeAddresses = 1
)

var sharedAddressSpace = netip.MustParsePrefix("100.64.0.0/10") // RFC 6598

var vpcCidrRule = rule[string]{
	fmt.Sprintf("a private IPv4 network from /%d to /%d", largestVpc, smallestVpc),
	func(cidr string) string {
		prefix, advice := parseCidr(cidr)
		switch {
		case advice != "":
			return advice
		case !prefix.Addr().Is4():
			return "write an IPv4 network like 10.0.0.0/16"
		case !prefix.Addr().IsPrivate() && !sharedAddressSpace.Contains(prefix.Addr()):
			return "choose one inside 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 or 100.64.0.0/10"
		case prefix.Bits() < largestVpc:
			return fmt.Sprintf("AWS allows no VPC larger than /%d", largestVpc)
		case prefix.Bits() > smallestVpc:
			return fmt.Sprintf("nine subnets of /%d + %d = /%d are too small, a load balancer needs /27: widen it to /%d",
				prefix.Bits(), subnetBits, prefix.Bits()+subnetBits, smallestVpc)
		}
		return ""
	},
}

// sourceRule accepts the networks that may reach the production listener. The load balancer has no IPv6 address.
var sourceRule = rule[string]{"IPv4 networks in their shortest form", func(cidr string) string {
	prefix, advice := parseCidr(cidr)
	if advice == "" && !prefix.Addr().Is4() {
		return "leave it out: the load balancer answers on IPv4 alone, so nobody comes from there"
	}
	return advice
}}

// testSourceRule accepts the networks that may reach the test listener, which is not for the world: 10.0.0.0/8 is the
// widest private network.
var testSourceRule = rule[string]{"IPv4 networks of /8 or narrower in their shortest form", func(cidr string) string {
	if advice := sourceRule.advice(cidr); advice != "" {
		return advice
	}
	if netip.MustParsePrefix(cidr).Bits() < 8 {
		return "name the networks of those who test: green must not be open to the world before it is released"
	}
	return ""
}}

// parseCidr reads a network that is written the way AWS shows it: no host bits, IPv6 shortened.
func parseCidr(cidr string) (prefix netip.Prefix, advice string) {
	prefix, err := netip.ParsePrefix(cidr)
	if err != nil {
		return prefix, "write an address, a slash and the length of the prefix, like 10.0.0.0/16"
	}
	if prefix.Addr().Is4In6() {
		return prefix, "write the IPv4 network itself"
	}
	if canonical := prefix.Masked().String(); canonical != cidr {
		return prefix, "write " + canonical
	}
	return prefix, ""
}

// tasksFit tells whether the private subnets hold a release at full scale, with blue and green side by side.
func tasksFit(c Config) string {
	prefix := netip.MustParsePrefix(c.Network.VpcCidr)
	zones := c.Network.AvailabilityZones
	tasks := (2*c.Scaling.MaxCapacity + zones - 1) / zones
	need := interfaceEndpoints + probeAddresses + tasks
	has := func(bits int) int { return 1<<(32-bits-subnetBits) - reservedAddresses }
	if need <= has(prefix.Bits()) {
		return ""
	}
	fitting := prefix.Bits()
	for need > has(fitting) {
		fitting--
	}
	return fmt.Sprintf("a private subnet of /%d has %d - %d = %d addresses and needs %d (endpoints) + %d (probe) + %d "+
		"(2 x %d tasks over %d zones) = %d: lower maxCapacity or widen vpcCidr to /%d",
		prefix.Bits()+subnetBits, has(prefix.Bits())+reservedAddresses, reservedAddresses, has(prefix.Bits()),
		interfaceEndpoints, probeAddresses, tasks, c.Scaling.MaxCapacity, zones, need, fitting)
}
