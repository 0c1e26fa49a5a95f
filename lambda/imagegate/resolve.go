package imagegate

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
)

// resolve returns the digest of the image that the properties mean now.
func (h Handler) resolve(ctx context.Context, p Properties) (string, error) {
	if p.ImageTag != "" {
		return h.tagged(ctx, p)
	}
	live, err := h.live(ctx, p)
	if err != nil {
		return "", err
	}
	if live == "" {
		return h.bootstrap(ctx, p)
	}
	return h.kept(ctx, p, live)
}

func (h Handler) tagged(ctx context.Context, p Properties) (string, error) {
	image, err := h.describe(ctx, p, types.ImageIdentifier{ImageTag: &p.ImageTag})
	if err != nil {
		return "", err
	}
	if image == nil {
		return "", h.absent(ctx, p)
	}
	return *image.ImageDigest, h.runnable(ctx, p, p.RepositoryURI+":"+p.ImageTag, *image.ImageDigest)
}

// kept returns the digest of the live image. A bootstrap image for another architecture gives way to one for this.
func (h Handler) kept(ctx context.Context, p Properties, live string) (string, error) {
	id, ours := identifier(p.RepositoryURI, live)
	if !ours {
		return "", fmt.Errorf("no image tag is configured, and service %s runs %s, which is not in repository %s: "+
			"push that image there and deploy with its imageTag", p.Service, live, p.RepositoryName)
	}
	image, err := h.describe(ctx, p, id)
	if err != nil {
		return "", err
	}
	if image == nil {
		return "", fmt.Errorf("no image tag is configured, and the live image %s is no longer in its repository: "+
			"push an image and deploy with its imageTag", live)
	}
	err = h.runnable(ctx, p, live, *image.ImageDigest)
	if wrong := new(platformError); errors.As(err, &wrong) && slices.ContainsFunc(image.ImageTags, isBootstrap) {
		return h.bootstrap(ctx, p)
	}
	return *image.ImageDigest, err
}

// identifier takes apart the reference to an image of a repository.
func identifier(repositoryURI, reference string) (id types.ImageIdentifier, ours bool) {
	rest, ours := strings.CutPrefix(reference, repositoryURI)
	if digest, pinned := strings.CutPrefix(rest, "@"); ours && pinned {
		return types.ImageIdentifier{ImageDigest: &digest}, true
	}
	if tag, named := strings.CutPrefix(rest, ":"); ours && named {
		return types.ImageIdentifier{ImageTag: &tag}, true
	}
	return types.ImageIdentifier{ImageTag: new("latest")}, ours && rest == ""
}

// describe returns an image of the repository, nil if it is not there.
func (h Handler) describe(ctx context.Context, p Properties, id types.ImageIdentifier) (*types.ImageDetail, error) {
	out, err := h.ECR.DescribeImages(ctx, &ecr.DescribeImagesInput{
		RepositoryName: &p.RepositoryName, ImageIds: []types.ImageIdentifier{id},
	})
	if missing := new(types.ImageNotFoundException); errors.As(err, &missing) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("look an image up in repository %s: %w", p.RepositoryName, err)
	}
	if len(out.ImageDetails) == 0 {
		return nil, nil
	}
	return &out.ImageDetails[0], nil
}

// suggestions is how many tags an error names.
const suggestions = 5

// absent says that the configured tag is not there, and which are.
func (h Handler) absent(ctx context.Context, p Properties) error {
	advice := fmt.Sprintf("push %s:%s, or leave imageTag away to keep what is live", p.RepositoryURI, p.ImageTag)
	images, err := h.images(ctx, p)
	if err != nil {
		return fmt.Errorf("image tag %q is not in repository %s: %s", p.ImageTag, p.RepositoryName, advice)
	}
	slices.SortStableFunc(images, func(a, b types.ImageDetail) int { return pushed(b).Compare(pushed(a)) })
	var tags []string
	for _, image := range images {
		for _, tag := range slices.Sorted(slices.Values(image.ImageTags)) {
			if !isProtection(tag) {
				tags = append(tags, tag)
			}
		}
	}
	newest := cmp.Or(strings.Join(tags[:min(len(tags), suggestions)], ", "), "none")
	return fmt.Errorf("image tag %q is not in repository %s, whose newest tags are: %s; %s",
		p.ImageTag, p.RepositoryName, newest, advice)
}

func pushed(image types.ImageDetail) time.Time {
	if image.ImagePushedAt == nil {
		return time.Time{}
	}
	return *image.ImagePushedAt
}

// images returns every image of the repository that has a tag.
func (h Handler) images(ctx context.Context, p Properties) ([]types.ImageDetail, error) {
	var all []types.ImageDetail
	pages := ecr.NewDescribeImagesPaginator(h.ECR, &ecr.DescribeImagesInput{
		RepositoryName: &p.RepositoryName, Filter: &types.DescribeImagesFilter{TagStatus: types.TagStatusTagged},
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		all = append(all, page.ImageDetails...)
	}
	return all, nil
}

// platformError is an image that the tasks cannot run.
type platformError struct{ image, platforms, wanted string }

func (e *platformError) Error() string {
	return fmt.Sprintf("%s is for %s, and the tasks run on %s: build it with --platform %s, or change the architecture",
		e.image, e.platforms, e.wanted, e.wanted)
}

// runnable refuses an image for another architecture, whose tasks would only say "exec format error", again and
// again. An image that does not say what it is for passes.
func (h Handler) runnable(ctx context.Context, p Properties, image, digest string) error {
	platforms, err := h.Registry.Platforms(ctx, p.RepositoryURI, digest)
	if err != nil {
		return fmt.Errorf("read what %s runs on: %w", image, err)
	}
	wanted := "linux/" + goarch(p.Architecture)
	if len(platforms) == 0 || slices.Contains(platforms, wanted) {
		return nil
	}
	return &platformError{image, strings.Join(platforms, ", "), wanted}
}
