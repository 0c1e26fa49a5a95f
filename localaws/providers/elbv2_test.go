package providers

import (
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"

	"payment-processor/localaws/resource"
)

const elbType = "AWS::ElasticLoadBalancingV2::"

// network is the default VPC: two subnets and a security group of it.
func network(t *testing.T) (vpc string, subnets []any, group string) {
	t.Helper()
	client := ec2.NewFromConfig(local(t))
	found, err := client.DescribeSubnets(t.Context(), &ec2.DescribeSubnetsInput{})
	if err != nil || len(found.Subnets) < 2 {
		t.Fatalf("subnets %v: %v", found, err)
	}
	groups, err := client.DescribeSecurityGroups(t.Context(), &ec2.DescribeSecurityGroupsInput{})
	if err != nil {
		t.Fatal(err)
	}
	return *found.Subnets[0].VpcId, []any{*found.Subnets[0].SubnetId, *found.Subnets[1].SubnetId}, *groups.SecurityGroups[0].GroupId
}

func attribute(key, value string) []any { return tag(key, value) }

func TestLoadBalancer(t *testing.T) {
	_, subnets, group := network(t)
	life{
		kind: elbType + "LoadBalancer",
		properties: func(unique string) map[string]any {
			return map[string]any{"Name": "lb-" + unique, "Subnets": subnets, "Type": "application",
				"LoadBalancerAttributes": attribute("idle_timeout.timeout_seconds", "30"), "Tags": tag("a", "b")}
		},
		changes: []func(map[string]any){func(p map[string]any) {
			p["SecurityGroups"], p["Subnets"], p["IpAddressType"] = []any{group}, []any{subnets[1], subnets[0]}, "dualstack"
			p["Tags"] = tag("c", "d")
			p["LoadBalancerAttributes"] = attribute("routing.http.drop_invalid_header_fields.enabled", "true")
		}},
		check: func(t *testing.T, step int, result resource.Result) {
			if groups := result.Attributes["SecurityGroups"].([]any); len(groups) != step {
				t.Errorf("step %d: security groups %v", step, groups)
			}
			name := result.Attributes["LoadBalancerName"].(string)
			if !strings.HasPrefix(result.Attributes["LoadBalancerFullName"].(string), "app/"+name+"/") ||
				!strings.HasPrefix(result.Attributes["DNSName"].(string), name) {
				t.Errorf("attributes: %v", result.Attributes)
			}
		},
	}.live(t)
	name := "lb-" + unique()
	properties := map[string]any{"Name": name, "Subnets": subnets, "LoadBalancerAttributes": attribute("deletion_protection.enabled", "true")}
	balancer := asked(elbType+"LoadBalancer", properties)
	provider := providerOf(t, balancer.Type)
	result, err := provider.Create(t.Context(), balancer)
	if err != nil {
		t.Fatal(err)
	}
	refused(t, elbType+"LoadBalancer", "exists", map[string]any{"Name": name, "Subnets": subnets})
	request := updated(balancer, result, properties)
	if err := provider.Delete(t.Context(), request); err == nil || !strings.Contains(err.Error(), "deletion protection") {
		t.Errorf("deleting a protected load balancer: %v", err)
	}
	request.Properties = with(properties, "LoadBalancerAttributes", attribute("deletion_protection.enabled", "false"))
	if _, err := provider.Update(t.Context(), request); err != nil {
		t.Fatal(err)
	}
	if err := provider.Delete(t.Context(), request); err != nil {
		t.Error(err)
	}
}

func TestTargetGroup(t *testing.T) {
	vpc, _, _ := network(t)
	life{
		kind: elbType + "TargetGroup",
		properties: func(unique string) map[string]any {
			return map[string]any{"Name": "tg-" + unique, "VpcId": vpc, "Port": "8080", "Protocol": "HTTP", "TargetType": "ip",
				"HealthCheckPath": "/health", "Matcher": map[string]any{"HttpCode": "200"}, "Tags": tag("a", "b"),
				"TargetGroupAttributes": attribute("deregistration_delay.timeout_seconds", "60"),
				"Targets":               []any{map[string]any{"Id": "172.31.0.9", "Port": 8080}}}
		},
		changes: []func(map[string]any){func(p map[string]any) {
			p["HealthCheckPath"], p["Tags"] = "/ready", tag("c", "d")
			p["Targets"] = []any{map[string]any{"Id": "172.31.0.10", "Port": 8080}}
		}, func(p map[string]any) {
			delete(p, "Targets")
		}},
		check: func(t *testing.T, step int, result resource.Result) {
			if !strings.HasPrefix(result.Attributes["TargetGroupFullName"].(string), "targetgroup/tg-") {
				t.Errorf("attributes: %v", result.Attributes)
			}
			health, err := elb.NewFromConfig(local(t)).DescribeTargetHealth(t.Context(),
				&elb.DescribeTargetHealthInput{TargetGroupArn: &result.PhysicalID})
			if want := []int{1, 1, 0}[step]; err != nil || len(health.TargetHealthDescriptions) != want {
				t.Errorf("step %d: %v, %v, want %d targets", step, health, err, want)
			}
		},
	}.live(t)
	bare := map[string]any{"VpcId": vpc, "Port": 80, "Protocol": "HTTP", "TargetType": "ip"}
	life{kind: elbType + "TargetGroup", properties: func(string) map[string]any { return bare },
		changes: []func(map[string]any){func(p map[string]any) { p["Targets"] = []any{map[string]any{"Id": "172.31.0.9"}} }}}.live(t)
}

