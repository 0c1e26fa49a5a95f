package stacks

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// logBuckets finds what an assessor would not accept of a bucket; all buckets of this app hold logs.
func logBuckets(e *environment) []string {
	var findings []string
	fault := func(r resource, what string) { findings = append(findings, fmt.Sprintf("%v %s", r, what)) }
	ends := 0
	for _, r := range e.resources("AWS::S3::Bucket") {
		if asObject(r.Properties["VersioningConfiguration"])["Status"] != "Enabled" {
			fault(r, "forgets what is overwritten")
		}
		if !strings.Contains(fmt.Sprint(r.Properties["OwnershipControls"]), "BucketOwnerEnforced") {
			fault(r, "leaves objects to whom wrote them")
		}
		rule := asObject(append(listed(asObject(r.Properties["LifecycleConfiguration"])["Rules"]), nil)[0])
		if days, _ := rule["ExpirationInDays"].(float64); days < auditDays || rule["Status"] != "Enabled" {
			fault(r, fmt.Sprintf("keeps logs for %v days", days))
		}
		if rule["NoncurrentVersionExpiration"] == nil || rule["AbortIncompleteMultipartUpload"] == nil {
			fault(r, "grows for ever")
		}
		logsTo := asObject(r.Properties["LoggingConfiguration"])["DestinationBucketName"]
		if to, ok := e.reference(r.Stack, logsTo); logsTo == nil {
			ends++
		} else if !ok || to == r.key() {
			fault(r, "logs its access elsewhere")
		}
		policy := e.bucketPolicy(r)
		if !strings.Contains(policy, "aws:SecureTransport=false") || !strings.Contains(policy, "NumericLessThan={s3:TlsVersion=1.2}") {
			fault(r, "can be read without TLS 1.2")
		}
		if e.Config.Production() && !strings.Contains(policy, "{Action=[s3:DeleteObject s3:DeleteObjectVersion] Effect=Deny Principal={AWS=*}") {
			fault(r, "lets logs be deleted")
		}
	}
	if ends > 1 {
		findings = append(findings, fmt.Sprintf("%d buckets do not log their access, want one at most, where it ends", ends))
	}
	return findings
}

// A bucket that outlives its stack without its policy can be emptied by anybody who may delete.
func TestKeptBucketsKeepTheirPolicy(t *testing.T) {
	for suffix, want := range map[string]any{"dev": nil, "prod": "RetainExceptOnCreate"} {
		for _, r := range synthesized(t, suffix).resources("AWS::S3::BucketPolicy") {
			if got := r.Body["DeletionPolicy"]; got != want {
				t.Errorf("%s: %v is %v, want %v", suffix, r, got, want)
			}
		}
	}
}

// Whoever may write could otherwise make a log's original go early by writing over it.
func TestOverwrittenLogsLastInProduction(t *testing.T) {
	for _, r := range synthesized(t, "prod").resources("AWS::S3::Bucket") {
		rule := asObject(listed(asObject(r.Properties["LifecycleConfiguration"])["Rules"])[0])
		if days, _ := asObject(rule["NoncurrentVersionExpiration"])["NoncurrentDays"].(float64); days < auditDays {
			t.Errorf("%v keeps what was overwritten for %v days, want %d", r, days, auditDays)
		}
	}
}

// bucketPolicy is what stands in the policies of a bucket, on one line.
func (e *environment) bucketPolicy(bucket resource) string {
	var all []string
	for _, r := range e.resources("AWS::S3::BucketPolicy") {
		if of, _ := e.reference(r.Stack, r.Properties["Bucket"]); of == bucket.key() {
			all = append(all, spelled(r.Properties["PolicyDocument"]))
		}
	}
	return strings.Join(all, "\n")
}

const soundBucket = `"VersioningConfiguration": {"Status": "Enabled"}, "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
	"LifecycleConfiguration": {"Rules": [{"Status": "Enabled", "ExpirationInDays": 400, "NoncurrentVersionExpiration": {"NoncurrentDays": 30},
	"AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7}}]}`

const soundPolicy = `"P": {"Type": "AWS::S3::BucketPolicy", "Properties": {"Bucket": {"Ref": "B"}, "PolicyDocument": {"Statement": [
	{"Effect": "Deny", "Action": "s3:*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}},
	{"Effect": "Deny", "Action": "s3:*", "Condition": {"NumericLessThan": {"s3:TlsVersion": 1.2}}}]}}}`

