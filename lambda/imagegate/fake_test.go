package imagegate

import (
	"context"
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	cfntypes "github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	ecrtypes "github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	ssmtypes "github.com/aws/aws-sdk-go-v2/service/ssm/types"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
)

const repository = "111122223333.dkr.ecr.us-east-2.amazonaws.com/payment-processor-dev"

// account is an AWS account with one repository, one service and one stack.
type account struct {
	clock      time.Time
	images     []ecrtypes.ImageDetail
	platforms  map[string][]string // by digest
	status     string              // of the service; empty: there is none
	sets       []ecstypes.TaskSet
	revisions  map[string]string // active ones: ARN to image
	parameters map[string]ssmtypes.Parameter
	stack      cfntypes.StackStatus

	faults  map[string][]error // by operation, for its next calls; nil: that call succeeds
	calls   map[string]int
	between func(operation string) // what others do meanwhile
}

func newAccount() *account {
	return &account{
		clock: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC), platforms: map[string][]string{},
		revisions: map[string]string{}, parameters: map[string]ssmtypes.Parameter{},
		stack: "UPDATE_IN_PROGRESS", faults: map[string][]error{}, calls: map[string]int{},
		between: func(string) {},
	}
}

func (a *account) handler() Handler {
	return Handler{
		ECR: a, ECS: a, CloudFormation: a, Parameters: a, Registry: a,
		Bootstrap: func(string) (v1.Image, error) { return empty.Image, a.called("Bootstrap") },
		Now:       func() time.Time { return a.clock },
		Sleep: func(_ context.Context, d time.Duration) error {
			a.clock = a.clock.Add(d)
			if a.clock.Hour() > 12 {
				return context.DeadlineExceeded
			}
			return nil
		},
	}
}

func (a *account) called(operation string) error {
	a.calls[operation]++
	a.between(operation)
	if len(a.faults[operation]) == 0 {
		return nil
	}
	fault := a.faults[operation][0]
	a.faults[operation] = a.faults[operation][1:]
	return fault
}

func digestOf(content string) string { return fmt.Sprintf("sha256:%x", sha256.Sum256([]byte(content))) }

// push adds an image whose content is its name.
func (a *account) push(content string, tags ...string) string {
	digest := digestOf(content)
	a.clock = a.clock.Add(time.Second)
	a.images = append(a.images, ecrtypes.ImageDetail{ImageDigest: &digest, ImageTags: tags, ImagePushedAt: new(a.clock)})
	a.platforms[digest] = []string{"linux/amd64"}
	return digest
}

// run makes an image live.
func (a *account) run(image string) {
	revision := fmt.Sprintf("arn:aws:ecs:us-east-2:111122223333:task-definition/payment:%d", len(a.revisions)+1)
	a.revisions[revision] = image
	a.status = "ACTIVE"
	a.sets = []ecstypes.TaskSet{
		{Status: new("ACTIVE"), TaskDefinition: new("arn:other")},
		{Status: new("PRIMARY"), TaskDefinition: &revision},
	}
}

func (a *account) tags(digest string) []string {
	for _, image := range a.images {
		if *image.ImageDigest == digest {
			return image.ImageTags
		}
	}
	return nil
}

func (a *account) find(id ecrtypes.ImageIdentifier) *ecrtypes.ImageDetail {
	for i, image := range a.images {
		if id.ImageDigest != nil && *image.ImageDigest == *id.ImageDigest || id.ImageTag != nil && slices.Contains(image.ImageTags, *id.ImageTag) {
			return &a.images[i]
		}
	}
	return nil
}

func (a *account) DescribeImages(_ context.Context, in *ecr.DescribeImagesInput, _ ...func(*ecr.Options)) (*ecr.DescribeImagesOutput, error) {
	if err := a.called("DescribeImages"); err != nil {
		return nil, err
	}
	if in.ImageIds == nil {
		if err := a.called("ListImages"); err != nil {
			return nil, err
		}
		return &ecr.DescribeImagesOutput{ImageDetails: a.images}, nil
	}
	if tag := in.ImageIds[0].ImageTag; tag != nil && *tag == "an empty answer" {
		return &ecr.DescribeImagesOutput{}, nil
	}
	if image := a.find(in.ImageIds[0]); image != nil {
		return &ecr.DescribeImagesOutput{ImageDetails: []ecrtypes.ImageDetail{*image}}, nil
	}
	return nil, &ecrtypes.ImageNotFoundException{}
}

func (a *account) BatchGetImage(_ context.Context, in *ecr.BatchGetImageInput, _ ...func(*ecr.Options)) (*ecr.BatchGetImageOutput, error) {
	if err := a.called("BatchGetImage"); err != nil {
		return nil, err
	}
	out := &ecr.BatchGetImageOutput{}
	if image := a.find(in.ImageIds[0]); image != nil {
		out.Images = []ecrtypes.Image{{ImageManifest: new("manifest of " + *image.ImageDigest)}}
	}
	return out, nil
}

func (a *account) PutImage(_ context.Context, in *ecr.PutImageInput, _ ...func(*ecr.Options)) (*ecr.PutImageOutput, error) {
	if err := a.called("PutImage"); err != nil {
		return nil, err
	}
	if *in.ImageManifest != "manifest of "+*in.ImageDigest {
		return nil, &ecrtypes.ImageDigestDoesNotMatchException{}
	}
	image := a.find(ecrtypes.ImageIdentifier{ImageDigest: in.ImageDigest})
	image.ImageTags = append(slices.Clone(image.ImageTags), *in.ImageTag)
	return &ecr.PutImageOutput{}, nil
}

