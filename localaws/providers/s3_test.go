package providers

import (
	"context"
	"reflect"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"payment-processor/localaws/resource"
)

func TestBucket(t *testing.T) {
	client := s3.NewFromConfig(local(t), func(o *s3.Options) { o.UsePathStyle = true })
	logs := made(t, "AWS::S3::Bucket", map[string]any{"AccessControl": "LogDeliveryWrite",
		"OwnershipControls": map[string]any{"Rules": []any{map[string]any{"ObjectOwnership": "ObjectWriter"}}}})
	t.Cleanup(func() { // moto has logged what was done above
		objects, err := client.ListObjectsV2(context.Background(), &s3.ListObjectsV2Input{Bucket: &logs.PhysicalID})
		if err != nil {
			t.Fatal(err)
		}
		for _, object := range objects.Contents {
			_, _ = client.DeleteObject(context.Background(), &s3.DeleteObjectInput{Bucket: &logs.PhysicalID, Key: object.Key})
		}
	})
	life{kind: "AWS::S3::Bucket",
		properties: func(unique string) map[string]any {
			return map[string]any{"BucketName": "bucket-" + unique, "AccessControl": "Private", "Tags": tag("Name", "bucket"),
				"BucketEncryption": map[string]any{"ServerSideEncryptionConfiguration": []any{map[string]any{
					"BucketKeyEnabled": true, "ServerSideEncryptionByDefault": map[string]any{"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": someKey}}}},
				"VersioningConfiguration":        map[string]any{"Status": "Enabled"},
				"PublicAccessBlockConfiguration": map[string]any{"BlockPublicAcls": "true", "BlockPublicPolicy": true, "IgnorePublicAcls": true, "RestrictPublicBuckets": true},
				"OwnershipControls":              map[string]any{"Rules": []any{map[string]any{"ObjectOwnership": "BucketOwnerEnforced"}}},
				"LoggingConfiguration":           map[string]any{"DestinationBucketName": logs.PhysicalID, "LogFilePrefix": "logs/"},
				"NotificationConfiguration":      map[string]any{"EventBridgeConfiguration": map[string]any{"EventBridgeEnabled": true}},
				"WebsiteConfiguration":           map[string]any{"IndexDocument": "index.html", "ErrorDocument": "error.html"},
				"CorsConfiguration": map[string]any{"CorsRules": []any{map[string]any{
					"AllowedMethods": []any{"GET"}, "AllowedOrigins": []any{"*"}, "MaxAge": "60", "ExposedHeaders": []any{"x"}}}},
				"LifecycleConfiguration": map[string]any{"Rules": []any{
					map[string]any{"Id": "old", "Status": "Enabled", "NoncurrentVersionExpiration": map[string]any{"NoncurrentDays": 30}},
					map[string]any{"Id": "parts", "Status": "Enabled", "AbortIncompleteMultipartUpload": map[string]any{"DaysAfterInitiation": "1"}}}},
			}
		},
		changes: []func(map[string]any){
			func(p map[string]any) {
				for name := range p {
					if name != "BucketName" {
						delete(p, name)
					}
				}
			},
			func(p map[string]any) {
				p["VersioningConfiguration"] = map[string]any{"Status": "Suspended"}
				retags(p)
			},
		},
		check: func(t *testing.T, step int, result resource.Result) {
			bucket := &result.PhysicalID
			if result.Attributes["RegionalDomainName"] != *bucket+".s3.us-east-2.amazonaws.com" {
				t.Errorf("attributes %v", result.Attributes)
			}
			_, err := client.GetBucketEncryption(t.Context(), &s3.GetBucketEncryptionInput{Bucket: bucket})
			if (err == nil) != (step == 0) {
				t.Errorf("step %d: encryption: %v", step, err)
			}
			rules, err := client.GetBucketLifecycleConfiguration(t.Context(), &s3.GetBucketLifecycleConfigurationInput{Bucket: bucket})
			if step == 0 && (err != nil || len(rules.Rules) != 2 || *rules.Rules[0].NoncurrentVersionExpiration.NoncurrentDays != 30) {
				t.Errorf("lifecycle: %v", err)
			}
			versioning, err := client.GetBucketVersioning(t.Context(), &s3.GetBucketVersioningInput{Bucket: bucket})
			if err != nil || string(versioning.Status) != []string{"Enabled", "Suspended", "Suspended"}[step] {
				t.Errorf("step %d: versioning %v %v", step, versioning, err)
			}
			if step == 0 {
				logging, err := client.GetBucketLogging(t.Context(), &s3.GetBucketLoggingInput{Bucket: bucket})
				if err != nil || logging.LoggingEnabled == nil || *logging.LoggingEnabled.TargetBucket != logs.PhysicalID {
					t.Errorf("logging %v", err)
				}
			}
		}}.live(t)
	locked := map[string]any{"ObjectLockEnabled": true, "ObjectLockConfiguration": map[string]any{"ObjectLockEnabled": "Enabled",
		"Rule": map[string]any{"DefaultRetention": map[string]any{"Mode": "GOVERNANCE", "Days": 1}}}}
	life{kind: "AWS::S3::Bucket", properties: func(string) map[string]any { return copied(locked) },
		changes: []func(map[string]any){func(p map[string]any) { delete(p, "ObjectLockConfiguration") }}}.live(t)
	refused(t, "AWS::S3::Bucket", "BucketAlreadyOwnedByYou", map[string]any{"BucketName": logs.PhysicalID})
	refused(t, "AWS::S3::Bucket", "ReplicationConfiguration of AWS::S3::Bucket is not supported", map[string]any{"ReplicationConfiguration": map[string]any{}})
}

