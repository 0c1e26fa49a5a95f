package providers

import (
	"context"
	"maps"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"

	"payment-processor/localaws/resource"
)

// ELBv2 makes load balancers, target groups, listeners, their rules and certificates.
func ELBv2(config aws.Config) resource.Registry {
	client := elb.NewFromConfig(config)
	balancers, targets := loadBalancers{client, new(sync.Mutex)}, targetGroups{client}
	listeners, rules := listeners{client, new(sync.Mutex)}, listenerRules{client}
	certificates := listenerCertificates{client}
	return resource.Registry{
		"AWS::ElasticLoadBalancingV2::LoadBalancer":        operations{balancers.create, balancers.update, balancers.remove},
		"AWS::ElasticLoadBalancingV2::TargetGroup":         operations{targets.create, targets.update, targets.remove},
		"AWS::ElasticLoadBalancingV2::Listener":            operations{listeners.create, listeners.update, listeners.remove},
		"AWS::ElasticLoadBalancingV2::ListenerRule":        operations{rules.create, rules.update, rules.remove},
		"AWS::ElasticLoadBalancingV2::ListenerCertificate": operations{certificates.create, certificates.create, certificates.remove},
	}
}

type loadBalancers struct {
	*elb.Client
	names *sync.Mutex // held from asking whether a name is in use until it is
}

func (l loadBalancers) create(ctx context.Context, request resource.Request) (resource.Result, error) {
	l.names.Lock()
	defer l.names.Unlock()
	name := named(request, "Name", 32)
	// moto knows load balancers by ARNs of its own making, and would take the same name twice.
	if _, err := l.DescribeLoadBalancers(ctx, &elb.DescribeLoadBalancersInput{Names: []string{name}}); err == nil {
		return resource.Result{}, said("A load balancer with the same name '%s' exists, but with different settings", name)
	} else if !missing(err) {
		return resource.Result{}, err
	}
	made, err := call(ctx, l.CreateLoadBalancer, with(tagged(request), "Name", name))
	if err != nil {
		return resource.Result{}, err
	}
	request.PhysicalID = *made.LoadBalancers[0].LoadBalancerArn
	return l.configured(ctx, request)
}

// configured brings the attributes up to date and describes the load balancer.
func (l loadBalancers) configured(ctx context.Context, request resource.Request) (resource.Result, error) {
	id := resource.Result{PhysicalID: request.PhysicalID}
	err := given(request, "LoadBalancerAttributes", func() error {
		return run(ctx, l.ModifyLoadBalancerAttributes, map[string]any{"LoadBalancerArn": request.PhysicalID,
			"Attributes": request.Properties["LoadBalancerAttributes"]})
	})()
	if err != nil {
		return id, err
	}
	found, err := l.DescribeLoadBalancers(ctx, &elb.DescribeLoadBalancersInput{LoadBalancerArns: []string{request.PhysicalID}})
	if err != nil {
		return id, err
	}
	balancer := found.LoadBalancers[0]
	_, fullName, _ := strings.Cut(request.PhysicalID, ":loadbalancer/")
	id.Attributes = map[string]any{
		"LoadBalancerArn": request.PhysicalID, "LoadBalancerName": *balancer.LoadBalancerName,
		"LoadBalancerFullName": fullName, "DNSName": *balancer.DNSName,
		"CanonicalHostedZoneID": aws.ToString(balancer.CanonicalHostedZoneId), "SecurityGroups": anyList(balancer.SecurityGroups),
	}
	return id, nil
}

func (l loadBalancers) update(ctx context.Context, request resource.Request) (resource.Result, error) {
	// What a template gives no more becomes what it is without.
	properties := with(map[string]any{"SecurityGroups": []any{}, "IpAddressType": "ipv4"}, "LoadBalancerArn", request.PhysicalID)
	maps.Copy(properties, request.Properties)
	err := inOrder(
		changed(request, func() error { return run(ctx, l.SetSecurityGroups, properties) }, "SecurityGroups"),
		changed(request, func() error { return run(ctx, l.SetSubnets, properties) }, "Subnets", "SubnetMappings"),
		changed(request, func() error { return run(ctx, l.SetIpAddressType, properties) }, "IpAddressType"),
		func() error { return retagELB(ctx, l.Client, request) },
	)
	if err != nil {
		return resource.Result{}, err
	}
	return l.configured(ctx, request)
}

