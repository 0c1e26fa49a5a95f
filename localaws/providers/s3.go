package providers

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"payment-processor/localaws/resource"
)

// S3 makes buckets and their policies.
func S3(config aws.Config) resource.Registry {
	b := buckets{Client: s3.NewFromConfig(config, func(options *s3.Options) { options.UsePathStyle = true })}
	return resource.Registry{
		"AWS::S3::Bucket":       operations{b.create, b.update, b.remove},
		"AWS::S3::BucketPolicy": operations{b.putPolicy, b.putPolicy, b.deletePolicy},
	}
}

type buckets struct{ *s3.Client }

// setting is a property of a bucket that has operations of its own.
type setting struct {
	property string
	put      func(context.Context, map[string]any) error
	remove   func(context.Context, map[string]any) error
	member   string              // of put's input
	words    func(value any) any // the property as the SDK says it
}

func (b buckets) settings() []setting {
	same := func(value any) any { return value }
	return []setting{
		{"AccessControl", bucketCall(b.PutBucketAcl), b.private, "ACL", cannedACL},
		{"OwnershipControls", bucketCall(b.PutBucketOwnershipControls), bucketCall(b.DeleteBucketOwnershipControls),
			"OwnershipControls", same},
		{"PublicAccessBlockConfiguration", bucketCall(b.PutPublicAccessBlock), bucketCall(b.DeletePublicAccessBlock),
			"PublicAccessBlockConfiguration", same},
		{"BucketEncryption", bucketCall(b.PutBucketEncryption), bucketCall(b.DeleteBucketEncryption),
			"ServerSideEncryptionConfiguration", encryption},
		{"VersioningConfiguration", bucketCall(b.PutBucketVersioning), b.suspend, "VersioningConfiguration", same},
		{"ObjectLockConfiguration", bucketCall(b.PutObjectLockConfiguration), keep, "ObjectLockConfiguration", same},
		{"LifecycleConfiguration", bucketCall(b.PutBucketLifecycleConfiguration), bucketCall(b.DeleteBucketLifecycle),
			"LifecycleConfiguration", lifecycleRules},
		{"LoggingConfiguration", bucketCall(b.PutBucketLogging), b.unlogged, "BucketLoggingStatus", accessLog},
		{"NotificationConfiguration", bucketCall(b.PutBucketNotificationConfiguration), b.silent,
			"NotificationConfiguration", notifications},
		{"WebsiteConfiguration", bucketCall(b.PutBucketWebsite), bucketCall(b.DeleteBucketWebsite),
			"WebsiteConfiguration", website},
		{"CorsConfiguration", bucketCall(b.PutBucketCors), bucketCall(b.DeleteBucketCors), "CORSConfiguration", cors},
	}
}

func bucketCall[I, O any](operation func(context.Context, *I, ...func(*s3.Options)) (*O, error),
) func(context.Context, map[string]any) error {
	return func(ctx context.Context, properties map[string]any) error { return run(ctx, operation, properties) }
}

// checkBucket refuses properties that nobody here would set.
func (b buckets) check(properties map[string]any) error {
	known := []string{"BucketName", "ObjectLockEnabled", "Tags"}
	for _, one := range b.settings() {
		known = append(known, one.property)
	}
	for name := range properties {
		if !slices.Contains(known, name) {
			return fmt.Errorf("property %s of AWS::S3::Bucket is not supported here", name)
		}
	}
	return nil
}

func (b buckets) create(ctx context.Context, request resource.Request) (resource.Result, error) {
	if err := b.check(request.Properties); err != nil {
		return resource.Result{}, err
	}
	request.PhysicalID = strings.ToLower(named(request, "BucketName", 63))
	input := map[string]any{"Bucket": request.PhysicalID}
	if request.Region != "us-east-1" { // which S3 takes no name for
		input["CreateBucketConfiguration"] = map[string]any{"LocationConstraint": request.Region}
	}
	if isTrue(request.Properties["ObjectLockEnabled"]) {
		input["ObjectLockEnabledForBucket"] = true
	}
	if err := run(ctx, b.CreateBucket, input); err != nil {
		return resource.Result{}, err
	}
	return bucketResult(request), b.settle(ctx, request)
}

