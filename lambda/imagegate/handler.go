package imagegate

import (
	"context"
	"errors"
	"time"

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

// Handle has the shape of cfn.CustomResourceFunction. Its data hold Image. It returns before the context's deadline.
func (h Handler) Handle(ctx context.Context, event Event) (physicalResourceID string, data map[string]any, err error) {
	return "", nil, errors.New("not written yet")
}