// S3 takes no name for its first region.
func TestBucketInTheFirstRegion(t *testing.T) {
	config := local(t)
	config.Region = "us-east-1"
	provider, _ := All(config).Find("AWS::S3::Bucket")
	request := asked("AWS::S3::Bucket", map[string]any{})
	request.Region, request.Tags = "us-east-1", nil
	result, err := provider.Create(t.Context(), request)
	if err != nil {
		t.Fatal(err)
	}
	if err := provider.Delete(t.Context(), updated(request, result, nil)); err != nil {
		t.Error(err)
	}
}

func TestBucketPolicy(t *testing.T) {
	bucket := made(t, "AWS::S3::Bucket", map[string]any{})
	policy := map[string]any{"Version": "2012-10-17", "Statement": []any{map[string]any{
		"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": bucket.Attributes["Arn"],
		"Condition": map[string]any{"Bool": map[string]any{"aws:SecureTransport": "false"}}}}}
	properties := func(string) map[string]any {
		return map[string]any{"Bucket": bucket.PhysicalID, "PolicyDocument": policy}
	}
	client := s3.NewFromConfig(local(t), func(o *s3.Options) { o.UsePathStyle = true })
	life{kind: "AWS::S3::BucketPolicy", properties: properties,
		changes: []func(map[string]any){func(p map[string]any) { p["PolicyDocument"] = text(policy) }},
		check: func(t *testing.T, _ int, result resource.Result) { // "only over TLS" must not close the bucket here
			if _, err := client.PutObject(t.Context(), &s3.PutObjectInput{
				Bucket: &result.PhysicalID, Key: new("key"), Body: strings.NewReader("content")}); err != nil {
				t.Error(err)
			}
			_, _ = client.DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: &result.PhysicalID, Key: new("key")})
		}}.live(t)
	refused(t, "AWS::S3::BucketPolicy", "MalformedPolicy", map[string]any{"Bucket": bucket.PhysicalID, "PolicyDocument": allow("s3:*")})
	t.Run("one policy a bucket", func(t *testing.T) {
		made(t, "AWS::S3::BucketPolicy", properties(""))
		refused(t, "AWS::S3::BucketPolicy", "already exists", properties(""))
	})
	refused(t, "AWS::S3::BucketPolicy", "NoSuchBucket", map[string]any{"Bucket": "no-such-bucket", "PolicyDocument": policy})
}

// In words of S3's API, where they differ from CloudFormation's.
func TestBucketWords(t *testing.T) {
	object := func(pairs ...any) map[string]any { return with(nil, pairs...) }
	filter := func(pairs ...any) any { return lifecycleFilter(object(pairs...)) }
	tag := object("Key", "k", "Value", "v")
	rule := lifecycleRule(object("Prefix", "a/", "ExpirationInDays", 3, "NoncurrentVersionExpirationInDays", 4,
		"Transitions", []any{object("StorageClass", "GLACIER", "TransitionInDays", 5)},
		"NoncurrentVersionTransitions", []any{object("StorageClass", "GLACIER", "TransitionInDays", 6)}))
	for name, c := range map[string]struct{ got, want any }{
		"all objects":    {filter(), object("Prefix", "")},
		"one condition":  {filter("Prefix", "a/"), object("Prefix", "a/")},
		"one tag":        {filter("TagFilters", []any{tag}), object("Tag", tag)},
		"two conditions": {filter("Prefix", "a/", "ObjectSizeLessThan", 9), object("And", object("Prefix", "a/", "ObjectSizeLessThan", 9))},
		"tag and prefix": {filter("Prefix", "a/", "TagFilters", []any{tag}), object("And", object("Prefix", "a/", "Tags", []any{tag}))},
		"notifications": {notifications(object(
			"LambdaConfigurations", []any{object("Event", "s3:ObjectCreated:*", "Function", "arn:f",
				"Filter", object("S3Key", object("Rules", []any{object("Name", "prefix", "Value", "a/")})))},
			"QueueConfigurations", []any{object("Event", "s3:ObjectRemoved:*", "Queue", "arn:q")},
			"EventBridgeConfiguration", object("EventBridgeEnabled", "false"))), object(
			"LambdaFunctionConfigurations", []any{object("Event", "s3:ObjectCreated:*", "Events", []any{"s3:ObjectCreated:*"},
				"LambdaFunctionArn", "arn:f", "Filter", object("Key", object("FilterRules", []any{object("Name", "prefix", "Value", "a/")})))},
			"QueueConfigurations", []any{object("Event", "s3:ObjectRemoved:*", "Events", []any{"s3:ObjectRemoved:*"}, "QueueArn", "arn:q")})},
		"website": {website(object("RoutingRules", []any{object("RedirectRule", object("HostName", "h"), "RoutingRuleCondition", object("KeyPrefixEquals", "k"))})),
			object("RoutingRules", []any{object("Redirect", object("HostName", "h"), "Condition", object("KeyPrefixEquals", "k"))})},
		"expiration": {rule.(map[string]any)["Expiration"], object("Days", 3)},
	} {
		if !reflect.DeepEqual(c.got, c.want) {
			t.Errorf("%s: got %v, want %v", name, c.got, c.want)
		}
	}
}
