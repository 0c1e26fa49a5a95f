package stacks

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscloudtrail"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/jsii-runtime-go"
)

// newTrail records who called AWS's management APIs, in every region, for an account that has no trail of its landing
// zone (PCI DSS 10.2). See docs/decisions/8-landing-zone.md.
func newTrail(stack awscdk.Stack, config Config, logKey awskms.IKey, access awss3.IBucket) {
	name := config.names().application()
	arn := arnOf(stack, "cloudtrail", "trail/"+name)
	key := newTrailKey(stack, config, arn)
	bucket := newTrailBucket(stack, config, key, access, arn)
	logs := newLogGroup(stack, "TrailLogs", logGroupProps{Config: config, Key: logKey, Audit: true})
	role := awsiam.NewRole(stack, new("TrailRole"), &awsiam.RoleProps{
		Description: new("CloudTrail writes to its log group"),
		AssumedBy: awsiam.NewServicePrincipal(new("cloudtrail.amazonaws.com"), &awsiam.ServicePrincipalOpts{
			Conditions: &map[string]any{"StringEquals": map[string]any{"aws:SourceArn": arn}},
		}),
	})
	suppress(role, ownPolicy)
	allow(role, []*string{logs.LogGroupArn()}, "logs:CreateLogStream", "logs:PutLogEvents")

	trail := awscloudtrail.NewCfnTrail(stack, new("Trail"), &awscloudtrail.CfnTrailProps{
		TrailName:                  &name,
		IsLogging:                  new(true),
		IsMultiRegionTrail:         new(true),
		IncludeGlobalServiceEvents: new(true),
		EnableLogFileValidation:    new(true),
		KmsKeyId:                   key.KeyArn(),
		S3BucketName:               bucket.BucketName(),
		CloudWatchLogsLogGroupArn:  logs.LogGroupArn(),
		CloudWatchLogsRoleArn:      role.RoleArn(),
	})
	trail.Node().AddDependency(bucket.Policy(), role) // CloudTrail tries both at once
}

// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html
func newTrailKey(stack awscdk.Stack, config Config, trail *string) awskms.Key {
	key := awskms.NewKey(stack, new("TrailKey"), &awskms.KeyProps{
		Description:       jsii.Sprintf("Trail of %s", config.names().application()),
		EnableKeyRotation: new(true),
		RemovalPolicy:     config.keptInProduction(),
	})
	use := func(sid string, encrypts map[string]any, actions ...string) {
		conditions := map[string]any{"StringEquals": map[string]any{"aws:SourceArn": trail}}
		if encrypts != nil {
			conditions["StringLike"] = encrypts
		}
		key.AddToResourcePolicy(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
			Sid:        &sid,
			Principals: &[]awsiam.IPrincipal{servicePrincipal("cloudtrail")},
			Actions:    jsii.PtrSlice(actions...),
			Resources:  jsii.Strings("*"), // in a key policy, this key
			Conditions: &conditions,
		}), nil)
	}
	use("TrailEncrypts", map[string]any{
		"kms:EncryptionContext:aws:cloudtrail:arn": stack.FormatArn(&awscdk.ArnComponents{
			Service: new("cloudtrail"), Region: new("*"), Resource: new("trail"), ResourceName: new("*"),
		}),
	}, "kms:GenerateDataKey*")
	use("TrailDescribes", nil, "kms:DescribeKey")
	return key
}

// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html
func newTrailBucket(stack awscdk.Stack, config Config, key awskms.IKey, access awss3.IBucket, trail *string) awss3.Bucket {
	bucket := newLogBucket(stack, "TrailFiles", logBucketProps{Config: config, Key: key, AccessTo: access})
	admit := func(sid, action string, resource *string, conditions map[string]any) {
		conditions["aws:SourceArn"] = trail
		bucket.AddToResourcePolicy(awsiam.NewPolicyStatement(&awsiam.PolicyStatementProps{
			Sid:        &sid,
			Principals: &[]awsiam.IPrincipal{servicePrincipal("cloudtrail")},
			Actions:    jsii.Strings(action),
			Resources:  &[]*string{resource},
			Conditions: &map[string]any{"StringEquals": conditions},
		}))
	}
	admit("TrailChecks", "s3:GetBucketAcl", bucket.BucketArn(), map[string]any{})
	admit("TrailWrites", "s3:PutObject", bucket.ArnForObjects(jsii.Sprintf("AWSLogs/%s/*", *stack.Account())),
		map[string]any{"s3:x-amz-acl": "bucket-owner-full-control"})
	return bucket
}
