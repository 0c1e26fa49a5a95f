package services

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"

	"payment-processor/localaws/wire"
	"payment-processor/simulation/cloud"

	"github.com/aws/aws-sdk-go-v2/aws"
	elbv2 "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	lambdatypes "github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

// Neighbours are the services beside ECS and CodeDeploy. The load balancer's listeners are the model's Traffic.
type Neighbours interface {
	cloud.Traffic
	Subnets(ctx context.Context, ids []string) ([]Subnet, error)
	// TargetGroups are looked up by ARN, or else by name. One that is not there is an error.
	TargetGroups(ctx context.Context, arns, names []string) ([]TargetGroup, error)
	// Alarms are the states of all alarms, by name.
	Alarms(ctx context.Context) (map[string]string, error)
	SetAlarm(ctx context.Context, name, state, reason string) error
	// Scaling of service/{cluster}/{service}; zero without a scalable target.
	Scaling(ctx context.Context, resource string) (Scaling, error)
	// Announce tells Application Auto Scaling that a service is there, or no longer.
	Announce(ctx context.Context, cluster, service string, there bool) error
	// Invoke calls a function without waiting for its answer.
	Invoke(ctx context.Context, function string, payload any) error
}

// Subnet is where tasks are.
type Subnet struct {
	ID   string `xml:"subnetId"`
	Zone string `xml:"availabilityZone"`
	Cidr string `xml:"cidrBlock"`
}

// TargetGroup is where tasks are registered.
type TargetGroup struct {
	Arn, Name string
	Balanced  bool // behind a load balancer
	Type      string
}

// Scaling is between what the desired count of a service may move by itself.
type Scaling struct{ Min, Max int32 }

// NewNeighbours are those behind an endpoint, which is the gateway's. moto is the server's own.
func NewNeighbours(config aws.Config, moto string) Neighbours {
	direct := config.Copy()
	direct.BaseEndpoint = &moto
	return neighbours{wire.Client{Config: config}, wire.Client{Config: direct}, elbv2.NewFromConfig(config), lambda.NewFromConfig(config)}
}

type neighbours struct {
	wire   wire.Client
	moto   wire.Client
	elb    *elbv2.Client
	lambda *lambda.Client
}

func (n neighbours) Weights(listener string) ([]cloud.Weight, error) {
	out, err := n.elb.DescribeListeners(context.Background(), &elbv2.DescribeListenersInput{ListenerArns: []string{listener}})
	if err != nil {
		return nil, err
	}
	if len(out.Listeners) != 1 || len(out.Listeners[0].DefaultActions) == 0 || out.Listeners[0].DefaultActions[0].Type != elbtypes.ActionTypeEnumForward {
		return nil, fmt.Errorf("listener %s does not forward", listener)
	}
	return cloud.Weights(out.Listeners[0].DefaultActions), nil
}

func (n neighbours) Route(listener string, weights ...cloud.Weight) error {
	_, err := n.elb.ModifyListener(context.Background(), &elbv2.ModifyListenerInput{
		ListenerArn: &listener, DefaultActions: cloud.Forward(weights...),
	})
	return err
}

func (n neighbours) Subnets(ctx context.Context, ids []string) ([]Subnet, error) {
	form := url.Values{}
	for i, id := range ids {
		form.Set(fmt.Sprintf("SubnetId.%d", i+1), id)
	}
	var out struct {
		Subnets []Subnet `xml:"subnetSet>item"`
	}
	err := n.wire.Query(ctx, "ec2", "2016-11-15", "DescribeSubnets", form, &out)
	return out.Subnets, err
}

func (n neighbours) TargetGroups(ctx context.Context, arns, names []string) ([]TargetGroup, error) {
	out, err := n.elb.DescribeTargetGroups(ctx, &elbv2.DescribeTargetGroupsInput{TargetGroupArns: arns, Names: names})
	if err != nil {
		return nil, err
	}
	var groups []TargetGroup
	for _, g := range out.TargetGroups {
		groups = append(groups, TargetGroup{deref(g.TargetGroupArn), deref(g.TargetGroupName), len(g.LoadBalancerArns) > 0, string(g.TargetType)})
	}
	return groups, nil
}

// cloudwatch is CloudWatch's query protocol.
const cloudwatch = "2010-08-01"

func (n neighbours) Alarms(ctx context.Context) (map[string]string, error) {
	states := map[string]string{}
	form := url.Values{"MaxRecords": {"100"}}
	for {
		var out struct {
			Alarms []struct {
				AlarmName  string
				StateValue string
			} `xml:"DescribeAlarmsResult>MetricAlarms>member"`
			Composite []struct {
				AlarmName  string
				StateValue string
			} `xml:"DescribeAlarmsResult>CompositeAlarms>member"`
			NextToken string `xml:"DescribeAlarmsResult>NextToken"`
		}
		if err := n.wire.Query(ctx, "monitoring", cloudwatch, "DescribeAlarms", form, &out); err != nil {
			return nil, err
		}
		for _, alarm := range append(out.Alarms, out.Composite...) {
			states[alarm.AlarmName] = alarm.StateValue
		}
		if out.NextToken == "" {
			return states, nil
		}
		form.Set("NextToken", out.NextToken)
	}
}

func (n neighbours) SetAlarm(ctx context.Context, name, state, reason string) error {
	form := url.Values{"AlarmName": {name}, "StateValue": {state}, "StateReason": {reason}}
	return n.wire.Query(ctx, "monitoring", cloudwatch, "SetAlarmState", form, nil)
}

func (n neighbours) Scaling(ctx context.Context, resource string) (Scaling, error) {
	var out struct {
		ScalableTargets []struct{ MinCapacity, MaxCapacity int32 }
	}
	err := n.wire.JSON(ctx, "application-autoscaling", "AnyScaleFrontendService.DescribeScalableTargets",
		map[string]any{"ServiceNamespace": "ecs", "ResourceIds": []string{resource}}, &out)
	if err != nil || len(out.ScalableTargets) == 0 {
		return Scaling{}, err
	}
	return Scaling{out.ScalableTargets[0].MinCapacity, out.ScalableTargets[0].MaxCapacity}, nil
}

// ecsTarget begins the operations of ECS.
const ecsTarget = "AmazonEC2ContainerServiceV20141113."

// Announce gives moto's own ECS a service of the same name: its Application Auto Scaling looks there, and nobody else.
func (n neighbours) Announce(ctx context.Context, cluster, service string, there bool) error {
	if !there {
		return n.moto.JSON(ctx, "ecs", ecsTarget+"DeleteService", map[string]any{"cluster": cluster, "service": service, "force": true}, nil)
	}
	container := map[string]any{"name": "none", "image": "none", "memory": 128}
	for _, step := range []struct {
		operation string
		in        map[string]any
	}{
		{"CreateCluster", map[string]any{"clusterName": cluster}},
		{"RegisterTaskDefinition", map[string]any{"family": "none", "containerDefinitions": []any{container}}},
		{"CreateService", map[string]any{"cluster": cluster, "serviceName": service, "taskDefinition": "none", "desiredCount": 0}},
	} {
		if err := n.moto.JSON(ctx, "ecs", ecsTarget+step.operation, step.in, nil); err != nil {
			return err
		}
	}
	return nil
}

func (n neighbours) Invoke(ctx context.Context, function string, payload any) error {
	encoded, err := json.Marshal(payload)
	if err != nil {
		return err
	}
	_, err = n.lambda.Invoke(ctx, &lambda.InvokeInput{
		FunctionName: &function, Payload: encoded, InvocationType: lambdatypes.InvocationTypeEvent,
	})
	return err
}
