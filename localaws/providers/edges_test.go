package providers

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/aws-sdk-go-v2/service/wafv2"

	"payment-processor/localaws/resource"
)

func visibility(name string) map[string]any {
	return map[string]any{"SampledRequestsEnabled": true, "CloudWatchMetricsEnabled": true, "MetricName": name}
}

func webRule(name string, priority int) map[string]any {
	return map[string]any{"Name": name, "Priority": priority, "VisibilityConfig": visibility(name), "OverrideAction": map[string]any{"None": map[string]any{}},
		"Statement": map[string]any{"ManagedRuleGroupStatement": map[string]any{"VendorName": "AWS", "Name": name}}}
}

func webACL(unique string) map[string]any {
	return map[string]any{"Name": "acl-" + unique, "Scope": "REGIONAL", "DefaultAction": map[string]any{"Allow": map[string]any{}},
		"VisibilityConfig": visibility("acl"), "Rules": []any{webRule("AWSManagedRulesCommonRuleSet", 0)}, "Tags": tag("a", "b")}
}

func TestWebACL(t *testing.T) {
	client := wafv2.NewFromConfig(local(t))
	life{
		kind: "AWS::WAFv2::WebACL", properties: webACL,
		changes: []func(map[string]any){func(p map[string]any) {
			p["Rules"], p["Tags"] = []any{webRule("AWSManagedRulesCommonRuleSet", 0), webRule("AWSManagedRulesSQLiRuleSet", 1)}, tag("c", "d")
		}},
		check: func(t *testing.T, step int, result resource.Result) {
			found, err := call(t.Context(), client.GetWebACL, wafKey(result.PhysicalID))
			if err != nil || len(found.WebACL.Rules) != step+1 || *found.WebACL.ARN != result.Attributes["Arn"] {
				t.Errorf("step %d: %v, %v", step, found, err)
			}
		},
	}.live(t)
	twice := with(webACL(unique()), "Rules", []any{webRule("a", 1), webRule("b", 1)})
	refused(t, "AWS::WAFv2::WebACL", "duplicate rule priorities", twice)
	provider := providerOf(t, "AWS::WAFv2::WebACL")
	if _, err := provider.Update(t.Context(), asked("AWS::WAFv2::WebACL", twice)); err == nil {
		t.Error("an update took two rules of one priority")
	}
	balancer, _, _ := balanced(t)
	acl := made(t, "AWS::WAFv2::WebACL", webACL(unique())).Attributes["Arn"].(string)
	life{
		kind:       "AWS::WAFv2::WebACLAssociation",
		properties: func(string) map[string]any { return map[string]any{"WebACLArn": acl, "ResourceArn": balancer} },
	}.live(t)
	destination := "arn:aws:logs:us-east-2:123456789012:log-group:aws-waf-logs-x"
	life{
		kind: "AWS::WAFv2::LoggingConfiguration",
		properties: func(string) map[string]any {
			return map[string]any{"ResourceArn": acl, "LogDestinationConfigs": []any{destination}}
		},
		changes: []func(map[string]any){func(p map[string]any) {
			p["RedactedFields"] = []any{map[string]any{"SingleHeader": map[string]any{"Name": "authorization"}}}
		}},
	}.live(t)
	refused(t, "AWS::WAFv2::LoggingConfiguration", "LOG_DESTINATION", map[string]any{"ResourceArn": acl, "LogDestinationConfigs": []any{"arn:aws:logs:x"}})
}

func TestIPSet(t *testing.T) {
	life{
		kind: "AWS::WAFv2::IPSet",
		properties: func(unique string) map[string]any {
			return map[string]any{"Name": "ips-" + unique, "Scope": "REGIONAL", "IPAddressVersion": "IPV4", "Addresses": []any{"192.0.2.0/24"}, "Tags": tag("a", "b")}
		},
		changes: []func(map[string]any){func(p map[string]any) { p["Addresses"], p["Tags"] = []any{"198.51.100.0/24"}, tag("c", "d") }},
	}.live(t)
}

func bucket(t *testing.T) string {
	t.Helper()
	name := "bucket-" + unique()
	client := s3.NewFromConfig(local(t), func(o *s3.Options) { o.UsePathStyle = true })
	_, err := client.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: &name,
		CreateBucketConfiguration: &s3types.CreateBucketConfiguration{LocationConstraint: "us-east-2"}})
	if err != nil {
		t.Fatal(err)
	}
	return name
}

