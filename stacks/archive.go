package stacks

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskinesisfirehose"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/jsii-runtime-go"
)

type archiveProps struct {
	Config   Config
	Log      awslogs.ILogGroup // what is archived
	LogKey   awskms.IKey       // of the archive's own log
	AccessTo awss3.IBucket     // where reading the archive is logged
}

// archiveErrors is the stream of the archive's own log.
const archiveErrors = "errors"

// newArchive sends a log group's events to S3 as they arrive, where they outlast the group's retention: PCI DSS 10.5.1
// wants twelve months. Encrypted on the way and at rest, with a key that production keeps.
func newArchive(stack awscdk.Stack, props archiveProps) {
	key := awskms.NewKey(stack, new("ArchiveKey"), &awskms.KeyProps{
		Description:       jsii.Sprintf("Archived logs of %s", props.Config.names().application()),
		EnableKeyRotation: new(true),
		RemovalPolicy:     props.Config.keptInProduction(),
	})
	bucket := newLogBucket(stack, "Archive", logBucketProps{Config: props.Config, Key: key, AccessTo: props.AccessTo})
	stream := newArchiveStream(stack, props, bucket, key)

	feeder := awsiam.NewRole(stack, new("ArchiveFeederRole"), &awsiam.RoleProps{
		Description: new("CloudWatch Logs feeds the archive"),
		AssumedBy: awsiam.NewServicePrincipal(new("logs.amazonaws.com"), &awsiam.ServicePrincipalOpts{
			Conditions: &map[string]any{"ArnLike": map[string]any{"aws:SourceArn": arnOf(stack, "logs", "*")}},
		}),
	})
	suppress(feeder, ownPolicy)
	// By its name, so that the policy is there a minute before the stream: CloudWatch Logs tries it at once, and IAM may
	// take half of that until a policy is in force everywhere (terraform-provider-aws #43660).
	allow(feeder, []*string{arnOf(stack, "firehose", "deliverystream/"+props.Config.names().archive())},
		"firehose:PutRecord", "firehose:PutRecordBatch")
	filter := awslogs.NewCfnSubscriptionFilter(stack, new("ArchiveSubscription"), &awslogs.CfnSubscriptionFilterProps{
		LogGroupName: props.Log.LogGroupName(), FilterName: new(archiveFilter), FilterPattern: new(""), // all of it
		DestinationArn: stream.AttrArn(), RoleArn: feeder.RoleArn(),
	})
	filter.Node().AddDependency(feeder) // its policy too
}

// archiveFilter names the subscription in CloudWatch's metrics; a name is unique within its log group.
const archiveFilter = "archive"

// newArchiveStream defines the way into the bucket. What CloudWatch Logs sends is compressed already, and files of
// joined gzip members are gzip files.
//
// https://docs.aws.amazon.com/firehose/latest/dev/writing-with-cloudwatch-logs.html
func newArchiveStream(stack awscdk.Stack, props archiveProps, bucket awss3.IBucket, key awskms.IKey) awskinesisfirehose.CfnDeliveryStream {
	errors := newLogGroup(stack, "ArchiveErrors", logGroupProps{Config: props.Config, Key: props.LogKey, Audit: true})
	errorStream := awslogs.NewLogStream(stack, new("ArchiveErrorStream"), &awslogs.LogStreamProps{
		LogGroup: errors, LogStreamName: new(archiveErrors), RemovalPolicy: awscdk.RemovalPolicy_DESTROY,
	})
	role := newArchiveRole(stack, bucket, key, errors)
	stream := awskinesisfirehose.NewCfnDeliveryStream(stack, new("ArchiveStream"), &awskinesisfirehose.CfnDeliveryStreamProps{
		DeliveryStreamName: new(props.Config.names().archive()),
		DeliveryStreamType: new("DirectPut"),
		DeliveryStreamEncryptionConfigurationInput: &awskinesisfirehose.CfnDeliveryStream_DeliveryStreamEncryptionConfigurationInputProperty{
			KeyType: new("CUSTOMER_MANAGED_CMK"), KeyArn: key.KeyArn(),
		},
		ExtendedS3DestinationConfiguration: &awskinesisfirehose.CfnDeliveryStream_ExtendedS3DestinationConfigurationProperty{
			BucketArn: bucket.BucketArn(),
			RoleArn:   role.RoleArn(),
			EncryptionConfiguration: &awskinesisfirehose.CfnDeliveryStream_EncryptionConfigurationProperty{
				KmsEncryptionConfig: &awskinesisfirehose.CfnDeliveryStream_KMSEncryptionConfigProperty{AwskmsKeyArn: key.KeyArn()},
			},
			BufferingHints: &awskinesisfirehose.CfnDeliveryStream_BufferingHintsProperty{
				IntervalInSeconds: jsii.Number(300), SizeInMBs: jsii.Number(64),
			},
			CompressionFormat: new("UNCOMPRESSED"),
			FileExtension:     new(".gz"),
			Prefix:            new("application/!{timestamp:yyyy/MM/dd}/"),
			ErrorOutputPrefix: new("failed/!{firehose:error-output-type}/!{timestamp:yyyy/MM/dd}/"),
			CloudWatchLoggingOptions: &awskinesisfirehose.CfnDeliveryStream_CloudWatchLoggingOptionsProperty{
				Enabled: new(true), LogGroupName: errors.LogGroupName(), LogStreamName: errorStream.LogStreamName(),
			},
		},
	})
	stream.Node().AddDependency(role)
	return stream
}

// newArchiveRole may write to the archive, as Firehose wants it, and delete nothing there.
//
// https://docs.aws.amazon.com/firehose/latest/dev/controlling-access.html#using-iam-s3
func newArchiveRole(stack awscdk.Stack, bucket awss3.IBucket, key awskms.IKey, errors awslogs.ILogGroup) awsiam.Role {
	role := awsiam.NewRole(stack, new("ArchiveRole"), &awsiam.RoleProps{
		Description: new("Firehose writes the archive of logs"),
		AssumedBy: awsiam.NewServicePrincipal(new("firehose.amazonaws.com"), &awsiam.ServicePrincipalOpts{
			// Firehose's way of saying for which account it asks.
			Conditions: &map[string]any{"StringEquals": map[string]any{"sts:ExternalId": stack.Account()}},
		}),
	})
	suppress(role, ownPolicy, starred)
	allow(role, []*string{bucket.BucketArn()}, "s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads")
	allow(role, []*string{bucket.ArnForObjects(new("*"))}, "s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject")
	allow(role, []*string{key.KeyArn()}, "kms:Decrypt", "kms:GenerateDataKey")
	allow(role, []*string{errors.LogGroupArn()}, "logs:PutLogEvents")
	return role
}
