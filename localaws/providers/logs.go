package providers

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	logs "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"

	"payment-processor/localaws/resource"
)

// Logs makes log groups and what belongs to them.
func Logs(config aws.Config) resource.Registry {
	g := logGroups{logs.NewFromConfig(config)}
	return resource.Registry{
		"AWS::Logs::LogGroup":           operations{g.createGroup, g.updateGroup, g.deleteGroup},
		"AWS::Logs::QueryDefinition":    operations{g.putQuery, g.putQuery, g.deleteQuery},
		"AWS::Logs::ResourcePolicy":     operations{g.putPolicy, g.putPolicy, g.deletePolicy},
		"AWS::Logs::SubscriptionFilter": operations{g.subscribe, g.subscribe, g.unsubscribe},
		"AWS::Logs::MetricFilter":       operations{g.putMetric, g.putMetric, g.deleteMetric},
		"AWS::Logs::LogStream":          operations{g.createStream, g.keepStream, g.deleteStream},
	}
}

type logGroups struct{ *logs.Client }

// retentions are the days that CloudWatch Logs knows.
var retentions = []int{1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653}

func checkRetention(properties map[string]any) error {
	days := text(properties["RetentionInDays"])
	count, err := strconv.Atoi(days)
	if days == "" || err == nil && slices.Contains(retentions, count) {
		return nil
	}
	return refuse("CloudWatchLogs", "InvalidParameterException", "1 validation error detected: Value '"+days+
		"' at 'retentionInDays' failed to satisfy constraint: Member must satisfy enum value set")
}

func (g logGroups) createGroup(ctx context.Context, request resource.Request) (resource.Result, error) {
	if err := checkRetention(request.Properties); err != nil {
		return resource.Result{}, err
	}
	name := named(request, "LogGroupName", 512)
	if err := run(ctx, g.CreateLogGroup, with(request.Properties, "LogGroupName", name, "Tags", tagMap(request))); err != nil {
		return resource.Result{}, err
	}
	request.PhysicalID = name
	return groupNamed(request), g.retain(ctx, request)
}

func groupNamed(request resource.Request) resource.Result {
	return resource.Result{PhysicalID: request.PhysicalID, Attributes: map[string]any{"Arn": groupARN(request) + ":*"}}
}

func groupARN(request resource.Request) string {
	return "arn:aws:logs:" + request.Region + ":" + request.AccountID + ":log-group:" + request.PhysicalID
}

// retain sets a group's retention, or takes it away.
func (g logGroups) retain(ctx context.Context, request resource.Request) error {
	of := map[string]any{"LogGroupName": request.PhysicalID}
	if days := request.Properties["RetentionInDays"]; days != nil {
		return run(ctx, g.PutRetentionPolicy, with(of, "RetentionInDays", days))
	}
	return run(ctx, g.DeleteRetentionPolicy, of)
}

func (g logGroups) updateGroup(ctx context.Context, request resource.Request) (resource.Result, error) {
	of := map[string]any{"LogGroupName": request.PhysicalID}
	return groupNamed(request), inOrder(
		func() error { return checkRetention(request.Properties) },
		changed(request, func() error { return g.retain(ctx, request) }, "RetentionInDays"),
		changed(request, func() error {
			if key := request.Properties["KmsKeyId"]; key != nil {
				return run(ctx, g.AssociateKmsKey, with(of, "KmsKeyId", key))
			}
			return run(ctx, g.DisassociateKmsKey, of)
		}, "KmsKeyId"),
		func() error {
			if gone := untagged(request); len(gone) > 0 {
				return run(ctx, g.UntagResource, map[string]any{"ResourceArn": groupARN(request), "TagKeys": anyList(gone)})
			}
			return nil
		},
		func() error {
			if tags := tagMap(request); len(tags) > 0 {
				return run(ctx, g.TagResource, map[string]any{"ResourceArn": groupARN(request), "Tags": tags})
			}
			return nil
		},
	)
}

func (g logGroups) deleteGroup(ctx context.Context, request resource.Request) error {
	return run(ctx, g.DeleteLogGroup, map[string]any{"LogGroupName": request.PhysicalID})
}

func (g logGroups) putQuery(ctx context.Context, request resource.Request) (resource.Result, error) {
	properties := request.Properties
	if request.PhysicalID != "" {
		properties = with(properties, "QueryDefinitionId", request.PhysicalID)
	}
	output, err := call(ctx, g.PutQueryDefinition, properties)
	if err != nil {
		return resource.Result{PhysicalID: request.PhysicalID}, err
	}
	return alone("QueryDefinitionId", aws.ToString(output.QueryDefinitionId)), nil
}

func (g logGroups) deleteQuery(ctx context.Context, request resource.Request) error {
	return run(ctx, g.DeleteQueryDefinition, map[string]any{"QueryDefinitionId": request.PhysicalID})
}

func (g logGroups) putPolicy(ctx context.Context, request resource.Request) (resource.Result, error) {
	name := text(request.Properties["PolicyName"])
	if fault := malformed(request.Properties["PolicyDocument"], resourcePolicy); fault != "" {
		return resource.Result{PhysicalID: request.PhysicalID}, refuse("CloudWatchLogs", "InvalidParameterException", fault)
	}
	if err := run(ctx, g.PutResourcePolicy, request.Properties); err != nil {
		return resource.Result{PhysicalID: request.PhysicalID}, err
	}
	return resource.Result{PhysicalID: name}, nil
}

func (g logGroups) deletePolicy(ctx context.Context, request resource.Request) error {
	return run(ctx, g.DeleteResourcePolicy, map[string]any{"PolicyName": request.PhysicalID})
}

func (g logGroups) subscribe(ctx context.Context, request resource.Request) (resource.Result, error) {
	name := nameAgain(request, "FilterName", 512)
	if err := run(ctx, g.PutSubscriptionFilter, with(request.Properties, "FilterName", name)); err != nil {
		return resource.Result{PhysicalID: request.PhysicalID}, err
	}
	return resource.Result{PhysicalID: name}, nil
}

func (g logGroups) unsubscribe(ctx context.Context, request resource.Request) error {
	return run(ctx, g.DeleteSubscriptionFilter,
		with(map[string]any{"FilterName": request.PhysicalID}, "LogGroupName", request.Properties["LogGroupName"]))
}

func (g logGroups) putMetric(ctx context.Context, request resource.Request) (resource.Result, error) {
	name := nameAgain(request, "FilterName", 512)
	properties := with(request.Properties, "FilterName", name)
	var transformations []any
	for _, one := range list(properties["MetricTransformations"]) { // dimensions are a list here, a map there
		fields := with(object(one))
		dimensions := map[string]any{}
		for _, dimension := range list(fields["Dimensions"]) {
			dimensions[text(object(dimension)["Key"])] = object(dimension)["Value"]
		}
		delete(fields, "Dimensions")
		if len(dimensions) > 0 {
			fields["Dimensions"] = dimensions
		}
		transformations = append(transformations, fields)
	}
	properties["MetricTransformations"] = transformations
	if err := run(ctx, g.PutMetricFilter, properties); err != nil {
		return resource.Result{PhysicalID: request.PhysicalID}, err
	}
	return resource.Result{PhysicalID: name}, nil
}

func (g logGroups) deleteMetric(ctx context.Context, request resource.Request) error {
	return run(ctx, g.DeleteMetricFilter, map[string]any{
		"FilterName": request.PhysicalID, "LogGroupName": strings.TrimSpace(text(request.Properties["LogGroupName"])),
	})
}
