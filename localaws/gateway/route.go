package gateway

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// registryService is the name under which requests to the image registry are logged.
const registryService = "registry"

// targets says which service an X-Amz-Target is for, where a request is not signed.
var targets = map[string]string{
	"AWSEvents": "events", "AWSStepFunctions": "states", "AmazonEC2ContainerRegistry_V20150921": "ecr",
	"AmazonEC2ContainerServiceV20141113": "ecs", "AmazonSSM": "ssm", "AnyScaleFrontendService": "application-autoscaling",
	"CertificateManager": "acm", "CloudTrail_20131101": "cloudtrail", "CodeDeploy_20141006": "codedeploy",
	"DynamoDB_20120810": "dynamodb", "GraniteServiceVersion20100801": "monitoring", "Logs_20140328": "logs",
	"TrentService": "kms", "secretsmanager": "secretsmanager",
}

// Service is the name of the service that a request is for: as signed, else as its target says, else by its path.
func Service(r *http.Request) string {
	if scope := scope(r); scope.service != "" {
		return scope.service
	}
	if target, _, found := cutLast(r.Header.Get("X-Amz-Target"), "."); found {
		_, last, _ := cutLast(target, ".") // com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101
		if service, known := targets[last]; known {
			return service
		}
	}
	if r.URL.Path == "/v2" || strings.HasPrefix(r.URL.Path, "/v2/") {
		return registryService
	}
	if r.Method == http.MethodPost && r.URL.Path == "/" {
		return "sts" // the one query service with operations that nobody signs: AssumeRoleWithWebIdentity
	}
	return "s3" // a presigned URL of the old kind, or a public object
}

type operationKey struct{} // of a request's context: what was read from its body

// Operation is the name of the operation, empty where only the path tells.
func Operation(r *http.Request) string {
	if operation, known := r.Context().Value(operationKey{}).(string); known {
		return operation
	}
	if _, operation, found := cutLast(r.Header.Get("X-Amz-Target"), "."); found {
		return operation
	}
	if _, operation, found := strings.Cut(r.URL.Path, "/operation/"); found {
		return operation
	}
	if form(r) {
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		values, _ := url.ParseQuery(string(body))
		return values.Get("Action")
	}
	return r.URL.Query().Get("Action")
}

// Region is the region that a request is signed for; unsigned ones are for fallback.
func Region(r *http.Request, fallback string) string {
	if scope := scope(r); scope.region != "" {
		return scope.region
	}
	return fallback
}

type credentialScope struct{ date, region, service string }

// scope reads AKID/20261122/us-east-2/s3/aws4_request from where signatures are: the header, or the query of a presigned
// URL.
func scope(r *http.Request) credentialScope {
	credential := r.URL.Query().Get("X-Amz-Credential")
	if _, header, signed := strings.Cut(r.Header.Get("Authorization"), "Credential="); signed {
		credential, _, _ = strings.Cut(header, ",")
	}
	parts := strings.Split(strings.TrimSpace(credential), "/")
	if len(parts) < 5 {
		return credentialScope{}
	}
	parts = parts[len(parts)-4:]
	return credentialScope{date: parts[0], region: parts[1], service: parts[2]}
}

// sign lets moto see where an unsigned request belongs; it looks at nothing else of a signature.
func sign(r *http.Request) {
	service := Service(r)
	if service == "s3" || service == "sts" {
		return // moto tells by itself
	}
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=local/20000101/us-east-2/"+service+
		"/aws4_request, SignedHeaders=host, Signature=none")
}

func form(r *http.Request) bool {
	return r.Method == http.MethodPost && r.Body != nil &&
		strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded")
}

func cutLast(text, separator string) (before, after string, found bool) {
	at := strings.LastIndex(text, separator)
	if at < 0 {
		return "", text, false
	}
	return text[:at], text[at+len(separator):], true
}
