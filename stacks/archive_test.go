package stacks

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// fullRecord is all that an assessor can ask for; walks go through it as well.
var fullRecord = object{"archiveLogs": "true", "auditTrail": "true", "auditLogDays": "400", "targetProtocol": "HTTPS"}

// The way of a log line into the archive has five links, and each must fit the next: a broken one is a year with a gap.
func TestArchive(t *testing.T) {
	for _, e := range []*environment{synthesized(t, "prod"), synthesized(t, "dev", fullRecord)} {
		stream := e.only(t, "AWS::KinesisFirehose::DeliveryStream")
		filter := e.only(t, "AWS::Logs::SubscriptionFilter")
		subscribed := properties(t, e, filter)
		if subscribed["LogGroupName"] != e.Config.names().logGroup() || subscribed["FilterPattern"] != "" || subscribed["FilterName"] != archiveFilter {
			t.Errorf("subscribed is %v, want all of the application's log", subscribed)
		}
		if to, _ := e.reference("platform", filter.Properties["DestinationArn"]); to != stream.key() {
			t.Errorf("the log goes to %v", filter.Properties["DestinationArn"])
		}
		feeder := platformResource(t, e, "AWS::IAM::Policy", "ArchiveFeederRole").ID
		if waits := listed(filter.Body["DependsOn"]); !slices.Contains(waits, any(feeder)) {
			t.Errorf("the subscription is tried before its role may write: %v", waits)
		}
		// CloudFormation makes a policy that refers to the stream after it, and the subscription in the same second.
		for _, right := range policyOf(t, e, "ArchiveFeederRole") {
			if want := "arn:aws:firehose:us-east-2:111122223333:deliverystream/" + e.Config.names().archive(); !slices.Equal(right.resources, []string{want}) {
				t.Errorf("CloudWatch Logs may write to %v, want %s before it exists", right.resources, want)
			}
		}
		if stream.Properties["DeliveryStreamType"] != "DirectPut" || stream.Properties["DeliveryStreamName"] != e.Config.names().archive() {
			t.Errorf("the stream is %v", stream.Properties)
		}
		key := platformResource(t, e, "AWS::KMS::Key", "ArchiveKey")
		bucket := platformResource(t, e, "AWS::S3::Bucket", "Archive")
		to := asObject(stream.Properties["ExtendedS3DestinationConfiguration"])
		for what, value := range map[string]any{
			"waits in the stream": asObject(stream.Properties["DeliveryStreamEncryptionConfigurationInput"])["KeyARN"],
			"is written":          asObject(asObject(to["EncryptionConfiguration"])["KMSEncryptionConfig"])["AWSKMSKeyARN"],
			"lies in the bucket":  asObject(asObject(asObject(listed(asObject(bucket.Properties["BucketEncryption"])["ServerSideEncryptionConfiguration"])[0]))["ServerSideEncryptionByDefault"])["KMSMasterKeyID"],
		} {
			if used, _ := e.reference("platform", value); used != key.key() {
				t.Errorf("what %s is encrypted with %v", what, value)
			}
		}
		if in, _ := e.reference("platform", to["BucketARN"]); in != bucket.key() {
			t.Errorf("the stream ends in %v", to["BucketARN"])
		}
		// Gzip in gzip would be read as rubbish: CloudWatch Logs compresses by itself.
		if to["CompressionFormat"] != "UNCOMPRESSED" || to["FileExtension"] != ".gz" || !strings.HasPrefix(to["ErrorOutputPrefix"].(string), "failed/") {
			t.Errorf("files are %v", to)
		}
		if logged := asObject(to["CloudWatchLoggingOptions"]); logged["Enabled"] != true || !e.isLogGroup(stream, logged["LogGroupName"]) {
			t.Errorf("what goes wrong is logged in %v", logged)
		}
	}
	if found := synthesized(t, "dev").resources("AWS::KinesisFirehose::DeliveryStream", "AWS::Logs::SubscriptionFilter"); len(found) > 0 {
		t.Errorf("dev pays for %v, which it did not ask for", found)
	}
}

// Who writes the archive deletes nothing there.
func TestArchiveRights(t *testing.T) {
	e := synthesized(t, "prod")
	for role, want := range map[string][]string{
		"ArchiveRole": {
			"kms:Decrypt", "kms:GenerateDataKey", "logs:PutLogEvents", "s3:AbortMultipartUpload", "s3:GetBucketLocation",
			"s3:GetObject", "s3:ListBucket", "s3:ListBucketMultipartUploads", "s3:PutObject",
		},
		"ArchiveFeederRole": {"firehose:PutRecord", "firehose:PutRecordBatch"},
	} {
		var got []string
		for _, right := range policyOf(t, e, role) {
			got = append(got, right.actions...)
			if slices.Contains(right.resources, "*") {
				t.Errorf("%s: %v on everything", role, right.actions)
			}
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%s may %v, want %v", role, got, want)
		}
	}
}

func TestArchiveThatDoesNotKeepUpPages(t *testing.T) {
	want := []string{
		"payment-processor-log-archive-late-prod: DeliveryToS3.DataFreshness Maximum GreaterThanThreshold 900, 3 of 3 x 300 s, silence is notBreaching",
		"payment-processor-log-archive-refused-prod: DeliveryErrors Sum GreaterThanThreshold 0, 1 of 1 x 300 s, silence is notBreaching",
	}
	var got []string
	for _, alarm := range synthesized(t, "prod").pagingAlarms(t) {
		if strings.Contains(fmt.Sprint(alarm["AlarmName"]), "log-archive") {
			got = append(got, described(alarm))
		}
	}
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("alarms %q, want %q", got, want)
	}
}

// Thirty days are required of the application's log, and measurements need no more; a year of what an assessor reads.
func TestRetention(t *testing.T) {
	month := map[string]bool{"Logs": true, "InsightsLogs": true}
	for _, c := range []struct {
		e     *environment
		audit float64
	}{
		{synthesized(t, "dev"), 30}, {synthesized(t, "staging"), 30}, {synthesized(t, "prod"), 400}, {synthesized(t, "dev", fullRecord), 400},
	} {
		seen := map[string]bool{}
		for _, r := range c.e.resources("AWS::Logs::LogGroup") {
			id, want := r.ID[:len(r.ID)-8], c.audit
			seen[id] = true
			if month[id] {
				want = 30
			}
			if got := r.Properties["RetentionInDays"]; r.Stack != "database" && got != want {
				t.Errorf("%v is kept %v days, want %v", r, got, want)
			}
		}
		for _, id := range []string{"Logs", "InsightsLogs", "FlowLogs", "SessionLogs", "FirewallLogs", "Events", "ReleaseLogs", "RotationLogs"} {
			if !seen[id] {
				t.Errorf("%s is not there", id)
			}
		}
	}
	if got := load(t, object{"logRetentionDays": "90"}).auditLogDays(); got != 90 {
		t.Errorf("audit logs end after %d days, before the application's", got)
	}
}