func TestDeliveryStream(t *testing.T) {
	destination := map[string]any{"BucketARN": "arn:aws:s3:::" + bucket(t), "RoleARN": "arn:aws:iam::123456789012:role/firehose",
		"BufferingHints": map[string]any{"IntervalInSeconds": "60", "SizeInMBs": 5}}
	life{
		kind: "AWS::KinesisFirehose::DeliveryStream",
		properties: func(unique string) map[string]any {
			return map[string]any{"DeliveryStreamName": "aws-waf-logs-" + unique, "DeliveryStreamType": "DirectPut",
				"ExtendedS3DestinationConfiguration":         destination,
				"DeliveryStreamEncryptionConfigurationInput": map[string]any{"KeyType": "AWS_OWNED_CMK"}, "Tags": tag("a", "b")}
		},
		changes: []func(map[string]any){
			func(p map[string]any) {
				p["ExtendedS3DestinationConfiguration"], p["Tags"] = with(destination, "Prefix", "waf/"), tag("c", "d")
				delete(p, "DeliveryStreamEncryptionConfigurationInput")
			},
			func(p map[string]any) {
				p["DeliveryStreamEncryptionConfigurationInput"] = map[string]any{"KeyType": "AWS_OWNED_CMK"}
			},
		},
		check: func(t *testing.T, _ int, result resource.Result) {
			if !strings.HasSuffix(result.Attributes["Arn"].(string), "deliverystream/"+result.PhysicalID) {
				t.Errorf("attributes: %v", result.Attributes)
			}
		},
	}.live(t)
}

func TestTrail(t *testing.T) {
	client := cloudtrail.NewFromConfig(local(t))
	records := bucket(t)
	life{
		kind: "AWS::CloudTrail::Trail",
		properties: func(unique string) map[string]any {
			return map[string]any{"TrailName": "trail-" + unique, "S3BucketName": records, "IsLogging": true, "EnableLogFileValidation": true, "Tags": tag("a", "b"),
				"EventSelectors": []any{map[string]any{"ReadWriteType": "All", "IncludeManagementEvents": true}}}
		},
		changes: []func(map[string]any){func(p map[string]any) {
			p["IsLogging"], p["Tags"] = "false", tag("c", "d")
			delete(p, "EventSelectors")
			p["AdvancedEventSelectors"] = []any{map[string]any{"Name": "data", "FieldSelectors": []any{map[string]any{"Field": "eventCategory", "Equals": []any{"Data"}}}}}
			p["InsightSelectors"] = []any{map[string]any{"InsightType": "ApiCallRateInsight"}}
		}},
		check: func(t *testing.T, step int, result resource.Result) {
			status, err := client.GetTrailStatus(t.Context(), &cloudtrail.GetTrailStatusInput{Name: &result.PhysicalID})
			if err != nil || *status.IsLogging != (step == 0) {
				t.Errorf("step %d: %v, %v", step, status, err)
			}
		},
	}.live(t)
}

func TestRecordSet(t *testing.T) {
	zone := unique() + ".example.com."
	reference := unique()
	created, err := route53.NewFromConfig(local(t)).CreateHostedZone(t.Context(),
		&route53.CreateHostedZoneInput{Name: &zone, CallerReference: &reference})
	if err != nil {
		t.Fatal(err)
	}
	records := func(address string) []any { return []any{address} }
	life{
		kind: "AWS::Route53::RecordSet",
		properties: func(unique string) map[string]any {
			return map[string]any{"HostedZoneId": afterLast(*created.HostedZone.Id, "/"), "Name": unique + "." + zone, "Type": "A", "TTL": "60", "ResourceRecords": records("192.0.2.1")}
		},
		changes: []func(map[string]any){func(p map[string]any) { p["ResourceRecords"] = records("192.0.2.2") }},
	}.live(t)
	alias := map[string]any{"HostedZoneName": zone, "Name": "lb." + zone, "Type": "A", "AliasTarget": map[string]any{"DNSName": "lb.example.com", "HostedZoneId": "Z3AADJGX6KTTL2"}}
	life{kind: "AWS::Route53::RecordSet", properties: func(string) map[string]any { return alias }}.live(t)
	made(t, "AWS::Route53::RecordSet", alias)
	refused(t, "AWS::Route53::RecordSet", "already exists", alias)
	refused(t, "AWS::Route53::RecordSet", "No hosted zones", with(alias, "HostedZoneName", "nowhere.example.com."))
}

func TestCertificate(t *testing.T) {
	life{
		kind: "AWS::CertificateManager::Certificate",
		properties: func(unique string) map[string]any {
			return map[string]any{"DomainName": unique + ".example.com", "ValidationMethod": "DNS", "Tags": tag("a", "b")}
		},
		changes: []func(map[string]any){func(p map[string]any) { p["Tags"] = tag("c", "d") }},
	}.live(t)
}