func (l loadBalancers) remove(ctx context.Context, request resource.Request) error {
	arn := map[string]any{"LoadBalancerArn": request.PhysicalID}
	held, err := call(ctx, l.DescribeLoadBalancerAttributes, arn)
	if err != nil {
		return err
	}
	for _, attribute := range held.Attributes {
		if *attribute.Key == "deletion_protection.enabled" && *attribute.Value == "true" {
			return said("Load balancer '%s' cannot be deleted because deletion protection is enabled", request.PhysicalID)
		}
	}
	return run(ctx, l.DeleteLoadBalancer, arn)
}

func retagELB(ctx context.Context, client *elb.Client, request resource.Request) error {
	return retag(ctx, request, "ResourceArns", []any{request.PhysicalID}, client.AddTags, client.RemoveTags)
}

type targetGroups struct{ *elb.Client }

func (t targetGroups) create(ctx context.Context, request resource.Request) (resource.Result, error) {
	made, err := call(ctx, t.CreateTargetGroup, with(tagged(request), "Name", named(request, "Name", 32)))
	if err != nil {
		return resource.Result{}, err
	}
	request.PhysicalID = *made.TargetGroups[0].TargetGroupArn
	return t.configured(ctx, request)
}

func (t targetGroups) configured(ctx context.Context, request resource.Request) (resource.Result, error) {
	id := resource.Result{PhysicalID: request.PhysicalID}
	arn := map[string]any{"TargetGroupArn": request.PhysicalID}
	err := inOrder(
		given(request, "TargetGroupAttributes", func() error {
			return run(ctx, t.ModifyTargetGroupAttributes, with(arn, "Attributes", request.Properties["TargetGroupAttributes"]))
		}),
		given(request, "Targets", func() error {
			return run(ctx, t.RegisterTargets, with(arn, "Targets", request.Properties["Targets"]))
		}),
	)
	if err != nil {
		return id, err
	}
	found, err := t.DescribeTargetGroups(ctx, &elb.DescribeTargetGroupsInput{TargetGroupArns: []string{request.PhysicalID}})
	if err != nil {
		return id, err
	}
	_, fullName, _ := strings.Cut(request.PhysicalID, ":targetgroup/")
	id.Attributes = map[string]any{
		"TargetGroupArn": request.PhysicalID, "TargetGroupName": *found.TargetGroups[0].TargetGroupName,
		"TargetGroupFullName": "targetgroup/" + fullName, "LoadBalancerArns": anyList(found.TargetGroups[0].LoadBalancerArns),
	}
	return id, nil
}

func (t targetGroups) update(ctx context.Context, request resource.Request) (resource.Result, error) {
	err := inOrder(
		func() error {
			return run(ctx, t.ModifyTargetGroup, with(request.Properties, "TargetGroupArn", request.PhysicalID))
		},
		func() error { return retagELB(ctx, t.Client, request) },
		changed(request, func() error { return t.deregister(ctx, request) }, "Targets"),
	)
	if err != nil {
		return resource.Result{}, err
	}
	return t.configured(ctx, request)
}

// deregister takes out the template's former targets; those that stay are registered again. One that is not registered
// is no error on AWS, and for moto the end of the list.
func (t targetGroups) deregister(ctx context.Context, request resource.Request) error {
	for _, target := range list(request.Old["Targets"]) {
		err := run(ctx, t.DeregisterTargets, map[string]any{"TargetGroupArn": request.PhysicalID, "Targets": []any{target}})
		if err := unless(err, "InvalidTarget"); err != nil {
			return err
		}
	}
	return nil
}

func (t targetGroups) remove(ctx context.Context, request resource.Request) error {
	return run(ctx, t.DeleteTargetGroup, map[string]any{"TargetGroupArn": request.PhysicalID})
}
