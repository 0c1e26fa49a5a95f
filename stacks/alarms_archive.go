package stacks

import "github.com/aws/aws-cdk-go/awscdk/v2/awscloudwatch"

// archiveLate is when the archive no longer keeps up, in seconds: three times the five minutes that Firehose gathers.
const archiveLate = 900

// archiveSignals say whether what the application logs arrives in S3.
type archiveSignals struct {
	Age     awscloudwatch.Metric // seconds since the oldest event that Firehose still holds
	Refused awscloudwatch.Metric // events that CloudWatch Logs could not hand over, and does not try again
}

// https://docs.aws.amazon.com/firehose/latest/dev/cloudwatch-metrics.html
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch-Logs-Monitoring-CloudWatch-Metrics.html
func newArchiveSignals(props ObservabilityStackProps) *archiveSignals {
	return &archiveSignals{
		Age: metric("AWS/Firehose", "DeliveryToS3.DataFreshness", "oldest event", "Maximum", 5, map[string]*string{
			"DeliveryStreamName": new(props.Config.names().archive()),
		}),
		Refused: metric("AWS/Logs", "DeliveryErrors", "refused events", "Sum", 5, map[string]*string{
			"LogGroupName": props.Platform.LogGroup.LogGroupName(), "DestinationType": new("Firehose"), "FilterName": new(archiveFilter),
		}),
	}
}

func archiveAlarms(archive *archiveSignals) []alarm {
	if archive == nil {
		return nil
	}
	return []alarm{
		{
			ID: "ArchiveLateAlarm", Name: "log-archive-late", Section: "log-archive",
			Means:  "The application's log does not reach its archive: after a day Firehose drops what it holds, and an assessor's year has a gap.",
			First:  "read the log group of the archive's errors; compare the policies of the archive's role, bucket and key with the templates.",
			Metric: archive.Age, Fires: above, Threshold: archiveLate, Periods: 3, Datapoints: 3,
			Missing: silenceIsFine, // an application that logs nothing leaves nothing to archive
		},
		{
			ID: "ArchiveRefusedAlarm", Name: "log-archive-refused", Section: "log-archive",
			Means:  "CloudWatch Logs cannot hand the application's log to its archive: what it logs now is missing there for ever.",
			First:  "compare the subscription filter, its role and the delivery stream with the templates; deploying repairs them.",
			Metric: archive.Refused, Fires: above, Threshold: 0, Periods: 1, Datapoints: 1,
			Missing: silenceIsFine, // reported only if not zero
		},
	}
}
