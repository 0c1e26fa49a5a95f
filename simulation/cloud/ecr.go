package cloud

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
)

// ECR holds one repository with immutable tags.
type ECR struct {
	cloud  *Cloud
	images map[string]*Image // by digest
	serial int
}

// Image is an image in the repository, and how its tasks behave.
type Image struct {
	Digest   string
	Tags     []string
	Broken   bool // its tasks never become healthy
	Refused  bool // the deployment's lifecycle hook fails for it
	Alarming bool // its answers make alarms fire
	pushed   int
}

// Image returns the image of a digest, nil if there is none.
func (e *ECR) Image(digest string) *Image { return e.images[digest] }

// Tagged returns the image that a tag names, nil if there is none.
func (e *ECR) Tagged(tag string) *Image {
	for _, image := range e.images {
		if slices.Contains(image.Tags, tag) {
			return image
		}
	}
	return nil
}

// Push adds an image under a tag, which is taken from whatever image had it: somebody deleted it there first.
func (e *ECR) Push(digest, tag string) *Image {
	e.Untag(tag)
	image := e.images[digest]
	if image == nil {
		e.serial++
		image = &Image{Digest: digest, pushed: e.serial}
		e.images[digest] = image
	}
	image.Tags = append(image.Tags, tag)
	e.cloud.Log("ecr", "%s is tagged %s", digest, tag)
	return image
}

// Untag removes a tag; an image that loses its last tag is deleted.
func (e *ECR) Untag(tag string) {
	image := e.Tagged(tag)
	if image == nil {
		return
	}
	image.Tags = slices.DeleteFunc(slices.Clone(image.Tags), func(t string) bool { return t == tag })
	e.cloud.Log("ecr", "tag %s is removed from %s", tag, image.Digest)
	if len(image.Tags) == 0 {
		delete(e.images, image.Digest)
		e.cloud.Log("ecr", "%s is deleted with its last tag", image.Digest)
	}
}

// Expire applies the lifecycle rules: what a live- tag protects stays, of the rest the newest keep.
func (e *ECR) Expire(keep int) {
	var unprotected []*Image
	for _, image := range e.images {
		if !slices.ContainsFunc(image.Tags, func(tag string) bool { return strings.HasPrefix(tag, "live-") }) {
			unprotected = append(unprotected, image)
		}
	}
	slices.SortFunc(unprotected, func(a, b *Image) int { return cmp.Compare(b.pushed, a.pushed) })
	for _, image := range unprotected[min(keep, len(unprotected)):] {
		delete(e.images, image.Digest)
		e.cloud.Log("ecr", "%s expires", image.Digest)
	}
}

func (e *ECR) find(id types.ImageIdentifier) *Image {
	if id.ImageDigest != nil {
		return e.images[*id.ImageDigest]
	}
	return e.Tagged(*id.ImageTag)
}

// DescribeImages answers ImageNotFoundException when one that is asked for is not there.
func (e *ECR) DescribeImages(ctx context.Context, in *ecr.DescribeImagesInput, _ ...func(*ecr.Options)) (*ecr.DescribeImagesOutput, error) {
	return call(ctx, "ecr:DescribeImages", func() (*ecr.DescribeImagesOutput, error) {
		out := &ecr.DescribeImagesOutput{}
		if len(in.ImageIds) == 0 {
			for _, image := range e.sorted() {
				out.ImageDetails = append(out.ImageDetails, detail(image))
			}
		}
		for _, id := range in.ImageIds {
			image := e.find(id)
			if image == nil {
				return nil, &types.ImageNotFoundException{}
			}
			out.ImageDetails = append(out.ImageDetails, detail(image))
		}
		return out, nil
	})
}

func (e *ECR) sorted() []*Image {
	var all []*Image
	for _, image := range e.images {
		all = append(all, image)
	}
	slices.SortFunc(all, func(a, b *Image) int { return cmp.Compare(a.Digest, b.Digest) })
	return all
}

func detail(image *Image) types.ImageDetail {
	return types.ImageDetail{ImageDigest: &image.Digest, ImageTags: slices.Clone(image.Tags)}
}

// BatchGetImage reports what is not there as failures, not as an error.
func (e *ECR) BatchGetImage(ctx context.Context, in *ecr.BatchGetImageInput, _ ...func(*ecr.Options)) (*ecr.BatchGetImageOutput, error) {
	return call(ctx, "ecr:BatchGetImage", func() (*ecr.BatchGetImageOutput, error) {
		out := &ecr.BatchGetImageOutput{}
		for _, id := range in.ImageIds {
			if image := e.find(id); image != nil {
				out.Images = append(out.Images, types.Image{
					ImageId:       &types.ImageIdentifier{ImageDigest: &image.Digest, ImageTag: id.ImageTag},
					ImageManifest: &image.Digest, ImageManifestMediaType: new("application/vnd.oci.image.manifest.v1+json"),
				})
				continue
			}
			out.Failures = append(out.Failures, types.ImageFailure{ImageId: &id, FailureCode: types.ImageFailureCodeImageNotFound})
		}
		return out, nil
	})
}

// PutImage tags the image that a manifest describes; a tag that names another image cannot be moved.
func (e *ECR) PutImage(ctx context.Context, in *ecr.PutImageInput, _ ...func(*ecr.Options)) (*ecr.PutImageOutput, error) {
	return call(ctx, "ecr:PutImage", func() (*ecr.PutImageOutput, error) {
		digest := *in.ImageManifest // in this model a manifest is its own digest
		if tagged := e.Tagged(*in.ImageTag); tagged != nil && tagged.Digest != digest {
			return nil, &types.ImageTagAlreadyExistsException{}
		} else if tagged != nil {
			return nil, &types.ImageAlreadyExistsException{}
		}
		image := e.Push(digest, *in.ImageTag)
		return &ecr.PutImageOutput{Image: &types.Image{ImageId: &types.ImageIdentifier{ImageDigest: &image.Digest}}}, nil
	})
}

// BatchDeleteImage removes a tag, or an image with all of its tags when only its digest is given.
func (e *ECR) BatchDeleteImage(ctx context.Context, in *ecr.BatchDeleteImageInput, _ ...func(*ecr.Options)) (*ecr.BatchDeleteImageOutput, error) {
	return call(ctx, "ecr:BatchDeleteImage", func() (*ecr.BatchDeleteImageOutput, error) {
		out := &ecr.BatchDeleteImageOutput{}
		for _, id := range in.ImageIds {
			switch {
			case e.find(id) == nil:
				out.Failures = append(out.Failures, types.ImageFailure{ImageId: &id, FailureCode: types.ImageFailureCodeImageNotFound})
			case id.ImageTag != nil:
				e.Untag(*id.ImageTag)
			default:
				delete(e.images, *id.ImageDigest)
			}
		}
		return out, nil
	})
}
