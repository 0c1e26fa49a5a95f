package rehearsal

import (
	"context"
	"fmt"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
)

// Push puts an image into a local repository, 127.0.0.1:port/name, under a tag. Nothing runs it: the tasks of the local
// endpoint are no containers. It has the user that the platform asks for, and no layer.
func Push(ctx context.Context, repository, tag string) error {
	reference, err := name.NewTag(repository+":"+tag, name.Insecure)
	if err != nil {
		return fmt.Errorf("the tag %q cannot be pushed: %w", tag, err)
	}
	image, _ := mutate.Config(empty.Image, v1.Config{ // of the empty image, which is in memory
		User: "65532", Labels: map[string]string{"tag": tag, "made": time.Now().UTC().Format(time.RFC3339Nano)},
	})
	if err := remote.Write(reference, image, remote.WithContext(ctx)); err != nil {
		return fmt.Errorf("pushing %s: %w", reference, err)
	}
	return nil
}
