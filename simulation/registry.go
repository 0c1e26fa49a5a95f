package simulation

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// registry is the model's ECR as the registry protocol sees it.
type registry struct{ world *World }

// Platforms says that every image is for every task: this history is about releases.
func (r registry) Platforms(_ context.Context, _, _ string) ([]string, error) {
	return []string{"linux/amd64", "linux/arm64"}, nil
}

// Push adds the bootstrap image.
func (r registry) Push(_ context.Context, _, tag string, image v1.Image) error {
	digest, err := image.Digest()
	if r.world.cloud.ECR.Tagged(tag) == nil {
		r.world.cloud.ECR.Push(digest.String(), tag)
	}
	return err
}

// bootstrap is an image of which only the digest matters.
type bootstrap struct{ v1.Image }

var bootstrapDigest = digestOf("bootstrap")

// Digest is always the same: the real image is built to the same bytes every time.
func (bootstrap) Digest() (v1.Hash, error) { return v1.NewHash(bootstrapDigest) }

func digestOf(name string) string {
	sum := sha256.Sum256([]byte(name))
	return "sha256:" + hex.EncodeToString(sum[:])
}

// sleep lets virtual time pass in a function.
func (w *World) sleep(_ context.Context, d time.Duration) error {
	i := w.running
	i.pass(d)
	i.late()
	return i.ended
}
