package imagegate

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
	ssmtypes "github.com/aws/aws-sdk-go-v2/service/ssm/types"
)

// ProtectionPrefix begins the tags that keep an image from expiry: the repository's first lifecycle rule matches it
// with a count that is never reached, and what a rule matches no rule after it expires.
// https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html
const ProtectionPrefix = "live-"

func isProtection(tag string) bool { return strings.HasPrefix(tag, ProtectionPrefix) }

func protection(digest string) string { return ProtectionPrefix + short(digest) }

// short is what a tag needs of a digest.
func short(digest string) string { return strings.TrimPrefix(digest, "sha256:")[:12] }

// stored are the kinds of manifest that ECR stores; it is asked for all of them so that it hands out what it has.
var stored = []string{
	"application/vnd.oci.image.index.v1+json", "application/vnd.oci.image.manifest.v1+json",
	"application/vnd.docker.distribution.manifest.list.v2+json", "application/vnd.docker.distribution.manifest.v2+json",
}

// protect gives an image a tag of its own, because tags are immutable and one called "live" could not move.
func (h Handler) protect(ctx context.Context, p Properties, digest string) error {
	tag := protection(digest)
	if image, err := h.describe(ctx, p, types.ImageIdentifier{ImageTag: &tag}); err != nil || holds(image, digest) {
		return err
	}
	found, err := h.ECR.BatchGetImage(ctx, &ecr.BatchGetImageInput{
		RepositoryName: &p.RepositoryName, AcceptedMediaTypes: stored, ImageIds: []types.ImageIdentifier{{ImageDigest: &digest}},
	})
	if err != nil {
		return err
	}
	if len(found.Images) == 0 {
		return fmt.Errorf("repository %s has no image %s", p.RepositoryName, digest)
	}
	image := found.Images[0]
	_, err = h.ECR.PutImage(ctx, &ecr.PutImageInput{
		RepositoryName: &p.RepositoryName, ImageTag: &tag, ImageDigest: &digest,
		ImageManifest: image.ImageManifest, ImageManifestMediaType: image.ImageManifestMediaType,
	})
	if exists := new(types.ImageAlreadyExistsException); errors.As(err, &exists) {
		return nil
	}
	return err
}

func holds(image *types.ImageDetail, digest string) bool {
	return image != nil && *image.ImageDigest == digest
}

// remembering is how many answers are kept, so that every rollback that is still possible finds its own.
const remembering = 10

// tidying is how long cleaning up may delay an answer.
const tidying = 30 * time.Second

// tidy forgets old answers and takes the protection from images that nothing can run any more. The next deployment
// does what this one could not.
func (h Handler) tidy(ctx context.Context, asked asked, previous, digest string) {
	ctx, cancel := context.WithTimeout(ctx, tidying)
	defer cancel()
	known, err := h.remembered(ctx, asked.ParameterPath)
	if err != nil {
		slog.Warn("could not tidy up", "error", err)
		return
	}
	old := slices.DeleteFunc(slices.Clone(known[min(remembering, len(known)):]), func(parameter ssmtypes.Parameter) bool {
		return *parameter.Name == asked.parameter || *parameter.Name == previous
	})
	needed := []string{digest}
	for _, parameter := range known {
		var m memory
		_ = json.Unmarshal([]byte(*parameter.Value), &m) // what is not ours names no image
		needed = append(needed, m.Image)
	}
	if err := errors.Join(h.forgetThese(ctx, old), h.unprotect(ctx, asked.Properties, needed)); err != nil {
		slog.Warn("could not tidy up", "error", err)
	}
}

// unprotect removes the tags of protect from images that are neither needed nor named by a revision or task set.
func (h Handler) unprotect(ctx context.Context, p Properties, needed []string) error {
	images, err := h.images(ctx, p)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(images, func(image types.ImageDetail) bool { return removable(image, needed) }) {
		return nil
	}
	named, err := h.named(ctx, p)
	if err != nil {
		return err
	}
	needed = append(needed, named...)
	for _, image := range images {
		if !removable(image, needed) {
			continue
		}
		tag := protection(*image.ImageDigest)
		_, err := h.ECR.BatchDeleteImage(ctx, &ecr.BatchDeleteImageInput{
			RepositoryName: &p.RepositoryName, ImageIds: []types.ImageIdentifier{{ImageTag: &tag}},
		})
		if err != nil {
			return err
		}
		slog.Info("no longer protected", "digest", *image.ImageDigest)
	}
	return nil
}

// removable reports whether an image has the tag of protect but is not needed. The last tag is never removable:
// ECR deletes an image with it.
func removable(image types.ImageDetail, needed []string) bool {
	if !slices.Contains(image.ImageTags, protection(*image.ImageDigest)) || len(image.ImageTags) < 2 {
		return false
	}
	return !slices.ContainsFunc(needed, func(reference string) bool {
		return strings.HasSuffix(reference, *image.ImageDigest) || slices.ContainsFunc(image.ImageTags, func(tag string) bool {
			return strings.HasSuffix(reference, ":"+tag)
		})
	})
}

// named returns every image that an active revision or a task set of the service names.
func (h Handler) named(ctx context.Context, p Properties) ([]string, error) {
	revisions, err := h.revisions(ctx, p)
	if err != nil {
		return nil, err
	}
	sets, err := h.taskSets(ctx, p)
	if err != nil {
		return nil, err
	}
	for _, set := range sets {
		revisions = append(revisions, *set.TaskDefinition)
	}
	slices.Sort(revisions)
	var all []string
	for _, revision := range slices.Compact(revisions) {
		images, err := h.containerImages(ctx, revision)
		if err != nil {
			return nil, err
		}
		for _, image := range images {
			all = append(all, image)
		}
	}
	return all, nil
}
