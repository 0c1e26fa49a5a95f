package gateway

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"
)

const logsTarget, ecrTarget = "Logs_20140328.", "AmazonEC2ContainerRegistry_V20150921."

func TestSavedQueries(t *testing.T) {
	address := port(t, Options{})
	logs := func(operation, body string) (int, string) {
		return jsonCall(t, address, "logs", logsTarget+operation, body)
	}
	_, answer := logs("PutQueryDefinition", `{"name":"slow payments","queryString":"fields @message"}`)
	var query struct{ QueryDefinitionID string }
	if err := json.Unmarshal([]byte(answer), &query); err != nil || len(query.QueryDefinitionID) != 36 {
		t.Fatalf("saved as %s", answer)
	}
	id := `"queryDefinitionId":"` + query.QueryDefinitionID + `"`
	if status, answer := logs("PutQueryDefinition", `{`+id+`,"name":"slow payments","queryString":"stats count()"}`); status != http.StatusOK {
		t.Errorf("saving again: %d %s", status, answer)
	}
	for filter, found := range map[string]bool{`{}`: true, `{"queryDefinitionNamePrefix":"slow"}`: true, `{"queryDefinitionNamePrefix":"fast"}`: false} {
		if _, answer := logs("DescribeQueryDefinitions", filter); strings.Contains(answer, "stats count()") != found || strings.Contains(answer, "@message") {
			t.Errorf("queries by %s: %s", filter, answer)
		}
	}
	if status, answer := logs("DeleteQueryDefinition", `{`+id+`}`); status != http.StatusOK {
		t.Errorf("deleting: %d %s", status, answer)
	}
	if status, answer := logs("DeleteQueryDefinition", `{`+id+`}`); status != http.StatusBadRequest || !strings.Contains(answer, "ResourceNotFoundException") {
		t.Errorf("deleting again: %d %s", status, answer)
	}
}

func TestKeysOfLogGroups(t *testing.T) {
	address := port(t, Options{})
	logs := func(operation, body string) string {
		t.Helper()
		status, answer := jsonCall(t, address, "logs", logsTarget+operation, body)
		if status != http.StatusOK {
			t.Errorf("%s: %d %s", operation, status, answer)
		}
		return answer
	}
	const group = `{"logGroupName":"keyed","kmsKeyId":"arn:first"}`
	logs("CreateLogGroup", group)
	for _, step := range []struct{ operation, input, want, not string }{
		{"DescribeLogGroups", `{}`, "arn:first", "arn:second"},
		{"AssociateKmsKey", `{"logGroupName":"keyed","kmsKeyId":"arn:second"}`, "arn:second", "arn:first"},
		{"DisassociateKmsKey", `{"logGroupName":"keyed"}`, "keyed", "kmsKeyId"},
	} {
		logs(step.operation, step.input)
		if answer := logs("DescribeLogGroups", `{"logGroupNamePrefix":"keyed"}`); !strings.Contains(answer, step.want) || strings.Contains(answer, step.not) {
			t.Errorf("after %s: %s", step.operation, answer)
		}
	}
	logs("DeleteLogGroup", `{"logGroupName":"keyed"}`)
	logs("CreateLogGroup", group)
	if answer := logs("DescribeLogGroups", `{"logGroupNamePrefix":"keyed"}`); !strings.Contains(answer, "arn:first") {
		t.Errorf("a new group of that name: %s", answer)
	}
	faulty := newLogsGaps(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		refuse(w, r, http.StatusBadRequest, "InvalidParameterException", "no")
	}))
	status, answer := jsonCall(t, listen(t, faulty), "logs", logsTarget+"DescribeLogGroups", "{}")
	if status != http.StatusBadRequest || !strings.Contains(answer, "InvalidParameterException") {
		t.Errorf("a refusal became %d %s", status, answer)
	}
}

func TestImagesArePushedAndKnownToECR(t *testing.T) {
	address := port(t, Options{})
	host := strings.TrimPrefix(address, "http://")
	ecr := func(operation, body string) (int, string) {
		return jsonCall(t, address, "ecr", ecrTarget+operation, body)
	}
	if status, answer := ecr("CreateRepository", `{"repositoryName":"team/app","imageTagMutability":"IMMUTABLE"}`); status != http.StatusOK {
		t.Fatal(answer)
	}
	push := func(reference string) (string, error) {
		image, err := random.Image(64, 1)
		if err != nil {
			t.Fatal(err)
		}
		parsed, err := name.ParseReference(host+"/"+reference, name.Insecure)
		if err != nil {
			t.Fatal(err)
		}
		digest, _ := image.Digest()
		return digest.String(), remote.Write(parsed, image)
	}
	digest, err := push("team/app:v1")
	if err != nil {
		t.Fatal(err)
	}
	if status, answer := ecr("DescribeImages", `{"repositoryName":"team/app","imageIds":[{"imageTag":"v1"}]}`); status != http.StatusOK || !strings.Contains(answer, digest) {
		t.Errorf("ECR knows %s, not %s", answer, digest)
	}
	reference, _ := name.ParseReference(host+"/team/app:v1", name.Insecure)
	if found, err := remote.Head(reference); err != nil || found.Digest.String() != digest {
		t.Errorf("the registry has %v %v", found, err)
	}
	same, err := remote.Image(reference)
	if err == nil {
		err = remote.Put(reference, same)
	}
	if err != nil {
		t.Errorf("the same image again: %v", err)
	}
	if _, err := push("team/app:v1"); err == nil || !strings.Contains(err.Error(), "TAG_INVALID") {
		t.Errorf("another image under a tag that must not move: %v", err)
	}
	if _, err := push("nowhere:v1"); err == nil || !strings.Contains(err.Error(), "NAME_UNKNOWN") {
		t.Errorf("a repository that is not there: %v", err)
	}
	image, _ := random.Image(64, 1)
	sum, _ := image.Digest()
	if err := remote.Write(reference.Context().Digest(sum.String()), image); err != nil {
		t.Errorf("an image without a tag: %v", err)
	}
	broken := newRegistry(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) }))
	if status, _, answer := ask(t, http.MethodPut, listen(t, broken)+"/v2/app/manifests/v1", nil, "{}"); status != http.StatusBadRequest ||
		!strings.Contains(answer, "moto does not store images") {
		t.Errorf("an ECR that fails: %d %s", status, answer)
	}
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