// balanced is a load balancer and two target groups of it.
func balanced(t *testing.T) (balancer, blue, green string) {
	t.Helper()
	vpc, subnets, _ := network(t)
	group := func(color string) string {
		return made(t, elbType+"TargetGroup", map[string]any{"Name": color + "-" + unique(), "VpcId": vpc, "Port": 80, "Protocol": "HTTP", "TargetType": "ip"}).PhysicalID
	}
	blue, green = group("blue"), group("green")
	return made(t, elbType+"LoadBalancer", map[string]any{"Subnets": subnets}).PhysicalID, blue, green
}

func forward(group string) []any {
	return []any{map[string]any{"Type": "forward", "TargetGroupArn": group}}
}

func TestListener(t *testing.T) {
	balancer, blue, green := balanced(t)
	port := 1000
	life{
		kind: elbType + "Listener",
		properties: func(string) map[string]any {
			port++
			return map[string]any{"LoadBalancerArn": balancer, "Port": port, "Protocol": "HTTP", "DefaultActions": forward(blue), "Tags": tag("a", "b")}
		},
		changes: []func(map[string]any){func(p map[string]any) {
			p["DefaultActions"] = []any{map[string]any{"Type": "forward", "ForwardConfig": map[string]any{"TargetGroups": []any{
				map[string]any{"TargetGroupArn": blue, "Weight": 1}, map[string]any{"TargetGroupArn": green, "Weight": "9"}}}}}
			delete(p, "Tags")
		}},
		check: func(t *testing.T, step int, result resource.Result) {
			found, err := elb.NewFromConfig(local(t)).DescribeListeners(t.Context(),
				&elb.DescribeListenersInput{ListenerArns: []string{result.PhysicalID}})
			if err != nil {
				t.Fatal(err)
			}
			if weighted := found.Listeners[0].DefaultActions[0].ForwardConfig; step == 1 && (weighted == nil || len(weighted.TargetGroups) != 2) {
				t.Errorf("step %d forwards to %v", step, weighted)
			}
		},
	}.live(t)
	listener := func(pairs ...any) map[string]any {
		return with(map[string]any{"LoadBalancerArn": balancer, "Port": 80, "Protocol": "HTTP", "DefaultActions": forward(blue)}, pairs...)
	}
	certificate := made(t, "AWS::CertificateManager::Certificate", map[string]any{"DomainName": "example.com"}).PhysicalID
	both := []any{map[string]any{"CertificateArn": certificate}, map[string]any{"CertificateArn": certificate}}
	made(t, elbType+"Listener", listener())
	made(t, elbType+"Listener", listener("Port", 443, "Protocol", "HTTPS", "Certificates", both[:1], "SslPolicy", "ELBSecurityPolicy-TLS13-1-2-2021-06"))
	for reason, properties := range map[string]map[string]any{
		"already exists on this port":  listener("DefaultActions", []any{map[string]any{"Type": "redirect", "RedirectConfig": map[string]any{"StatusCode": "HTTP_301"}}}),
		"protocol":                     listener("Port", 81, "Protocol", "FTP"),
		"A certificate must be":        listener("Port", 444, "Protocol", "HTTPS"),
		"cannot specify a certificate": listener("Port", 82, "Certificates", both[:1]),
		"only one certificate":         listener("Port", 445, "Protocol", "HTTPS", "Certificates", both),
		"not found":                    listener("Port", 83, "DefaultActions", forward(blue+"0")),
		"Property /Port":               listener("Port", "http"),
		"does not exist":               listener("Port", 84, "LoadBalancerArn", balancer+"0"),
	} {
		refused(t, elbType+"Listener", reason, properties)
	}
}

func TestListenerRuleAndCertificate(t *testing.T) {
	balancer, blue, green := balanced(t)
	certificate := func() string {
		return made(t, "AWS::CertificateManager::Certificate", map[string]any{"DomainName": unique() + ".example.com"}).PhysicalID
	}
	first, second, third := certificate(), certificate(), certificate()
	listener := made(t, elbType+"Listener", map[string]any{"LoadBalancerArn": balancer, "Port": 443, "Protocol": "HTTPS",
		"Certificates": []any{map[string]any{"CertificateArn": first}}, "DefaultActions": forward(blue)}).PhysicalID
	priority := 0
	life{
		kind: elbType + "ListenerRule",
		properties: func(string) map[string]any {
			priority += 2
			return map[string]any{"ListenerArn": listener, "Priority": priority, "Actions": forward(blue), "Tags": tag("a", "b"),
				"Conditions": []any{map[string]any{"Field": "path-pattern", "PathPatternConfig": map[string]any{"Values": []any{"/a*"}}}}}
		},
		changes: []func(map[string]any){func(p map[string]any) {
			p["Priority"], p["Actions"], p["Tags"] = p["Priority"].(int)+1, forward(green), tag("c", "d")
		}},
		check: func(t *testing.T, step int, result resource.Result) {
			found, err := elb.NewFromConfig(local(t)).DescribeRules(t.Context(),
				&elb.DescribeRulesInput{RuleArns: []string{result.PhysicalID}})
			if err != nil {
				t.Fatal(err)
			}
			if want := strconv.Itoa(priority + step); *found.Rules[0].Priority != want {
				t.Errorf("step %d: priority %s, want %s", step, *found.Rules[0].Priority, want)
			}
		},
	}.live(t)
	one := func(arn string) []any { return []any{map[string]any{"CertificateArn": arn}} }
	life{
		kind: elbType + "ListenerCertificate",
		properties: func(string) map[string]any {
			return map[string]any{"ListenerArn": listener, "Certificates": one(second)}
		},
		changes: []func(map[string]any){func(p map[string]any) { p["Certificates"] = one(third) }},
	}.live(t)
}
