package gateway

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestRequestsFindTheirService(t *testing.T) {
	credential := "?X-Amz-Credential=local%2F20261122%2Feu-west-1%2Fs3%2Faws4_request"
	for _, c := range []struct {
		method, path, authorization, target string
		want, region                        string
	}{
		{"POST", "/", "AWS4-HMAC-SHA256 Credential=a/20261122/eu-west-1/ecs/aws4_request, SignedHeaders=host", "", "ecs", "eu-west-1"},
		{"GET", "/bucket/key" + credential, "", "", "s3", "eu-west-1"},
		{"POST", "/", "", "AWSEvents.PutEvents", "events", "none"},
		{"POST", "/", "", "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents", "cloudtrail", "none"},
		{"POST", "/", "", "Unknown.Operation", "sts", "none"},
		{"GET", "/v2/", "Basic QVdTOmxvY2Fs", "", "registry", "none"},
		{"GET", "/v2", "", "", "registry", "none"},
		{"GET", "/v2/apis", "AWS4-HMAC-SHA256 Credential=a/20261122/eu-west-1/apigateway/aws4_request", "", "apigateway", "eu-west-1"},
		{"POST", "/", "", "", "sts", "none"},
		{"GET", "/bucket/key", "", "", "s3", "none"},
		{"GET", "/bucket?X-Amz-Credential=short", "", "", "s3", "none"},
	} {
		request := httptest.NewRequest(c.method, c.path, http.NoBody)
		request.Header.Set("Authorization", c.authorization)
		request.Header.Set("X-Amz-Target", c.target)
		if got := Service(request); got != c.want {
			t.Errorf("%s %s %s%s is for %q, want %q", c.method, c.path, c.authorization, c.target, got, c.want)
		}
		if got := Region(request, "none"); got != c.region {
			t.Errorf("%s %s is for region %q, want %q", c.method, c.path, got, c.region)
		}
	}
}
