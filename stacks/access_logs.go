package stacks

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// auditDays is a year, which PCI DSS 10.5.1 asks for, and a month to notice that it is over.
const auditDays = 400

// newAccessLogBucket defines where the load balancer logs requests and connections. SSE-S3 is the only encryption that
// it can write with. Production keeps the bucket.
//
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html
func newAccessLogBucket(scope constructs.Construct, config Config, logKey awskms.IKey) awss3.Bucket {
	days := jsii.Number(config.LogRetentionDays)
	if config.Production() {
		days = jsii.Number(max(config.LogRetentionDays, auditDays))
	}
	bucket := awss3.NewBucket(scope, new("AccessLogs"), &awss3.BucketProps{
		Encryption:        awss3.BucketEncryption_S3_MANAGED,
		BlockPublicAccess: awss3.BlockPublicAccess_BLOCK_ALL(),
		ObjectOwnership:   awss3.ObjectOwnership_BUCKET_OWNER_ENFORCED,
		EnforceSSL:        new(true),
		MinimumTLSVersion: jsii.Number(1.2),
		Versioned:         new(true),
		RemovalPolicy:     config.keptInProduction(),
		AutoDeleteObjects: new(!config.Production()),
		LifecycleRules: &[]*awss3.LifecycleRule{{
			Expiration:                          awscdk.Duration_Days(days),
			NoncurrentVersionExpiration:         awscdk.Duration_Days(jsii.Number(30)),
			AbortIncompleteMultipartUploadAfter: awscdk.Duration_Days(jsii.Number(7)),
		}},
	})
	if !config.Production() {
		logProvider(awscdk.Stack_Of(scope), "AccessLogsCleanerLogs", "Custom::S3AutoDeleteObjectsCustomResourceProvider",
			logGroupProps{Config: config, Key: logKey})
	}
	return bucket
}
