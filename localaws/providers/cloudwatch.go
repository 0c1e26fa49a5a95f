package providers

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"

	"payment-processor/localaws/resource"
)

// CloudWatch makes alarms, of metrics and of other alarms, and dashboards.
func CloudWatch(config aws.Config) resource.Registry {
	client := cloudwatch.NewFromConfig(config)
	alarms, dashboards := alarms{client}, dashboards{client}
	return resource.Registry{
		"AWS::CloudWatch::Alarm":          operations{alarms.create, alarms.put, alarms.remove},
		"AWS::CloudWatch::CompositeAlarm": operations{alarms.compose, alarms.compose, alarms.remove},
		"AWS::CloudWatch::Dashboard":      operations{dashboards.put, dashboards.put, dashboards.remove},
	}
}

type alarms struct{ *cloudwatch.Client }

func (a alarms) create(ctx context.Context, request resource.Request) (resource.Result, error) {
	name := named(request, "AlarmName", 255)
	found, err := a.DescribeAlarms(ctx, &cloudwatch.DescribeAlarmsInput{AlarmNames: []string{name}})
	if err != nil {
		return resource.Result{}, err
	}
	if len(found.MetricAlarms) > 0 {
		return resource.Result{}, said("Resource of type 'AWS::CloudWatch::Alarm' with identifier '%s' already exists", name)
	}
	return a.put(ctx, request)
}

func (a alarms) put(ctx context.Context, request resource.Request) (resource.Result, error) {
	if err := checkAlarm(request.Properties); err != nil {
		return resource.Result{}, err
	}
	return a.store(ctx, request)
}

// store puts an alarm. PutMetricAlarm takes tags only from who creates.
func (a alarms) store(ctx context.Context, request resource.Request) (resource.Result, error) {
	name := nameAgain(request, "AlarmName", 255)
	properties := with(tagged(request), "AlarmName", name)
	if _, said := properties["ActionsEnabled"]; !said {
		properties["ActionsEnabled"] = true
	}
	if err := run(ctx, a.PutMetricAlarm, properties); err != nil {
		return resource.Result{}, err
	}
	arn := fmt.Sprintf("arn:aws:cloudwatch:%s:%s:alarm:%s", request.Region, request.AccountID, name)
	result := resource.Result{PhysicalID: name, Attributes: map[string]any{"Arn": arn}}
	if request.Old == nil {
		return result, nil
	}
	return result, retag(ctx, request, "ResourceARN", arn, a.TagResource, a.UntagResource)
}

// compose puts a composite alarm as a metric alarm without a metric: moto has no others, and so it can be looked up, set
// off and tagged at least.
func (a alarms) compose(ctx context.Context, request resource.Request) (resource.Result, error) {
	if err := checkRule(text(request.Properties["AlarmRule"])); err != nil {
		return resource.Result{}, err
	}
	request.Properties = with(request.Properties, "EvaluationPeriods", 1, "ComparisonOperator", "GreaterThanThreshold")
	return a.store(ctx, request)
}

func (a alarms) remove(ctx context.Context, request resource.Request) error {
	return run(ctx, a.DeleteAlarms, map[string]any{"AlarmNames": []any{request.PhysicalID}})
}

type dashboards struct{ *cloudwatch.Client }

func (d dashboards) put(ctx context.Context, request resource.Request) (resource.Result, error) {
	name := nameAgain(request, "DashboardName", 255)
	return resource.Result{PhysicalID: name}, run(ctx, d.PutDashboard, with(request.Properties, "DashboardName", name))
}

func (d dashboards) remove(ctx context.Context, request resource.Request) error {
	return run(ctx, d.DeleteDashboards, map[string]any{"DashboardNames": []any{request.PhysicalID}})
}
