package stacks

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
)

// record is what is kept in S3 for an assessor (PCI DSS 10.5).
type record struct {
	Requests awss3.IBucket // the load balancer's requests and connections
}

// newRecord defines the log buckets, and what writes to those that have no writer elsewhere. The load balancer can
// write with S3's own key only.
//
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html
func newRecord(stack awscdk.Stack, config Config, log awslogs.ILogGroup, logKey awskms.IKey) record {
	access := newBucketAccessLog(stack, config)
	kept := record{Requests: newLogBucket(stack, "AccessLogs", logBucketProps{Config: config, AccessTo: access})}
	if config.Audit.ArchiveLogs {
		newArchive(stack, archiveProps{Config: config, Log: log, LogKey: logKey, AccessTo: access})
	}
	if config.Audit.Trail {
		newTrail(stack, config, logKey, access)
	}
	logBucketCleaner(stack, config, logKey)
	return kept
}
