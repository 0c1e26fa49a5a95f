package providers

import (
	"bytes"
	"context"
	"fmt"
	"io"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"

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
		return resource.Result{}, fmt.Errorf("Resource of type 'AWS::CloudWatch::Alarm' with identifier '%s' already exists", name)
	}
	return a.put(ctx, request)
}

func (a alarms) put(ctx context.Context, request resource.Request) (resource.Result, error) {
	if err := checkAlarm(request.Properties); err != nil {
		return resource.Result{}, err
	}
	name := nameAgain(request, "AlarmName", 255)
	properties := with(tagged(request), "AlarmName", name)
	if _, said := properties["ActionsEnabled"]; !said {
		properties["ActionsEnabled"] = true
	}
	err := run(ctx, a.PutMetricAlarm, properties)
	return a.made(ctx, request, name, err)
}

// made is the answer once an alarm is there. PutMetricAlarm takes tags only from who creates.
func (a alarms) made(ctx context.Context, request resource.Request, name string, err error) (resource.Result, error) {
	if err != nil {
		return resource.Result{}, err
	}
	arn := fmt.Sprintf("arn:aws:cloudwatch:%s:%s:alarm:%s", request.Region, request.AccountID, name)
	result := resource.Result{PhysicalID: name, Attributes: map[string]any{"Arn": arn}}
	if request.Old == nil {
		return result, nil
	}
	return result, retag(ctx, request, "ResourceARN", arn, a.TagResource, a.UntagResource)
}

// compose puts a composite alarm. moto knows them only as metric alarms with a rule.
func (a alarms) compose(ctx context.Context, request resource.Request) (resource.Result, error) {
	input := new(cloudwatch.PutCompositeAlarmInput)
	name := nameAgain(request, "AlarmName", 255)
	properties := with(tagged(request), "AlarmName", name)
	if _, said := properties["ActionsEnabled"]; !said {
		properties["ActionsEnabled"] = true
	}
	if err := shape(properties, input); err != nil {
		return resource.Result{}, err
	}
	if err := checkRule(aws.ToString(input.AlarmRule)); err != nil {
		return resource.Result{}, err
	}
	_, err := a.PutCompositeAlarm(ctx, input, cloudwatch.WithAPIOptions(asMetricAlarm))
	return a.made(ctx, request, name, err)
}

func asMetricAlarm(stack *middleware.Stack) error {
	return stack.Build.Add(middleware.BuildMiddlewareFunc("AsMetricAlarm", func(ctx context.Context, in middleware.BuildInput,
		next middleware.BuildHandler) (middleware.BuildOutput, middleware.Metadata, error) {
		request := in.Request.(*smithyhttp.Request)
		body, _ := io.ReadAll(request.GetStream()) // a reader of memory
		body = bytes.Replace(body, []byte("Action=PutCompositeAlarm"), []byte("Action=PutMetricAlarm"), 1)
		request, _ = request.SetStream(bytes.NewReader(body)) // which can be rewound
		in.Request = request
		return next.HandleBuild(ctx, in)
	}), middleware.Before)
}

func (a alarms) remove(ctx context.Context, request resource.Request) error {
	return run(ctx, a.DeleteAlarms, map[string]any{"AlarmNames": []any{request.PhysicalID}})
}

type dashboards struct{ *cloudwatch.Client }

func (d dashboards) put(ctx context.Context, request resource.Request) (resource.Result, error) {
	name := nameAgain(request, "DashboardName", 255)
	answer, err := call(ctx, d.PutDashboard, with(request.Properties, "DashboardName", name))
	if err != nil {
		return resource.Result{}, err
	}
	for _, message := range answer.DashboardValidationMessages {
		return resource.Result{}, fmt.Errorf("The dashboard body is invalid: %s", aws.ToString(message.Message))
	}
	return resource.Result{PhysicalID: name}, nil
}

func (d dashboards) remove(ctx context.Context, request resource.Request) error {
	return run(ctx, d.DeleteDashboards, map[string]any{"DashboardNames": []any{request.PhysicalID}})
}
