package gateway

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"log"
	"net/http"
	"strings"

	"github.com/google/go-containerregistry/pkg/registry"
)

// newRegistry is an image registry in memory, for the repositories that moto's ECR has: ECR learns of each manifest
// first, and what it refuses (no such repository, a tag that must not move) is not stored. Layers are stored as they come.
func newRegistry(moto http.Handler) http.Handler {
	store := registry.New(registry.Logger(log.New(io.Discard, "", 0)))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		repository, reference, manifest := cutLast(strings.TrimPrefix(r.URL.Path, "/v2/"), "/manifests/")
		if !manifest || r.Method != http.MethodPut {
			store.ServeHTTP(w, r)
			return
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			refuseImage(w, http.StatusBadRequest, "MANIFEST_INVALID", err.Error())
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		sum := sha256.Sum256(body)
		image := map[string]string{
			"repositoryName": repository, "imageManifest": string(body), "imageDigest": "sha256:" + hex.EncodeToString(sum[:]),
			"imageManifestMediaType": r.Header.Get("Content-Type"),
		}
		if !strings.HasPrefix(reference, "sha256:") {
			image["imageTag"] = reference
		}
		if code, message := putImage(moto, r, image); code != "" {
			status, short := http.StatusBadRequest, "TAG_INVALID"
			if code == "RepositoryNotFoundException" {
				status, short = http.StatusNotFound, "NAME_UNKNOWN"
			}
			refuseImage(w, status, short, message)
			return
		}
		store.ServeHTTP(w, r)
	})
}

// putImage tells ECR of an image; code and message are its refusal.
func putImage(moto http.Handler, r *http.Request, image map[string]string) (code, message string) {
	answer := ecr(moto, r, "DescribeRepositories", map[string]any{"repositoryNames": []string{image["repositoryName"]}})
	if answer.status() == http.StatusOK {
		answer = ecr(moto, r, "PutImage", image)
	}
	var fault struct {
		Type    string `json:"__type"`
		Message string `json:"message"`
	}
	_ = json.Unmarshal(answer.body.Bytes(), &fault)
	if fault.Type == "ImageAlreadyExistsException" && strings.Contains(fault.Message, image["imageDigest"]) {
		return "", "" // the same again; moto says so of another image under a tag that must not move, too
	}
	if answer.status() != http.StatusOK && fault.Type == "" {
		return "ServerException", "moto does not store images: " + answer.body.String()
	}
	return fault.Type, fault.Message
}

func ecr(moto http.Handler, r *http.Request, operation string, input any) *memoryWriter {
	body, _ := json.Marshal(input)
	request, _ := http.NewRequestWithContext(r.Context(), http.MethodPost, "http://"+r.Host+"/", bytes.NewReader(body)) //nolint:gosec // it goes to a handler
	request.Header.Set("X-Amz-Target", "AmazonEC2ContainerRegistry_V20150921."+operation)
	request.Header.Set("Content-Type", "application/x-amz-json-1.1")
	answer := &memoryWriter{}
	moto.ServeHTTP(answer, request)
	return answer
}

func refuseImage(w http.ResponseWriter, status int, code, message string) {
	body, _ := json.Marshal(map[string]any{"errors": []map[string]string{{"code": code, "message": message}}})
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(body)
}
