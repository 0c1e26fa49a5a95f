package stacks

import (
	"time"

	"payment-processor/lambda/imagegate"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsecr"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsecs"
)

// imageGateTimeout is enough to assemble and push the bootstrap image, and for retries.
const imageGateTimeout = 5 * time.Minute

// imageGate answers with the image that the task definition pins by digest, before the task definition is made.
type imageGate struct {
	machinery *machinery
	resource  awscdk.CustomResource
}

func newImageGate(m *machinery, images awsecr.IRepository) imageGate {
	names, as := m.Config.names(), m.identity("ImageGate", "ImageGate finds the image that tasks run")
	allowImageGate(m, as, images)
	function := newGoFunction(m.Stack, "ImageGateFunction", goFunctionProps{
		Description: "ImageGate of the payment processor", Asset: m.Functions.ImageGate,
		// Below the resource's, so that a failure is answered and not waited for.
		Timeout: imageGateTimeout - 30*time.Second, MemoryMiB: 1024, Role: as.Role, Logs: as.Logs,
	})
	return imageGate{m, m.newResource("ImageGate", *function.FunctionArn(), imageGateTimeout, imagegate.Properties{
		RepositoryName: *images.RepositoryName(),
		RepositoryURI:  *images.RepositoryUri(),
		ImageTag:       m.Config.Task.ImageTag,
		Architecture:   m.Config.Task.Architecture,
		Cluster:        names.application(),
		Service:        names.application(),
		Family:         names.application(),
		Container:      containerName,
		ParameterPath:  names.parameter("image"),
	})}
}

func allowImageGate(m *machinery, as functionIdentity, images awsecr.IRepository) {
	allow(as.Role, []*string{images.RepositoryArn()},
		"ecr:BatchDeleteImage", "ecr:BatchGetImage", "ecr:DescribeImages", "ecr:PutImage",
		// The registry's own protocol, which pushes the bootstrap image and asks what an image runs on.
		"ecr:BatchCheckLayerAvailability", "ecr:CompleteLayerUpload", "ecr:GetDownloadUrlForLayer",
		"ecr:InitiateLayerUpload", "ecr:UploadLayerPart")
	allow(as.Role, nil, "ecr:GetAuthorizationToken", "ecs:DescribeTaskDefinition", "ecs:ListTaskDefinitions")
	allow(as.Role, []*string{m.Arns.service()}, "ecs:DescribeServices")
	allow(as.Role, []*string{m.Arns.parameter("image"), m.Arns.parameter("image/*")},
		"ssm:DeleteParameters", "ssm:GetParameter", "ssm:GetParametersByPath", "ssm:PutParameter")
	m.describedStack(as.Role)
}

// image is the answer.
func (g imageGate) image() awsecs.ContainerImage {
	return awsecs.ContainerImage_FromRegistry(g.resource.GetAttString(new(imagegate.Attribute)), nil)
}

// watch has the question asked again whenever the task definition changes, or what its properties come from: without an
// imageTag, a changed task is built on what is live then.
func (g imageGate) watch(task awsecs.FargateTaskDefinition, from ...any) {
	rendered := task.Node().DefaultChild().(awsecs.CfnTaskDefinition)
	override(g.resource.Node().DefaultChild().(awscdk.CfnResource), "Fingerprint", g.machinery.fingerprint(append(from,
		rendered.ContainerDefinitions(), rendered.Cpu(), rendered.ExecutionRoleArn(), rendered.Family(), rendered.Memory(),
		rendered.RuntimePlatform(), rendered.TaskRoleArn(), rendered.Volumes(),
	)...), "it is known once the task definition is, which names this resource's answer")
}
