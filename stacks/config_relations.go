package stacks

import (
	"fmt"
	"strings"
)

// relation is what must hold between keys. It is asked only when each of them is in order by itself; advice is what to
// do when it does not hold, and "" when it does.
type relation struct {
	keys     []string
	accepted string
	advice   func(Config) string
}

var relations = append([]relation{
	{[]string{"cpu", "memoryMiB"}, "a pair that Fargate offers", fargatePair},
	{[]string{"vpcCidr", "availabilityZones", "maxCapacity"}, "a network with room for blue and green at full scale", tasksFit},
	{[]string{"natGateways", "availabilityZones"}, "at most one gateway a zone", func(c Config) string {
		if c.Network.NatGateways > c.Network.AvailabilityZones {
			return fmt.Sprintf("lower natGateways to %d or raise availabilityZones", c.Network.AvailabilityZones)
		}
		return ""
	}},
	{[]string{"minCapacity", "desiredCount", "maxCapacity"}, "in ascending order", func(c Config) string {
		if c.Scaling.MinCapacity > c.Scaling.DesiredCount {
			return "raise desiredCount or lower minCapacity"
		}
		if c.Scaling.DesiredCount > c.Scaling.MaxCapacity {
			return "lower desiredCount or raise maxCapacity"
		}
		return ""
	}},
	{[]string{"fargateBase", "minCapacity"}, "a base of at most minCapacity", func(c Config) string {
		if c.Capacity.FargateBase > c.Scaling.MinCapacity {
			return fmt.Sprintf("lower fargateBase to %d or raise minCapacity", c.Scaling.MinCapacity)
		}
		return ""
	}},
	{[]string{"fargateWeight", "fargateSpotWeight"}, "above 0, at least one of them", func(c Config) string {
		if c.Capacity.FargateWeight+c.Capacity.FargateSpotWeight == 0 {
			return "give the one that takes the tasks beyond fargateBase the weight 1"
		}
		return ""
	}},
	{[]string{suffixKey, "certificateArn", "domainName"}, "a certificate or a domain, in production", func(c Config) string {
		if c.Production() && !c.LoadBalancer.TLS() {
			return "set certificateArn, or domainName with hostedZoneId and zoneName"
		}
		return ""
	}},
	{[]string{"certificateArn", "region", "account"}, "a certificate of the load balancer's own region and account",
		func(c Config) string { return arnFits(c, c.LoadBalancer.CertificateArn) }},
	{[]string{"lifecycleHookArn", "region", "account"}, "a function of the deployment's own region and account",
		func(c Config) string { return arnFits(c, c.Deployment.LifecycleHookArn) }},
	{append([]string{"account"}, arnKeys...), "ARNs of one account", oneAccount},
	{[]string{"domainName", "hostedZoneId", "zoneName"}, "all set or all empty", domainComplete},
	{[]string{"domainName", "zoneName"}, "a name and its own zone", func(c Config) string {
		lb := c.LoadBalancer
		if lb.DomainName == "" || lb.ZoneName == "" || lb.DomainName == lb.ZoneName ||
			strings.HasSuffix(lb.DomainName, "."+lb.ZoneName) {
			return ""
		}
		return fmt.Sprintf("write a name that ends in .%s or name another zone", lb.ZoneName)
	}},
	{[]string{"domainName", "certificateArn"}, "a name of at most 64 characters, unless a certificate is given", func(c Config) string {
		// RFC 5280's limit of a common name, as ACM applies it (RequestCertificate: DomainName).
		if length := len(c.LoadBalancer.DomainName); length > 64 && c.LoadBalancer.CertificateArn == "" {
			return fmt.Sprintf("it has %d: shorten it or bring a certificateArn", length)
		}
		return ""
	}},
	{[]string{"ingressCidrs"}, "at least one network", func(c Config) string {
		if len(c.LoadBalancer.IngressCidrs) == 0 {
			return "name who may reach the service, 0.0.0.0/0 is everybody"
		}
		return ""
	}},
	{[]string{"ingressCidrs", "testIngressCidrs"}, fmt.Sprintf("networks within the %d rules of a security group", mostSecurityGroupRules), fitSecurityGroup},
	{[]string{"deploymentConfigName", "bakeMinutes"}, "a shift in steps where there is a time between them", func(c Config) string {
		if c.Deployment.BakeMinutes > 0 && c.Deployment.Shift().Kind == AllAtOnce {
			return "set bakeMinutes to 0 or choose a canary or linear deploymentConfigName"
		}
		return ""
	}},
	{[]string{"deploymentConfigName", "bakeMinutes", "terminationWaitMinutes", "lifecycleHookArn"},
		fmt.Sprintf("a release within %d minutes", minutes(ReleaseBudget)), fitsBudget},
	{[]string{suffixKey, "auditLogDays", "logRetentionDays"}, "400 days of audit logs, in production", keepsAYear},
	{[]string{suffixKey, "logRetentionDays"}, "a month of logs, in production", keepsAMonth},
	{[]string{"tags"}, "tags that AWS takes together with the required ones", tagsFit},
}, databaseRelations...)

func domainComplete(c Config) string {
	var missing []string
	for _, name := range []string{"domainName", "hostedZoneId", "zoneName"} {
		if keyNamed(name).value.get(c) == "" {
			missing = append(missing, name)
		}
	}
	if len(missing) == 0 || len(missing) == 3 {
		return ""
	}
	return "set " + strings.Join(missing, " and ")
}

// mostSecurityGroupRules are inbound (Amazon VPC quotas, "Inbound or outbound rules per security group").
const mostSecurityGroupRules = 60

// fitSecurityGroup counts the load balancer's rules: a network needs one for each production port, 80 and 443, and one
// for the test port.
func fitSecurityGroup(c Config) string {
	needed := 2*len(c.LoadBalancer.IngressCidrs) + len(c.LoadBalancer.TestIngressCidrs)
	if needed > mostSecurityGroupRules {
		return fmt.Sprintf("they need %d: merge neighbouring networks", needed)
	}
	return ""
}
