package gateway

import (
	"cmp"
	"encoding/json"
	"encoding/xml"
	"io"
	"net/http"
	"strings"
	"sync"
)

// maxBucketPolicy is S3's limit in bytes.
const maxBucketPolicy = 20 << 10

// bucketPolicies keeps the policies of buckets. moto would refuse everything that a statement denies, without looking at
// the statement's conditions: "only over TLS" would close the bucket.
type bucketPolicies struct {
	moto http.Handler

	lock     sync.Mutex
	policies map[string]string // by bucket
	logging  map[string]string
}

func newBucketPolicies(moto http.Handler) *bucketPolicies {
	return &bucketPolicies{moto: moto, policies: map[string]string{}, logging: map[string]string{}}
}

func (b *bucketPolicies) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	bucket, key, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	_, about := r.URL.Query()["policy"]
	_, logging := r.URL.Query()["logging"]
	switch {
	case bucket == "" || key != "":
		b.moto.ServeHTTP(w, r)
	case about:
		if status := b.ask(r, bucket); status != http.StatusOK {
			refuse(w, r, http.StatusNotFound, "NoSuchBucket", "The specified bucket does not exist")
			return
		}
		b.policy(w, r, bucket)
	case logging:
		b.log(w, r, bucket)
	case r.Method == http.MethodDelete && !subresource(r):
		watched := &watchedWriter{ResponseWriter: w}
		b.moto.ServeHTTP(watched, r)
		if watched.status == http.StatusNoContent {
			b.set(bucket, "")
			b.swap(bucket, "")
		}
	default:
		b.moto.ServeHTTP(w, r)
	}
}

// subresource tells DELETE /bucket?cors, which keeps the bucket, from DELETE /bucket.
func subresource(r *http.Request) bool {
	for name := range r.URL.Query() {
		if name != "x-id" && !strings.HasPrefix(name, "X-Amz-") {
			return true
		}
	}
	return false
}

// log keeps where a bucket's access log goes. moto would write that log, and so fill buckets that are being emptied, and
// looks for the permission in a policy that it does not have.
func (b *bucketPolicies) log(w http.ResponseWriter, r *http.Request, bucket string) {
	w.Header().Set("Content-Type", "application/xml")
	if r.Method != http.MethodPut {
		_, _ = io.WriteString(w, cmp.Or(b.logs(bucket), `<BucketLoggingStatus xmlns="http://s3.amazonaws.com/doc/2006-03-01/"/>`)) //nolint:gosec // XML, to no browser
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBucketPolicy))
	var asked struct {
		Target string `xml:"LoggingEnabled>TargetBucket"`
	}
	switch {
	case err != nil || xml.Unmarshal(body, &asked) != nil:
		refuse(w, r, http.StatusBadRequest, "MalformedXML", "The XML you provided was not well-formed")
	case b.ask(r, bucket) != http.StatusOK:
		refuse(w, r, http.StatusNotFound, "NoSuchBucket", "The specified bucket does not exist")
	case asked.Target != "" && b.ask(r, asked.Target) != http.StatusOK:
		refuse(w, r, http.StatusBadRequest, "InvalidTargetBucketForLogging", "The target bucket for logging does not exist")
	default:
		b.swap(bucket, string(body))
	}
}

func (b *bucketPolicies) logs(bucket string) string {
	b.lock.Lock()
	defer b.lock.Unlock()
	return b.logging[bucket]
}

func (b *bucketPolicies) swap(bucket, logging string) {
	b.lock.Lock()
	defer b.lock.Unlock()
	b.logging[bucket] = logging
}

// ask asks moto whether a bucket exists.
func (b *bucketPolicies) ask(r *http.Request, bucket string) int {
	head := r.Clone(r.Context())
	head.Method, head.Body, head.ContentLength, head.URL.RawQuery = http.MethodHead, http.NoBody, 0, ""
	head.URL.Path, head.URL.RawPath = "/"+bucket, ""
	answer := &memoryWriter{}
	b.moto.ServeHTTP(answer, head)
	return answer.status()
}

func (b *bucketPolicies) policy(w http.ResponseWriter, r *http.Request, bucket string) {
	b.lock.Lock()
	policy := b.policies[bucket]
	b.lock.Unlock()
	switch r.Method {
	case http.MethodPut:
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBucketPolicy))
		if fault := malformed(body); err != nil || fault != "" {
			refuse(w, r, http.StatusBadRequest, "MalformedPolicy", fault)
			return
		}
		b.set(bucket, string(body))
		w.WriteHeader(http.StatusNoContent)
	case http.MethodDelete:
		b.set(bucket, "")
		w.WriteHeader(http.StatusNoContent)
	default:
		if policy == "" {
			refuse(w, r, http.StatusNotFound, "NoSuchBucketPolicy", "The bucket policy does not exist")
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, policy) //nolint:gosec // JSON, to no browser
	}
}

func (b *bucketPolicies) set(bucket, policy string) {
	b.lock.Lock()
	defer b.lock.Unlock()
	if b.policies[bucket] = policy; policy == "" {
		delete(b.policies, bucket)
	}
}

// malformed says what S3 would refuse, empty if nothing.
func malformed(body []byte) string {
	var document struct{ Statement json.RawMessage }
	if json.Unmarshal(body, &document) != nil {
		return "Policies must be valid JSON and the first byte must be '{'"
	}
	var statements []map[string]json.RawMessage
	if json.Unmarshal(document.Statement, &statements) != nil {
		statements = make([]map[string]json.RawMessage, 1) // one statement may stand without its list
		_ = json.Unmarshal(document.Statement, &statements[0])
	}
	if len(statements) == 0 {
		return "Could not parse the policy: Statement is empty!"
	}
	for _, statement := range statements {
		for _, field := range []string{"Effect", "Principal", "Action", "Resource"} {
			if statement[field] == nil && statement["Not"+field] == nil {
				return "Missing required field " + field
			}
		}
	}
	return ""
}