func (a *account) BatchDeleteImage(_ context.Context, in *ecr.BatchDeleteImageInput, _ ...func(*ecr.Options)) (*ecr.BatchDeleteImageOutput, error) {
	if err := a.called("BatchDeleteImage"); err != nil {
		return nil, err
	}
	image := a.find(in.ImageIds[0])
	image.ImageTags = slices.DeleteFunc(slices.Clone(image.ImageTags), func(tag string) bool { return tag == *in.ImageIds[0].ImageTag })
	if len(image.ImageTags) == 0 {
		*image = ecrtypes.ImageDetail{ImageDigest: new("deleted")}
	}
	return &ecr.BatchDeleteImageOutput{}, nil
}

func (a *account) Platforms(_ context.Context, _, digest string) ([]string, error) {
	return a.platforms[digest], a.called("Platforms")
}

func (a *account) Push(_ context.Context, _, tag string, image v1.Image) error {
	if err := a.called("Push"); err != nil {
		return err
	}
	digest, _ := image.Digest()
	a.images = append(a.images, ecrtypes.ImageDetail{ImageDigest: new(digest.String()), ImageTags: []string{tag}})
	return nil
}

func (a *account) DescribeServices(context.Context, *ecs.DescribeServicesInput, ...func(*ecs.Options)) (*ecs.DescribeServicesOutput, error) {
	out := &ecs.DescribeServicesOutput{}
	if a.status != "" {
		out.Services = []ecstypes.Service{{Status: &a.status, TaskSets: a.sets}}
	}
	return out, a.called("DescribeServices")
}

func (a *account) DescribeTaskDefinition(_ context.Context, in *ecs.DescribeTaskDefinitionInput, _ ...func(*ecs.Options)) (*ecs.DescribeTaskDefinitionOutput, error) {
	if err := a.called("DescribeTaskDefinition"); err != nil {
		return nil, err
	}
	return &ecs.DescribeTaskDefinitionOutput{TaskDefinition: &ecstypes.TaskDefinition{
		ContainerDefinitions: []ecstypes.ContainerDefinition{{Name: new("payment"), Image: new(a.revisions[*in.TaskDefinition])}},
	}}, nil
}

func (a *account) ListTaskDefinitions(context.Context, *ecs.ListTaskDefinitionsInput, ...func(*ecs.Options)) (*ecs.ListTaskDefinitionsOutput, error) {
	return &ecs.ListTaskDefinitionsOutput{TaskDefinitionArns: slices.Collect(maps.Keys(a.revisions))}, a.called("ListTaskDefinitions")
}

func (a *account) DescribeStacks(context.Context, *cloudformation.DescribeStacksInput, ...func(*cloudformation.Options)) (*cloudformation.DescribeStacksOutput, error) {
	out := &cloudformation.DescribeStacksOutput{}
	if a.stack != "" {
		out.Stacks = []cfntypes.Stack{{StackStatus: a.stack}}
	}
	return out, a.called("DescribeStacks")
}

func (a *account) GetParameter(_ context.Context, in *ssm.GetParameterInput, _ ...func(*ssm.Options)) (*ssm.GetParameterOutput, error) {
	if err := a.called("GetParameter"); err != nil {
		return nil, err
	}
	parameter, found := a.parameters[*in.Name]
	if !found {
		return nil, &ssmtypes.ParameterNotFound{}
	}
	return &ssm.GetParameterOutput{Parameter: &parameter}, nil
}

func (a *account) PutParameter(_ context.Context, in *ssm.PutParameterInput, _ ...func(*ssm.Options)) (*ssm.PutParameterOutput, error) {
	if err := a.called("PutParameter"); err != nil {
		return nil, err
	}
	a.clock = a.clock.Add(time.Second)
	a.parameters[*in.Name] = ssmtypes.Parameter{Name: in.Name, Value: in.Value, LastModifiedDate: new(a.clock)}
	return &ssm.PutParameterOutput{}, nil
}

func (a *account) GetParametersByPath(_ context.Context, in *ssm.GetParametersByPathInput, _ ...func(*ssm.Options)) (*ssm.GetParametersByPathOutput, error) {
	out := &ssm.GetParametersByPathOutput{}
	for _, name := range slices.Sorted(maps.Keys(a.parameters)) {
		if strings.HasPrefix(name, *in.Path+"/") {
			out.Parameters = append(out.Parameters, a.parameters[name])
		}
	}
	return out, a.called("GetParametersByPath")
}

func (a *account) DeleteParameters(_ context.Context, in *ssm.DeleteParametersInput, _ ...func(*ssm.Options)) (*ssm.DeleteParametersOutput, error) {
	if err := a.called("DeleteParameters"); err != nil {
		return nil, err
	}
	if len(in.Names) > 10 {
		return nil, fmt.Errorf("got %d names, want at most 10", len(in.Names))
	}
	for _, name := range in.Names {
		delete(a.parameters, name)
	}
	return &ssm.DeleteParametersOutput{}, nil
}
