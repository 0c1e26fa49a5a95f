package stacks

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

type logBucketProps struct {
	Config   Config
	Key      awskms.IKey   // nil: S3's own key, where the writer can use no other
	AccessTo awss3.IBucket // logs who reads and deletes here; nil: for the bucket of such logs itself
}

// newLogBucket defines a bucket for logs, kept for auditDays in every stage. Production keeps the bucket, and lets
// nobody delete what is in it before its time (PCI DSS 10.3), or shorten that by writing over it: what was there lasts as
// long as it would have. Elsewhere `cdk destroy` empties it.
func newLogBucket(scope constructs.Construct, id string, props logBucketProps) awss3.Bucket {
	days := awscdk.Duration_Days(jsii.Number(max(props.Config.LogRetentionDays, auditDays)))
	overwritten := awscdk.Duration_Days(jsii.Number(30))
	if props.Config.Production() {
		overwritten = days
	}
	bucketProps := &awss3.BucketProps{
		Encryption:        awss3.BucketEncryption_S3_MANAGED,
		BlockPublicAccess: awss3.BlockPublicAccess_BLOCK_ALL(),
		ObjectOwnership:   awss3.ObjectOwnership_BUCKET_OWNER_ENFORCED,
		EnforceSSL:        new(true),
		MinimumTLSVersion: jsii.Number(1.2),
		Versioned:         new(true),
		RemovalPolicy:     props.Config.keptInProduction(),
		AutoDeleteObjects: new(!props.Config.Production()),
		LifecycleRules: &[]*awss3.LifecycleRule{{
			Expiration:                          days,
			NoncurrentVersionExpiration:         overwritten,
			AbortIncompleteMultipartUploadAfter: awscdk.Duration_Days(jsii.Number(7)),
		}},
	}
	if props.Key != nil {
		bucketProps.Encryption, bucketProps.EncryptionKey, bucketProps.BucketKeyEnabled = awss3.BucketEncryption_KMS, props.Key, new(true)
	}
	if props.AccessTo != nil {
		bucketProps.ServerAccessLogsBucket, bucketProps.ServerAccessLogsPrefix = props.AccessTo, new(id+"/")
	}
	bucket := awss3.NewBucket(scope, &id, bucketProps)
	suppress(bucket, Suppression{
		Rules:    []string{"PCI.DSS.321-S3BucketReplicationEnabled", "NIST.800.53.R5-S3BucketReplicationEnabled"},
		Severity: "LOW",
		Reason:   "S3 keeps logs in three zones, versioned, and in production nobody can delete them; a second region is the landing zone's",
		Accepted: "the compliance officer: the logs of a lost region are lost",
	})
	if props.Key == nil {
		suppress(bucket, Suppression{
			Rules:    []string{"PCI.DSS.321-S3DefaultEncryptionKMS", "NIST.800.53.R5-S3DefaultEncryptionKMS"},
			Severity: "MEDIUM",
			Reason:   "load balancers, and S3's own access log, can write to buckets encrypted with S3's key only",
			Accepted: "the compliance officer: the key of these two buckets is AWS's; what they log holds no card number",
		})
	}
	if props.Config.Production() {
		bucket.AddToResourcePolicy(keepObjects(bucket))
		bucket.Policy().ApplyRemovalPolicy(props.Config.keptInProduction()) // or the bucket would stay without it
	}
	return bucket
}

// keepObjects refuses everybody; the lifecycle rule is S3's own and asks no policy.
func keepObjects(bucket awss3.Bucket) awsiam.PolicyStatement {
	return awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
		Sid:        new("NobodyDeletesLogs"),
		Effect:     awsiam.Effect_DENY,
		Principals: &[]awsiam.IPrincipal{awsiam.NewAnyPrincipal()},
		Actions:    jsii.Strings("s3:DeleteObject", "s3:DeleteObjectVersion"),
		Resources:  &[]*string{bucket.ArnForObjects(new("*"))},
	})
}

// newBucketAccessLog defines where the other log buckets log who reads and deletes in them. S3 can write there with its
// own key only, and a bucket that logged its own access would never come to rest.
//
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html
func newBucketAccessLog(scope constructs.Construct, config Config) awss3.Bucket {
	return newLogBucket(scope, "BucketAccessLogs", logBucketProps{Config: config})
}

// logBucketCleaner gives the function that empties buckets, which the CDK adds outside production, a log of its own.
func logBucketCleaner(stack awscdk.Stack, config Config, logKey awskms.IKey) {
	if !config.Production() {
		logProvider(stack, "AccessLogsCleanerLogs", "Custom::S3AutoDeleteObjectsCustomResourceProvider",
			logGroupProps{Config: config, Key: logKey, Audit: true})
	}
}