func TestLogBucketsFires(t *testing.T) {
	bucket := func(properties string) string {
		return `{"B": {"Type": "AWS::S3::Bucket", "Properties": {` + properties + `}}, ` + soundPolicy + `}`
	}
	for _, s := range []sabotage{
		{bucket(strings.Replace(soundBucket, `"Status": "Enabled"}, "Own`, `"Status": "Suspended"}, "Own`, 1)), "forgets"},
		{bucket(strings.Replace(soundBucket, "BucketOwnerEnforced", "ObjectWriter", 1)), "leaves objects"},
		{bucket(strings.Replace(soundBucket, "400", "399", 1)), "keeps logs for 399 days"},
		{bucket(strings.Replace(soundBucket, `[{"Status": "Enabled"`, `[{"Status": "Disabled"`, 1)), "keeps logs for"},
		{bucket(strings.Replace(soundBucket, "NoncurrentVersionExpiration", "X", 1)), "grows for ever"},
		{bucket(`"A": 1`), "keeps logs for 0 days"},
		{bucket(soundBucket + `, "LoggingConfiguration": {"DestinationBucketName": {"Ref": "B"}}`), "logs its access elsewhere"},
		{bucket(soundBucket + `, "LoggingConfiguration": {"DestinationBucketName": "foreign"}`), "logs its access elsewhere"},
		{strings.Replace(bucket(soundBucket), "false", "true", 1), "without TLS"},
		{`{"B": {"Type": "AWS::S3::Bucket", "Properties": {` + soundBucket + `}}}`, "without TLS"},
		{`{"A": {"Type": "AWS::S3::Bucket"}, "B": {"Type": "AWS::S3::Bucket"}}`, "2 buckets do not log"},
	} {
		s.try(t, logBuckets)
	}
	production := rendered(t, bucket(soundBucket))
	production.Config.EnvironmentSuffix = "prod"
	if found := logBuckets(production); len(found) != 1 || !strings.Contains(found[0], "lets logs be deleted") {
		t.Errorf("in production: %q", found)
	}
	harmless(t, logBuckets, bucket(soundBucket))
}

// Each bucket in which logs are kept must be among those that the walk looks at.
func TestRecordHasItsBuckets(t *testing.T) {
	for _, c := range []struct {
		suffix  string
		context []object
		want    []string
	}{
		{"dev", nil, []string{"AccessLogs", "BucketAccessLogs"}},
		{"prod", nil, []string{"AccessLogs", "Archive", "BucketAccessLogs"}},
		{"dev", []object{fullRecord}, []string{"AccessLogs", "Archive", "BucketAccessLogs", "TrailFiles"}},
	} {
		var got []string
		for _, r := range synthesized(t, c.suffix, c.context...).resources("AWS::S3::Bucket") {
			got = append(got, r.ID[:len(r.ID)-8]) // without the hash
		}
		slices.Sort(got)
		if !slices.Equal(got, c.want) {
			t.Errorf("%s %v has the buckets %v, want %v", c.suffix, c.context, got, c.want)
		}
	}
}

// S3 must be let into the last bucket, from ours only, or who read the logs is not known.
func TestBucketAccessIsLogged(t *testing.T) {
	e := synthesized(t, "dev", fullRecord)
	last := platformResource(t, e, "AWS::S3::Bucket", "BucketAccessLogs")
	for _, id := range []string{"AccessLogs", "Archive", "TrailFiles"} {
		bucket := platformResource(t, e, "AWS::S3::Bucket", id)
		logging := asObject(bucket.Properties["LoggingConfiguration"])
		if to, _ := e.reference("platform", logging["DestinationBucketName"]); to != last.key() || logging["LogFilePrefix"] != id+"/" {
			t.Errorf("%s logs its access to %v", id, logging)
		}
		allowed := "{Action=s3:PutObject Condition={ArnLike={aws:SourceArn=${" + bucket.ID + ".Arn}} StringEquals={aws:SourceAccount=${AWS::AccountId}}} " +
			"Effect=Allow Principal={Service=logging.s3.amazonaws.com} Resource=${" + last.ID + ".Arn}/" + id + "/*"
		if policy := e.bucketPolicy(last); !strings.Contains(policy, allowed) {
			t.Errorf("S3 may not log the access of %s: %s", id, policy)
		}
	}
}

// words are the parts of a printed value between blanks and brackets.
func words(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" []", r) })
}