func bucketResult(request resource.Request) resource.Result {
	name, region := request.PhysicalID, request.Region
	return resource.Result{PhysicalID: name, Attributes: map[string]any{
		"Arn": "arn:aws:s3:::" + name, "DomainName": name + ".s3.amazonaws.com",
		"RegionalDomainName":  name + ".s3." + region + ".amazonaws.com",
		"DualStackDomainName": name + ".s3.dualstack." + region + ".amazonaws.com",
		"WebsiteURL":          "http://" + name + ".s3-website." + region + ".amazonaws.com",
	}}
}

func (b buckets) update(ctx context.Context, request resource.Request) (resource.Result, error) {
	return bucketResult(request), inOrder(
		func() error { return b.check(request.Properties) },
		func() error { return b.settle(ctx, request) },
	)
}

// settle sets what changed; on creation, what is given.
func (b buckets) settle(ctx context.Context, request resource.Request) error {
	bucket := map[string]any{"Bucket": request.PhysicalID}
	for _, one := range b.settings() {
		now, before := request.Properties[one.property], request.Old[one.property]
		var err error
		switch {
		case reflect.DeepEqual(now, before):
		case now == nil:
			err = one.remove(ctx, bucket)
		default:
			err = one.put(ctx, with(bucket, one.member, one.words(now)))
		}
		if err != nil {
			return err
		}
	}
	if tags := tagged(request)["Tags"]; tags != nil {
		return run(ctx, b.PutBucketTagging, with(bucket, "Tagging", map[string]any{"TagSet": tags}))
	}
	return run(ctx, b.DeleteBucketTagging, bucket)
}

func (b buckets) remove(ctx context.Context, request resource.Request) error {
	return run(ctx, b.DeleteBucket, map[string]any{"Bucket": request.PhysicalID})
}

// What a bucket is like without a setting that no operation deletes.

func keep(context.Context, map[string]any) error { return nil } // an object lock stays

func (b buckets) private(ctx context.Context, bucket map[string]any) error {
	return run(ctx, b.PutBucketAcl, with(bucket, "ACL", "private"))
}

func (b buckets) suspend(ctx context.Context, bucket map[string]any) error {
	return run(ctx, b.PutBucketVersioning, with(bucket, "VersioningConfiguration", map[string]any{"Status": "Suspended"}))
}

func (b buckets) unlogged(ctx context.Context, bucket map[string]any) error {
	return run(ctx, b.PutBucketLogging, with(bucket, "BucketLoggingStatus", map[string]any{}))
}

func (b buckets) silent(ctx context.Context, bucket map[string]any) error {
	return run(ctx, b.PutBucketNotificationConfiguration, with(bucket, "NotificationConfiguration", map[string]any{}))
}

// putPolicy gives a bucket its policy. A bucket has one: on creation another one in its place is refused.
func (b buckets) putPolicy(ctx context.Context, request resource.Request) (resource.Result, error) {
	name := text(request.Properties["Bucket"])
	bucket := map[string]any{"Bucket": name}
	if fault := malformed(request.Properties["PolicyDocument"], resourcePolicy); fault != "" {
		return resource.Result{PhysicalID: request.PhysicalID}, refuse("S3", "MalformedPolicy", fault)
	}
	if request.PhysicalID == "" {
		err := run(ctx, b.GetBucketPolicy, bucket)
		if err == nil {
			err = refuse("S3", "AlreadyExists", "The bucket policy already exists on bucket "+name+".")
		}
		if !absent(err) {
			return resource.Result{}, err
		}
	}
	err := run(ctx, b.PutBucketPolicy, with(bucket, "Policy", request.Properties["PolicyDocument"]))
	return resource.Result{PhysicalID: name}, err
}

// absent tells whether S3 says that there is no policy. Without a bucket there is none either, and putting one will fail.
func absent(err error) bool {
	var response *awshttp.ResponseError
	return errors.As(err, &response) && response.HTTPStatusCode() == http.StatusNotFound
}

func (b buckets) deletePolicy(ctx context.Context, request resource.Request) error {
	return failed(b.DeleteBucketPolicy(ctx, &s3.DeleteBucketPolicyInput{Bucket: aws.String(request.PhysicalID)}))
}
