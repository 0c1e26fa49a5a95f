package imagegate

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"payment-processor/lambda/internal/deadline"
	"payment-processor/lambda/internal/issued"

	"github.com/aws/aws-lambda-go/cfn"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// Handler answers CloudFormation's requests. It keeps nothing between calls.
type Handler struct {
	ECR            ECR
	ECS            ECS
	CloudFormation CloudFormation
	Parameters     Parameters
	Registry       Registry
	Bootstrap      func(architecture string) (v1.Image, error) // assembles the bootstrap image
	Now            func() time.Time
	Sleep          func(context.Context, time.Duration) error // returns early, with its error, when the context ends
}

// margin is left of the function's time to tell CloudFormation, which would wait for its own timeout otherwise.
const margin = 15 * time.Second

// Handle has the shape of cfn.CustomResourceFunction. Its data hold Image. It returns before the context's deadline,
// and answers a request that arrives twice the same way twice.
func (h Handler) Handle(ctx context.Context, event Event) (physicalResourceID string, data map[string]any, err error) {
	physicalResourceID = event.PhysicalResourceID
	if physicalResourceID == "" {
		physicalResourceID = "image-gate/" + event.LogicalResourceID
	}
	ctx, cancel := deadline.Early(ctx, margin)
	defer cancel()
	asked, err := ask(event.ResourceProperties)
	if event.RequestType == cfn.RequestDelete {
		h.forget(ctx, asked.ParameterPath)
		return physicalResourceID, nil, nil
	}
	if err != nil {
		return physicalResourceID, nil, err
	}
	var image string
	err = h.retry(ctx, func() error {
		image, err = h.answer(ctx, event, asked)
		return err
	})
	if err != nil {
		slog.Error("no answer", "request", event.RequestType, "tag", asked.ImageTag, "error", err)
		return physicalResourceID, nil, err
	}
	slog.Info("answer", "request", event.RequestType, "tag", asked.ImageTag, "image", image)
	return physicalResourceID, map[string]any{Attribute: image}, nil
}

// answer decides which image the properties mean. A rollback gets the answer that these properties got before: what
// is live now is what it rolls back from, and a tag may have been deleted since.
func (h Handler) answer(ctx context.Context, event Event, asked asked) (string, error) {
	known, err := h.recall(ctx, asked.parameter)
	if err != nil {
		return "", fmt.Errorf("recall the last answer: %w", err)
	}
	if known.Image != "" && known.RequestID == event.RequestID {
		return known.Image, nil
	}
	sent := issued.At(event.ResponseURL, h.Now())
	if known.Image != "" && sent.Before(known.IssuedAt) {
		return known.Image, nil // a late replay: nobody waits for it, and it must not write over what a rollback needs
	}
	rollingBack, err := h.rollingBack(ctx, event)
	if err != nil {
		return "", fmt.Errorf("ask whether the stack is rolling back: %w", err)
	}
	if rollingBack && known.Image != "" {
		h.renew(ctx, asked, memory{known.Image, event.RequestID, sent})
		return known.Image, nil
	}
	if rollingBack {
		slog.Warn("rolling back to properties that nothing is remembered of", "parameter", asked.parameter)
	}
	digest, err := h.resolve(ctx, asked.Properties)
	if err != nil {
		return "", err
	}
	image := asked.RepositoryURI + "@" + digest
	if err := h.protect(ctx, asked.Properties, digest); err != nil {
		return "", fmt.Errorf("protect %s from expiry: %w", image, err)
	}
	if err := h.remember(ctx, asked.parameter, memory{image, event.RequestID, sent}); err != nil {
		return "", fmt.Errorf("remember the answer: %w", err)
	}
	previous, _ := ask(event.OldResourceProperties)
	h.tidy(ctx, asked, previous.parameter, digest)
	return image, nil
}

// rollingBack reports whether the request is part of a rollback. A later update that asks for the same properties
// looks the same to the resource, but not to the stack.
func (h Handler) rollingBack(ctx context.Context, event Event) (bool, error) {
	if event.RequestType != cfn.RequestUpdate {
		return false, nil
	}
	out, err := h.CloudFormation.DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: &event.StackID})
	if err != nil {
		return false, err
	}
	if len(out.Stacks) != 1 {
		return false, fmt.Errorf("found %d stacks %s", len(out.Stacks), event.StackID)
	}
	return strings.Contains(string(out.Stacks[0].StackStatus), "ROLLBACK"), nil
}
