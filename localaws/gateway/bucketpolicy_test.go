package gateway

import (
	"net/http"
	"strings"
	"testing"
)

func TestBucketPolicies(t *testing.T) {
	address, headers := port(t, Options{}), signedFor("s3")
	bucket := address + "/policies"
	expect := func(what string, want int, part, method, path, body string) {
		t.Helper()
		if status, _, answer := ask(t, method, path, headers, body); status != want || !strings.Contains(answer, part) {
			t.Errorf("%s: got %d %s, want %d and %q", what, status, answer, want, part)
		}
	}
	policy := `{"Statement":{"Effect":"Deny","Principal":"*","NotAction":"s3:X","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"false"}}}}`
	location := `<CreateBucketConfiguration><LocationConstraint>us-east-2</LocationConstraint></CreateBucketConfiguration>`
	expect("a policy of no bucket", 404, "NoSuchBucket", "PUT", bucket+"?policy", policy)
	expect("a bucket", 200, "", "PUT", bucket, location)
	expect("no policy yet", 404, "NoSuchBucketPolicy", "GET", bucket+"?policy", "")
	for body, fault := range map[string]string{
		"{": "must be valid JSON", `{"Statement":[]}`: "Statement is empty", `{"Statement":[{"Effect":"Deny"}]}`: "required field Principal",
		strings.Repeat(" ", maxBucketPolicy+1): "MalformedPolicy", "{}": "required field Effect",
	} {
		expect("malformed "+body[:1], 400, fault, "PUT", bucket+"?policy", body)
	}
	expect("a policy", 204, "", "PUT", bucket+"?policy", policy)
	expect("its text", 200, policy, "GET", bucket+"?policy", "")
	expect("its condition does not hold", 200, "", "PUT", bucket+"/key", "content")
	expect("nothing else goes", 204, "", "DELETE", bucket+"/key", "")
	expect("another setting goes", 204, "", "DELETE", bucket+"?cors", "")
	expect("the policy stays", 200, policy, "GET", bucket+"?policy", "")
	expect("the policy goes", 204, "", "DELETE", bucket+"?policy", "")
	expect("no policy any more", 404, "NoSuchBucketPolicy", "GET", bucket+"?policy", "")
	expect("a policy again", 204, "", "PUT", bucket+"?policy", policy)
	expect("the bucket goes", 204, "", "DELETE", bucket+"?x-id=DeleteBucket", "")
	expect("a bucket of the same name", 200, "", "PUT", bucket, location)
	expect("has no policy", 404, "NoSuchBucketPolicy", "GET", bucket+"?policy", "")
	expect("a bucket that is not there", 404, "", "DELETE", address+"/nowhere", "")
	expect("all buckets", 200, "policies", "GET", address+"/", "")
}

func TestWhereAccessLogsGo(t *testing.T) {
	address, headers := port(t, Options{}), signedFor("s3")
	location := `<CreateBucketConfiguration><LocationConstraint>us-east-2</LocationConstraint></CreateBucketConfiguration>`
	for _, bucket := range []string{"logged", "logs-of-it"} {
		if status, _, answer := ask(t, http.MethodPut, address+"/"+bucket, headers, location); status != http.StatusOK {
			t.Fatal(answer)
		}
	}
	to := func(target string) string {
		return "<BucketLoggingStatus><LoggingEnabled><TargetBucket>" + target + "</TargetBucket></LoggingEnabled></BucketLoggingStatus>"
	}
	for _, step := range []struct {
		method, bucket, body string
		status               int
		want                 string
	}{
		{"GET", "logged", "", 200, "<BucketLoggingStatus"},
		{"PUT", "logged", "<", 400, "MalformedXML"},
		{"PUT", "nowhere", to("logs-of-it"), 404, "NoSuchBucket"},
		{"PUT", "logged", to("nowhere"), 400, "InvalidTargetBucketForLogging"},
		{"PUT", "logged", to("logs-of-it"), 200, ""},
		{"GET", "logged", "", 200, "<TargetBucket>logs-of-it<"},
	} {
		status, _, answer := ask(t, step.method, address+"/"+step.bucket+"?logging", headers, step.body)
		if status != step.status || !strings.Contains(answer, step.want) {
			t.Errorf("%s %s: got %d %s, want %d and %s", step.method, step.bucket, status, answer, step.status, step.want)
		}
	}
}
