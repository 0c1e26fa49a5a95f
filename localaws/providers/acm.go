package providers

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/acm"

	"payment-processor/localaws/resource"
)

// ACM makes certificates, which here are issued at once: no domain has to be validated.
func ACM(config aws.Config) resource.Registry {
	certificates := certificates{acm.NewFromConfig(config)}
	return resource.Registry{
		"AWS::CertificateManager::Certificate": operations{certificates.create, certificates.update, certificates.remove},
	}
}

type certificates struct{ *acm.Client }

func (c certificates) create(ctx context.Context, request resource.Request) (resource.Result, error) {
	made, err := call(ctx, c.RequestCertificate, tagged(request))
	if err != nil {
		return resource.Result{}, err
	}
	return resource.Result{PhysicalID: *made.CertificateArn}, nil
}

func (c certificates) update(ctx context.Context, request resource.Request) (resource.Result, error) {
	arn := map[string]any{"CertificateArn": request.PhysicalID}
	return resource.Result{PhysicalID: request.PhysicalID}, inOrder(
		func() error {
			return run(ctx, c.AddTagsToCertificate, with(arn, "Tags", flat(tagged(request)["Tags"])))
		},
		func() error { return run(ctx, c.RemoveTagsFromCertificate, with(arn, "Tags", goneTags(request))) },
	)
}

func (c certificates) remove(ctx context.Context, request resource.Request) error {
	return run(ctx, c.DeleteCertificate, map[string]any{"CertificateArn": request.PhysicalID})
}
