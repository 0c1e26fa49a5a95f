package integration

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
	"github.com/aws/aws-sdk-go-v2/service/wafv2"
)

func balancer() *elasticloadbalancingv2.Client { return elasticloadbalancingv2.NewFromConfig(env.aws) }

// liveTargetGroups are those that the production listener forwards to, with a weight above zero.
func liveTargetGroups(t *testing.T) []string {
	t.Helper()
	answer := ok[*elasticloadbalancingv2.DescribeListenersOutput](t)(balancer().DescribeListeners(t.Context(), &elasticloadbalancingv2.DescribeListenersInput{
		ListenerArns: []string{output(t, "alb_listener_arn")},
	}))
	var groups []string
	for _, action := range answer.Listeners[0].DefaultActions {
		switch {
		case action.ForwardConfig != nil:
			for _, group := range action.ForwardConfig.TargetGroups {
				if group.Weight == nil || *group.Weight > 0 {
					groups = append(groups, *group.TargetGroupArn)
				}
			}
		case action.TargetGroupArn != nil:
			groups = append(groups, *action.TargetGroupArn)
		}
	}
	return groups
}

func TestLoadBalancerIsTheOnlyWayIn(t *testing.T) {
	arn := output(t, "alb_arn")
	answer := ok[*elasticloadbalancingv2.DescribeLoadBalancersOutput](t)(balancer().DescribeLoadBalancers(t.Context(), &elasticloadbalancingv2.DescribeLoadBalancersInput{LoadBalancerArns: []string{arn}}))
	lb := answer.LoadBalancers[0]
	if lb.State.Code != types.LoadBalancerStateEnumActive || lb.Scheme != types.LoadBalancerSchemeEnumInternetFacing {
		t.Errorf("the load balancer is %s and %s, want active and internet-facing", lb.State.Code, lb.Scheme)
	}
	if *lb.DNSName != output(t, "load_balancer_dns") {
		t.Errorf("its name is %s, want the output's %s", *lb.DNSName, output(t, "load_balancer_dns"))
	}
	if len(lb.AvailabilityZones) < 2 {
		t.Errorf("it is in %d zones, want at least two", len(lb.AvailabilityZones))
	}
	want := map[string]string{}
	for _, attribute := range stack(t, "platform").the(t, "AWS::ElasticLoadBalancingV2::LoadBalancer").Properties["LoadBalancerAttributes"].([]any) {
		if value, plain := at(attribute, "Value").(string); plain {
			want[at(attribute, "Key").(string)] = value
		}
	}
	attributes := ok[*elasticloadbalancingv2.DescribeLoadBalancerAttributesOutput](t)(balancer().DescribeLoadBalancerAttributes(t.Context(), &elasticloadbalancingv2.DescribeLoadBalancerAttributesInput{LoadBalancerArn: &arn}))
	got := map[string]string{}
	for _, attribute := range attributes.Attributes {
		got[*attribute.Key] = *attribute.Value
	}
	for key, value := range want {
		if got[key] != value {
			t.Errorf("attribute %s is %q, want %q", key, got[key], value)
		}
	}
	if got["access_logs.s3.enabled"] != "true" || got["routing.http.drop_invalid_header_fields.enabled"] != "true" {
		t.Errorf("access logs %q, dropping of invalid headers %q, want both true", got["access_logs.s3.enabled"], got["routing.http.drop_invalid_header_fields.enabled"])
	}
}

func TestListenersRouteAsDeployed(t *testing.T) {
	arn := output(t, "alb_arn")
	answer := ok[*elasticloadbalancingv2.DescribeListenersOutput](t)(balancer().DescribeListeners(t.Context(), &elasticloadbalancingv2.DescribeListenersInput{LoadBalancerArn: &arn}))
	var got, want []string
	for _, listener := range answer.Listeners {
		got = append(got, fmt.Sprintf("%d %s", *listener.Port, listener.Protocol))
	}
	for _, listener := range stack(t, "platform").all(t, "AWS::ElasticLoadBalancingV2::Listener") {
		want = append(want, fmt.Sprintf("%d %s", number(t, listener.Properties["Port"]), listener.Properties["Protocol"]))
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("the listeners are %v, want %v", got, want)
	}
}

func TestListenerForwardsToWhatServes(t *testing.T) {
	want := []string{*primary(t).LoadBalancers[0].TargetGroupArn}
	if got := liveTargetGroups(t); !slices.Equal(got, want) {
		t.Errorf("the production listener forwards to %v, want the PRIMARY task set's %v", got, want)
	}
}

func TestTargetsAreHealthy(t *testing.T) {
	group := *primary(t).LoadBalancers[0].TargetGroupArn
	eventually(t, 5*time.Minute, func() error {
		answer, err := balancer().DescribeTargetHealth(t.Context(), &elasticloadbalancingv2.DescribeTargetHealthInput{TargetGroupArn: &group})
		if err != nil {
			return err
		}
		healthy := 0
		for _, target := range answer.TargetHealthDescriptions {
			if target.TargetHealth.State == types.TargetHealthStateEnumHealthy {
				healthy++
			}
		}
		if desired := int(service(t).DesiredCount); healthy != desired {
			return fmt.Errorf("%d of %d targets are healthy, want %d", healthy, len(answer.TargetHealthDescriptions), desired)
		}
		return nil
	})
}

func TestTargetGroupsCheckHealth(t *testing.T) {
	arn := output(t, "alb_arn")
	answer := ok[*elasticloadbalancingv2.DescribeTargetGroupsOutput](t)(balancer().DescribeTargetGroups(t.Context(), &elasticloadbalancingv2.DescribeTargetGroupsInput{}))
	paths := map[string]string{}
	for _, group := range stack(t, "platform").all(t, "AWS::ElasticLoadBalancingV2::TargetGroup") {
		paths[group.Physical] = group.Properties["HealthCheckPath"].(string)
	}
	found := 0
	for _, group := range answer.TargetGroups {
		path, ours := paths[*group.TargetGroupArn]
		if !ours {
			continue
		}
		found++
		if *group.HealthCheckPath != path || group.TargetType != types.TargetTypeEnumIp {
			t.Errorf("target group %s asks %s of targets by %s, want %s by ip", *group.TargetGroupName, *group.HealthCheckPath, group.TargetType, path)
		}
	}
	if found != 2 {
		t.Errorf("%d of the two target groups of %s exist", found, arn)
	}
}

func TestFirewallGuardsTheLoadBalancer(t *testing.T) {
	arn := output(t, "alb_arn")
	answer := ok[*wafv2.GetWebACLForResourceOutput](t)(wafv2.NewFromConfig(env.aws).GetWebACLForResource(t.Context(), &wafv2.GetWebACLForResourceInput{ResourceArn: &arn}))
	if answer.WebACL == nil {
		t.Error("no web ACL is associated with the load balancer")
	}
}

func TestHealthAnswersThroughTheLoadBalancer(t *testing.T) {
	onlyLive(t, "the load balancer is a record without a network behind it")
	path := stack(t, "platform").all(t, "AWS::ElasticLoadBalancingV2::TargetGroup")[0].Properties["HealthCheckPath"].(string)
	scheme := "http"
	if len(stack(t, "platform").all(t, "AWS::ElasticLoadBalancingV2::Listener")) > 2 {
		scheme = "https"
	}
	request := ok[*http.Request](t)(http.NewRequestWithContext(t.Context(), http.MethodGet, scheme+"://"+output(t, "load_balancer_dns")+path, http.NoBody))
	response := ok[*http.Response](t)(http.DefaultClient.Do(request))
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		t.Errorf("%s answers %s", request.URL, response.Status)
	}
}
