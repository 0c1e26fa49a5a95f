package gateway

import (
	"net/http"
	"strings"
	"testing"

	"payment-processor/localaws/internal/localtest"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"
)

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
	if status, _, answer := ask(t, http.MethodPut, localtest.Serve(t, broken)+"/v2/app/manifests/v1", nil, "{}"); status != http.StatusBadRequest ||
		!strings.Contains(answer, "moto does not store images") {
		t.Errorf("an ECR that fails: %d %s", status, answer)
	}
}
