package imagegate

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ecr"
	ecrtypes "github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	real "github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
)

// tokens is ECR as far as it lets clients in.
type tokens struct {
	token    string
	endpoint *string
	err      error
}

func (k tokens) GetAuthorizationToken(context.Context, *ecr.GetAuthorizationTokenInput, ...func(*ecr.Options)) (*ecr.GetAuthorizationTokenOutput, error) {
	out := &ecr.GetAuthorizationTokenOutput{}
	if k.token != "" {
		out.AuthorizationData = []ecrtypes.AuthorizationData{{AuthorizationToken: &k.token, ProxyEndpoint: k.endpoint}}
	}
	return out, k.err
}

var valid = tokens{token: base64.StdEncoding.EncodeToString([]byte("AWS:password"))}

// serve runs a registry that, like ECR's, lets in who has the token, and returns the URI of a repository in it.
func serve(t *testing.T) string {
	t.Helper()
	inside := real.New(real.Logger(log.New(io.Discard, "", 0)))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if user, password, _ := r.BasicAuth(); user != "AWS" || password != "password" {
			w.Header().Set("WWW-Authenticate", `Basic realm="ecr"`)
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		inside.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	return strings.TrimPrefix(server.URL, "http://") + "/payment-processor-dev"
}

// The image that a first deployment starts must come out of the registry as it went in.
func TestPushAndPull(t *testing.T) {
	uri := serve(t)
	image := assemble(t, "server", "ARM64")
	digest, err := image.Digest()
	if err != nil {
		t.Fatal(err)
	}
	if err := NewRegistry(valid).Push(t.Context(), uri, "bootstrap-1", image); err != nil {
		t.Fatal(err)
	}
	reference, err := name.ParseReference(uri + "@" + digest.String())
	if err != nil {
		t.Fatal(err)
	}
	pulled, err := remote.Image(reference, remote.WithAuth(&authn.Basic{Username: "AWS", Password: "password"}))
	if err != nil {
		t.Fatal(err)
	}
	consistent(t, pulled)
	if bytesOf(t, pulled) != bytesOf(t, assemble(t, "server", "ARM64")) {
		t.Error("what is pulled is not what a second build makes")
	}
	platforms, err := NewRegistry(valid).Platforms(t.Context(), uri, digest.String())
	if err != nil || strings.Join(platforms, " ") != "linux/arm64" {
		t.Errorf("the image is for %v (%v), want linux/arm64", platforms, err)
	}
}

// A token is for a registry at an address, which need not be how the repository is called.
func TestTheRegistryIsWhereTheTokenSays(t *testing.T) {
	uri := serve(t)
	host, repository, _ := strings.Cut(uri, "/")
	there := valid
	there.endpoint = new("http://" + host)
	official := "111122223333.dkr.ecr.us-east-2.amazonaws.com/" + repository
	image := assemble(t, "server", "ARM64")
	if err := NewRegistry(there).Push(t.Context(), official, "bootstrap-1", image); err != nil {
		t.Fatal(err)
	}
	digest, _ := image.Digest()
	if _, err := NewRegistry(valid).Platforms(t.Context(), uri, digest.String()); err != nil {
		t.Errorf("the image is not in the registry that the token is for: %v", err)
	}
	if _, err := NewRegistry(there).Platforms(t.Context(), "no-host", digest.String()); err == nil {
		t.Error("found an image without a repository")
	}
}

// docker buildx pushes an index, with attestations beside the images.
func TestPlatformsOfAnIndex(t *testing.T) {
	uri := serve(t)
	index := mutate.AppendManifests(empty.Index,
		mutate.IndexAddendum{Add: assemble(t, "a", "ARM64"), Descriptor: v1.Descriptor{Platform: &v1.Platform{OS: "linux", Architecture: "arm64"}}},
		mutate.IndexAddendum{Add: assemble(t, "b", "X86_64"), Descriptor: v1.Descriptor{Platform: &v1.Platform{OS: "linux", Architecture: "amd64"}}},
		mutate.IndexAddendum{Add: assemble(t, "c", "X86_64"), Descriptor: v1.Descriptor{Platform: &v1.Platform{OS: "unknown", Architecture: "unknown"}}},
		mutate.IndexAddendum{Add: assemble(t, "d", "X86_64"), Descriptor: v1.Descriptor{}},
	)
	digest, err := index.Digest()
	if err != nil {
		t.Fatal(err)
	}
	reference, err := name.ParseReference(uri + ":v1")
	if err != nil {
		t.Fatal(err)
	}
	if err := remote.WriteIndex(reference, index, remote.WithAuth(&authn.Basic{Username: "AWS", Password: "password"})); err != nil {
		t.Fatal(err)
	}
	platforms, err := NewRegistry(valid).Platforms(t.Context(), uri, digest.String())
	if err != nil || strings.Join(platforms, " ") != "linux/arm64 linux/amd64" {
		t.Errorf("the index is for %v (%v), want arm64 and amd64", platforms, err)
	}
}

// Whatever the registry says, the function answers with an error and does not print the token.
func TestErrorsOfTheRegistry(t *testing.T) {
	image := assemble(t, "server", "ARM64")
	for _, wrong := range []tokens{{}, {err: errors.New("no")}, {token: "secret!"}} {
		registry := NewRegistry(wrong)
		err := registry.Push(t.Context(), repository, "v1", image)
		if err == nil || !strings.Contains(err.Error(), "log in to the registry") || strings.Contains(err.Error(), "secret") {
			t.Errorf("got %v", err)
		}
		if _, err := registry.Platforms(t.Context(), repository, digestOf("one")); err == nil {
			t.Error("read without a token")
		}
	}
	registry := NewRegistry(valid)
	if err := registry.Push(t.Context(), "UPPER", "v1", image); err == nil {
		t.Error("pushed to a repository that cannot be")
	}
	if _, err := registry.Platforms(t.Context(), "UPPER", "v1"); err == nil {
		t.Error("read from a repository that cannot be")
	}
	for kind, body := range map[string]string{
		"application/vnd.oci.image.index.v1+json":               "{",
		"application/vnd.docker.distribution.manifest.v1+json":  "{}",
		"application/vnd.oci.image.manifest.v1+json":            "{}",
		"application/vnd.docker.distribution.manifest.v2+json ": "not found",
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if body == "not found" && r.URL.Path != "/v2/" {
				w.WriteHeader(http.StatusNotFound)
				return
			}
			w.Header().Set("Content-Type", kind)
			_, _ = io.Copy(w, bytes.NewBufferString(body))
		}))
		uri := strings.TrimPrefix(server.URL, "http://") + "/payment"
		if _, err := registry.Platforms(t.Context(), uri, digestOf(body)); err == nil {
			t.Errorf("read a platform of %s %s", kind, body)
		}
		server.Close()
	}
}
