package providers

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"sync"

	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"

	"payment-processor/localaws/resource"
)

type listeners struct {
	*elb.Client
	ports *sync.Mutex // held from asking whether a port is in use until it is
}

func (l listeners) create(ctx context.Context, request resource.Request) (resource.Result, error) {
	l.ports.Lock()
	defer l.ports.Unlock()
	if err := l.acceptable(ctx, request, text(request.Properties["LoadBalancerArn"])); err != nil {
		return resource.Result{}, err
	}
	made, err := call(ctx, l.CreateListener, tagged(request))
	if err != nil {
		return resource.Result{}, err
	}
	arn := *made.Listeners[0].ListenerArn
	return resource.Result{PhysicalID: arn, Attributes: map[string]any{"ListenerArn": arn}}, nil
}

// acceptable refuses what moto would take: a port twice, a protocol the load balancer does not speak, HTTPS without a
// certificate.
func (l listeners) acceptable(ctx context.Context, request resource.Request, balancer string) error {
	if err := certified(request.Properties); err != nil {
		return err
	}
	found, err := l.DescribeListeners(ctx, &elb.DescribeListenersInput{LoadBalancerArn: &balancer})
	if err != nil {
		return err
	}
	for _, listener := range found.Listeners {
		if *listener.ListenerArn != request.PhysicalID && strconv.Itoa(int(*listener.Port)) == text(request.Properties["Port"]) {
			return said("A listener already exists on this port for this load balancer '%s'", balancer)
		}
	}
	return nil
}

func certified(properties map[string]any) error {
	protocol := text(properties["Protocol"])
	certificates, _ := properties["Certificates"].([]any)
	switch {
	case slices.Contains([]string{"HTTPS", "TLS"}, protocol) && len(certificates) == 0:
		return said("A certificate must be specified for HTTPS listeners")
	case protocol == "HTTP" && len(certificates) > 0:
		return said("You cannot specify a certificate for HTTP listeners")
	case len(certificates) > 1:
		return said("You can specify only one certificate as default; add others by AWS::ElasticLoadBalancingV2::ListenerCertificate")
	}
	return nil
}

func (l listeners) update(ctx context.Context, request resource.Request) (resource.Result, error) {
	l.ports.Lock()
	defer l.ports.Unlock()
	err := inOrder(
		func() error { return l.acceptable(ctx, request, text(request.Properties["LoadBalancerArn"])) },
		func() error {
			return run(ctx, l.ModifyListener, with(request.Properties, "ListenerArn", request.PhysicalID))
		},
		func() error { return retagELB(ctx, l.Client, request) },
	)
	return resource.Result{PhysicalID: request.PhysicalID, Attributes: map[string]any{"ListenerArn": request.PhysicalID}}, err
}

func (l listeners) remove(ctx context.Context, request resource.Request) error {
	return run(ctx, l.DeleteListener, map[string]any{"ListenerArn": request.PhysicalID})
}

type listenerRules struct{ *elb.Client }

func (l listenerRules) create(ctx context.Context, request resource.Request) (resource.Result, error) {
	made, err := call(ctx, l.CreateRule, tagged(request))
	if err != nil {
		return resource.Result{}, err
	}
	return ruleResult(*made.Rules[0].RuleArn), nil
}

func (l listenerRules) update(ctx context.Context, request resource.Request) (resource.Result, error) {
	rule := with(request.Properties, "RuleArn", request.PhysicalID)
	err := inOrder(
		func() error { return run(ctx, l.ModifyRule, rule) },
		changed(request, func() error { return l.prioritize(ctx, rule) }, "Priority"),
		func() error { return retagELB(ctx, l.Client, request) },
	)
	return ruleResult(request.PhysicalID), err
}

// prioritize moves a rule. To moto a priority is in use by the very rule that has it.
func (l listenerRules) prioritize(ctx context.Context, rule map[string]any) error {
	found, err := call(ctx, l.DescribeRules, map[string]any{"RuleArns": []any{rule["RuleArn"]}})
	if err != nil || *found.Rules[0].Priority == text(rule["Priority"]) {
		return err
	}
	return run(ctx, l.SetRulePriorities, map[string]any{"RulePriorities": []any{rule}})
}

func ruleResult(arn string) resource.Result {
	return resource.Result{PhysicalID: arn, Attributes: map[string]any{"RuleArn": arn, "IsDefault": false}}
}

func (l listenerRules) remove(ctx context.Context, request resource.Request) error {
	return run(ctx, l.DeleteRule, map[string]any{"RuleArn": request.PhysicalID})
}

type listenerCertificates struct{ *elb.Client }

// create serves updates too: what a list holds already may be added again.
func (l listenerCertificates) create(ctx context.Context, request resource.Request) (resource.Result, error) {
	err := inOrder(
		func() error { return l.forget(ctx, request.Old) },
		func() error { return run(ctx, l.AddListenerCertificates, request.Properties) },
	)
	return resource.Result{PhysicalID: cmp.Or(request.PhysicalID, named(request, "", 128))}, err
}

func (l listenerCertificates) forget(ctx context.Context, properties map[string]any) error {
	if properties == nil {
		return nil
	}
	return run(ctx, l.RemoveListenerCertificates, properties)
}

func (l listenerCertificates) remove(ctx context.Context, request resource.Request) error {
	return l.forget(ctx, request.Properties)
}
