package providers

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	logs "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"

	"payment-processor/localaws/resource"
)

const someKey = "arn:aws:kms:us-east-2:123456789012:key/11111111-2222-3333-4444-555555555555"

func TestLogGroup(t *testing.T) {
	client := logs.NewFromConfig(local(t))
	life{kind: "AWS::Logs::LogGroup",
		properties: func(unique string) map[string]any {
			return map[string]any{"LogGroupName": "/ecs/" + unique, "RetentionInDays": "30", "KmsKeyId": someKey,
				"Tags": tag("Name", "logs")}
		},
		changes: []func(map[string]any){
			func(p map[string]any) { delete(p, "KmsKeyId"); p["RetentionInDays"] = 365; retags(p) },
			func(p map[string]any) { p["KmsKeyId"] = someKey; delete(p, "RetentionInDays") },
		},
		check: func(t *testing.T, step int, result resource.Result) {
			if result.Attributes["Arn"] != "arn:aws:logs:us-east-2:123456789012:log-group:"+result.PhysicalID+":*" {
				t.Errorf("attributes %v", result.Attributes)
			}
			output, err := client.DescribeLogGroups(t.Context(), &logs.DescribeLogGroupsInput{LogGroupNamePrefix: &result.PhysicalID})
			if err != nil || len(output.LogGroups) != 1 {
				t.Fatalf("log groups: %v", err)
			}
			group := output.LogGroups[0]
			if days := aws.ToInt32(group.RetentionInDays); days != []int32{30, 365, 0}[step] {
				t.Errorf("step %d: kept for %d days", step, days)
			}
			if key := aws.ToString(group.KmsKeyId); key != []string{someKey, "", someKey}[step] {
				t.Errorf("step %d: key %q", step, key)
			}
		},
	}.live(t)
	refused(t, "AWS::Logs::LogGroup", "retentionInDays", map[string]any{"RetentionInDays": 31})
	group := made(t, "AWS::Logs::LogGroup", map[string]any{})
	refused(t, "AWS::Logs::LogGroup", "ResourceAlreadyExistsException", map[string]any{"LogGroupName": group.PhysicalID})
}

func TestLogsBelongings(t *testing.T) {
	group := made(t, "AWS::Logs::LogGroup", map[string]any{})
	life{kind: "AWS::Logs::QueryDefinition",
		properties: func(unique string) map[string]any {
			return map[string]any{"Name": unique, "QueryString": "fields @message", "LogGroupNames": []any{group.PhysicalID}}
		},
		changes: []func(map[string]any){func(p map[string]any) { p["QueryString"] = "stats count()" }}}.live(t)

	policy := map[string]any{"Version": "2012-10-17", "Statement": []any{map[string]any{
		"Effect": "Allow", "Principal": map[string]any{"Service": "events.amazonaws.com"}, "Action": "logs:PutLogEvents", "Resource": "*"}}}
	life{kind: "AWS::Logs::ResourcePolicy",
		properties: func(unique string) map[string]any {
			return map[string]any{"PolicyName": unique, "PolicyDocument": policy}
		},
		changes: []func(map[string]any){func(p map[string]any) { p["PolicyDocument"] = text(policy) }}}.live(t)
	refused(t, "AWS::Logs::ResourcePolicy", "Syntax errors in policy", map[string]any{"PolicyName": "bad", "PolicyDocument": "{"})

	life{kind: "AWS::Logs::MetricFilter",
		properties: func(unique string) map[string]any {
			return map[string]any{"LogGroupName": group.PhysicalID, "FilterName": unique, "FilterPattern": "ERROR",
				"MetricTransformations": []any{map[string]any{"MetricName": "errors", "MetricNamespace": "payments", "MetricValue": "1"}}}
		},
		changes: []func(map[string]any){func(p map[string]any) {
			p["FilterPattern"] = "{ $.level = * }"
			p["MetricTransformations"] = []any{map[string]any{"MetricName": "errors", "MetricNamespace": "payments", "MetricValue": "1",
				"Dimensions": []any{map[string]any{"Key": "Level", "Value": "$.level"}}}}
		}}}.live(t)

	delivery := made(t, "AWS::KinesisFirehose::DeliveryStream", map[string]any{"DeliveryStreamType": "DirectPut",
		"ExtendedS3DestinationConfiguration": map[string]any{"BucketARN": made(t, "AWS::S3::Bucket", nil).Attributes["Arn"],
			"RoleARN": "arn:aws:iam::123456789012:role/firehose"}})
	life{kind: "AWS::Logs::SubscriptionFilter",
		properties: func(string) map[string]any {
			return map[string]any{"LogGroupName": group.PhysicalID, "FilterName": "audit", "FilterPattern": "ERROR",
				"DestinationArn": delivery.Attributes["Arn"], "RoleArn": "arn:aws:iam::123456789012:role/logs"}
		},
		changes: []func(map[string]any){func(p map[string]any) { p["FilterPattern"] = "" }}}.live(t)
	stream := made(t, "AWS::Logs::LogGroup", map[string]any{})
	refused(t, "AWS::Logs::SubscriptionFilter", "ResourceNotFoundException", map[string]any{
		"LogGroupName": stream.PhysicalID + "x", "FilterPattern": "", "DestinationArn": "arn:aws:lambda:us-east-2:123456789012:function:none"})
}
