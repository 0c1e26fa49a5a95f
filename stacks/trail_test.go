package stacks

import (
	"reflect"
	"slices"
	"strings"
	"testing"
)

// A trail in one region, or one whose files can be edited, is none.
func TestTrail(t *testing.T) {
	e := synthesized(t, "dev", fullRecord)
	trail := e.only(t, "AWS::CloudTrail::Trail")
	for property, want := range map[string]any{
		"TrailName": "payment-processor-dev", "IsLogging": true, "IsMultiRegionTrail": true,
		"IncludeGlobalServiceEvents": true, "EnableLogFileValidation": true,
	} {
		if got := trail.Properties[property]; got != want {
			t.Errorf("%s is %v, want %v", property, got, want)
		}
	}
	bucket, key := platformResource(t, e, "AWS::S3::Bucket", "TrailFiles"), platformResource(t, e, "AWS::KMS::Key", "TrailKey")
	for property, want := range map[string]resource{
		"S3BucketName": bucket, "KMSKeyId": key,
		"CloudWatchLogsLogGroupArn": platformResource(t, e, "AWS::Logs::LogGroup", "TrailLogs"),
		"CloudWatchLogsRoleArn":     platformResource(t, e, "AWS::IAM::Role", "TrailRole"),
	} {
		if to, _ := e.reference("platform", trail.Properties[property]); to != want.key() {
			t.Errorf("%s is %v, want %v", property, trail.Properties[property], want)
		}
	}
	for _, first := range []resource{
		platformResource(t, e, "AWS::S3::BucketPolicy", "TrailFiles"), platformResource(t, e, "AWS::IAM::Policy", "TrailRole"),
	} {
		if waits := listed(trail.Body["DependsOn"]); !slices.Contains(waits, any(first.ID)) {
			t.Errorf("CloudTrail tries %v before it is there", first)
		}
	}
	for _, suffix := range []string{"dev", "staging", "prod"} {
		if found := synthesized(t, suffix).resources("AWS::CloudTrail::Trail"); len(found) > 0 {
			t.Errorf("%s has a trail beside the landing zone's: %v", suffix, found)
		}
	}
}

// CloudTrail is let in for this trail alone.
func TestTrailPolicies(t *testing.T) {
	e := synthesized(t, "dev", fullRecord)
	const arn = "arn:aws:cloudtrail:us-east-2:111122223333:trail/payment-processor-dev"
	ours, service := object{"StringEquals": object{"aws:SourceArn": arn}}, object{"Service": "cloudtrail.amazonaws.com"}
	key := e.policyStatements(t, platformResource(t, e, "AWS::KMS::Key", "TrailKey"), "KeyPolicy")
	encrypts := object{
		"StringEquals": object{"aws:SourceArn": arn},
		"StringLike":   object{"kms:EncryptionContext:aws:cloudtrail:arn": "arn:aws:cloudtrail:*:111122223333:trail/*"},
	}
	bucket := platformResource(t, e, "AWS::S3::BucketPolicy", "TrailFiles")
	files := e.policyStatements(t, bucket, "PolicyDocument")
	for sid, want := range map[string]object{
		"TrailEncrypts":  {"Action": "kms:GenerateDataKey*", "Condition": encrypts},
		"TrailDescribes": {"Action": "kms:DescribeKey", "Condition": ours},
		"TrailChecks":    {"Action": "s3:GetBucketAcl", "Condition": ours},
		"TrailWrites": {"Action": "s3:PutObject", "Condition": object{
			"StringEquals": object{"aws:SourceArn": arn, "s3:x-amz-acl": "bucket-owner-full-control"},
		}},
	} {
		got := key[sid]
		if got == nil {
			got = files[sid]
		}
		if got["Effect"] != "Allow" || !reflect.DeepEqual(got["Principal"], service) ||
			got["Action"] != want["Action"] || !reflect.DeepEqual(got["Condition"], want["Condition"]) {
			t.Errorf("%s is %v", sid, got)
		}
	}
	if to := files["TrailWrites"]["Resource"].(string); !strings.HasSuffix(to, "/AWSLogs/111122223333/*") {
		t.Errorf("CloudTrail writes to %s", to)
	}
}
