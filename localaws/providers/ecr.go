package providers

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"

	"payment-processor/localaws/resource"
)

// ECR makes repositories.
func ECR(config aws.Config) resource.Registry {
	repositories := repositories{ecr.NewFromConfig(config)}
	return resource.Registry{
		"AWS::ECR::Repository": operations{repositories.create, repositories.update, repositories.remove},
	}
}

type repositories struct{ *ecr.Client }

func (r repositories) create(ctx context.Context, request resource.Request) (resource.Result, error) {
	name := text(request.Properties["RepositoryName"])
	if name == "" {
		name = strings.ToLower(named(request, "", 256))
	}
	if err := checkRepositoryPolicy(request); err != nil {
		return resource.Result{}, err
	}
	made, err := call(ctx, r.CreateRepository, with(tagged(request), "RepositoryName", name))
	if err != nil {
		return resource.Result{}, err
	}
	request.PhysicalID = name
	return repositoryResult(name, *made.Repository.RepositoryArn, *made.Repository.RepositoryUri), r.policies(ctx, request)
}

func checkRepositoryPolicy(request resource.Request) error {
	return given(request, "RepositoryPolicyText", func() error {
		return checkPolicy(request.Properties["RepositoryPolicyText"], "Invalid parameter at 'PolicyText' failed to satisfy constraint: 'Invalid repository policy provided'")
	})()
}

func repositoryResult(name, arn, uri string) resource.Result {
	return resource.Result{PhysicalID: name, Attributes: map[string]any{"Arn": arn, "RepositoryUri": uri}}
}

// policies brings a repository's two policies up to date; a property that went away takes its policy along.
func (r repositories) policies(ctx context.Context, request resource.Request) error {
	name := map[string]any{"RepositoryName": request.PhysicalID}
	lifecycle, _ := request.Properties["LifecyclePolicy"].(map[string]any)
	return inOrder(
		changed(request, func() error {
			if lifecycle["LifecyclePolicyText"] == nil {
				return unless(run(ctx, r.DeleteLifecyclePolicy, name), "LifecyclePolicyNotFoundException")
			}
			return run(ctx, r.PutLifecyclePolicy, with(lifecycle, "RepositoryName", request.PhysicalID))
		}, "LifecyclePolicy"),
		changed(request, func() error {
			if request.Properties["RepositoryPolicyText"] == nil {
				return unless(run(ctx, r.DeleteRepositoryPolicy, name), "RepositoryPolicyNotFoundException")
			}
			return run(ctx, r.SetRepositoryPolicy, with(name, "PolicyText", request.Properties["RepositoryPolicyText"]))
		}, "RepositoryPolicyText"),
	)
}

func (r repositories) update(ctx context.Context, request resource.Request) (resource.Result, error) {
	properties := with(request.Properties, "RepositoryName", request.PhysicalID)
	if properties["ImageTagMutability"] == nil {
		properties["ImageTagMutability"] = "MUTABLE"
	}
	if properties["ImageScanningConfiguration"] == nil {
		properties["ImageScanningConfiguration"] = map[string]any{"ScanOnPush": false}
	}
	found, err := call(ctx, r.DescribeRepositories, map[string]any{"RepositoryNames": []any{request.PhysicalID}})
	if err != nil {
		return resource.Result{}, err
	}
	repository := found.Repositories[0]
	return repositoryResult(request.PhysicalID, *repository.RepositoryArn, *repository.RepositoryUri), inOrder(
		func() error { return checkRepositoryPolicy(request) },
		changed(request, func() error { return run(ctx, r.PutImageTagMutability, properties) },
			"ImageTagMutability", "ImageTagMutabilityExclusionFilters"),
		changed(request, func() error { return run(ctx, r.PutImageScanningConfiguration, properties) }, "ImageScanningConfiguration"),
		func() error { return r.policies(ctx, request) },
		func() error {
			return retag(ctx, request, "ResourceArn", *repository.RepositoryArn, r.TagResource, r.UntagResource)
		},
	)
}

// remove fails where there are images, unless EmptyOnDelete says otherwise.
func (r repositories) remove(ctx context.Context, request resource.Request) error {
	return run(ctx, r.DeleteRepository, map[string]any{"RepositoryName": request.PhysicalID,
		"Force": text(request.Properties["EmptyOnDelete"]) == "true"})
}
