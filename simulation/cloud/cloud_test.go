package cloud

import (
	"context"
	"errors"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/codedeploy"
	"github.com/aws/aws-sdk-go-v2/service/codedeploy/types"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	ecrtypes "github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	elbv2 "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/smithy-go"
)

var ctx = context.Background()

// newAccount has an image, two revisions and a stable service behind blue.
func newAccount() *Cloud {
	c := New(NewClock(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)), rand.New(rand.NewPCG(1, 1)))
	c.CodeDeploy.Group = Group{Listener: "listener", TargetGroups: [2]string{"blue", "green"}, Rollback: true, TerminationWait: time.Minute}
	c.ECR.Push("sha256:1", "v1")
	c.ECS.Register("app", "repository@sha256:1", "")
	c.ECS.Register("app", "repository@sha256:1", "next")
	c.ELB.CreateListener("listener", "blue")
	c.ECS.CreateService("app", "app", "blue", 3, nil, func() {})
	c.Advance(time.Hour)
	return c
}

func refused(t *testing.T, what, code string, err error) {
	t.Helper()
	var api smithy.APIError
	if !errors.As(err, &api) || api.ErrorCode() != code {
		t.Errorf("%s: %v, want %s", what, err, code)
	}
}

// What AWS refuses, the model must refuse too, or the functions would pass here and fail there.
func TestRefusals(t *testing.T) {
	c := newAccount()
	_, err := c.CloudFormation.DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: new("none")})
	refused(t, "a stack that is not there", "ValidationError", err)
	_, err = c.CodeDeploy.BatchGetDeployments(ctx, &codedeploy.BatchGetDeploymentsInput{DeploymentIds: make([]string, 26)})
	refused(t, "26 deployments", "BatchLimitExceededException", err)
	_, err = c.CodeDeploy.GetDeployment(ctx, &codedeploy.GetDeploymentInput{DeploymentId: new("none")})
	refused(t, "a deployment that is not there", "DeploymentDoesNotExistException", err)
	_, err = c.CodeDeploy.GetDeploymentTarget(ctx, &codedeploy.GetDeploymentTargetInput{DeploymentId: new("none")})
	refused(t, "its target", "DeploymentDoesNotExistException", err)
	_, err = c.CodeDeploy.StopDeployment(ctx, &codedeploy.StopDeploymentInput{DeploymentId: new("none")})
	refused(t, "to stop it", "DeploymentDoesNotExistException", err)
	_, err = c.CodeDeploy.CreateDeployment(ctx, &codedeploy.CreateDeploymentInput{})
	refused(t, "no revision", "RevisionRequiredException", err)
	for _, content := range []string{"{", `{"Resources":[]}`, `{"Resources":[{"TargetService":{}}]}`} {
		_, err = c.CodeDeploy.CreateDeployment(ctx, &codedeploy.CreateDeploymentInput{Revision: &types.RevisionLocation{String_: &types.RawString{Content: &content}}})
		refused(t, content, "InvalidRevisionException", err)
	}
	_, err = c.ECS.UpdateService(ctx, &ecs.UpdateServiceInput{TaskDefinition: new("app:1")})
	refused(t, "UpdateService", "InvalidParameterException", err)
	_, err = c.ECS.DescribeTaskDefinition(ctx, &ecs.DescribeTaskDefinitionInput{TaskDefinition: new("other")})
	refused(t, "a family that is not there", "ClientException", err)
	_, err = c.ECS.DeregisterTaskDefinition(ctx, &ecs.DeregisterTaskDefinitionInput{TaskDefinition: new("none/app:9")})
	refused(t, "a revision that is not there", "ClientException", err)
	c.ECS.Retire(c.ECS.order[0].Arn)
	_, err = c.ECS.DeregisterTaskDefinition(ctx, &ecs.DeregisterTaskDefinitionInput{TaskDefinition: &c.ECS.order[0].Arn})
	refused(t, "an INACTIVE revision", "ClientException", err)
	_, err = c.ECS.DeleteTaskDefinitions(ctx, &ecs.DeleteTaskDefinitionsInput{TaskDefinitions: make([]string, 11)})
	refused(t, "eleven revisions", "InvalidParameterException", err)
	_, err = c.ELB.DescribeListeners(ctx, &elbv2.DescribeListenersInput{ListenerArns: []string{"none"}})
	refused(t, "a listener that is not there", "ListenerNotFound", err)
	_, err = c.ELB.DescribeRules(ctx, &elbv2.DescribeRulesInput{ListenerArn: new("none")})
	refused(t, "its rules", "ListenerNotFound", err)
	_, err = c.ELB.ModifyListener(ctx, &elbv2.ModifyListenerInput{ListenerArn: new("none")})
	refused(t, "to change it", "ListenerNotFound", err)
	_, err = c.SSM.GetParameter(ctx, &ssm.GetParameterInput{Name: new("/none")})
	refused(t, "a parameter that is not there", "ParameterNotFound", err)
	_, err = c.SSM.DeleteParameter(ctx, &ssm.DeleteParameterInput{Name: new("/none")})
	refused(t, "to delete it", "ParameterNotFound", err)
	_, _ = c.SSM.PutParameter(ctx, &ssm.PutParameterInput{Name: new("/a"), Value: new("1")})
	_, err = c.SSM.PutParameter(ctx, &ssm.PutParameterInput{Name: new("/a"), Value: new("2")})
	refused(t, "to overwrite", "ParameterAlreadyExists", err)
	c.ECR.Push("sha256:2", "v2")
	_, err = c.ECR.PutImage(ctx, &ecr.PutImageInput{ImageManifest: new("sha256:2"), ImageTag: new("v1")})
	refused(t, "to move an immutable tag", "ImageTagAlreadyExistsException", err)
	_, err = c.ECR.PutImage(ctx, &ecr.PutImageInput{ImageManifest: new("sha256:1"), ImageTag: new("v1")})
	refused(t, "to tag again", "ImageAlreadyExistsException", err)
	_, err = c.ECR.DescribeImages(ctx, &ecr.DescribeImagesInput{ImageIds: []ecrtypes.ImageIdentifier{{ImageTag: new("none")}}})
	refused(t, "an image that is not there", "ImageNotFoundException", err)
	c.ECS.DeleteService(func() {})
	c.Advance(time.Hour)
	c.ECS.DeleteService(func() {})
	_, err = c.ECS.UpdateService(ctx, &ecs.UpdateServiceInput{DesiredCount: new(int32(1))})
	refused(t, "a service that is not there", "ServiceNotFoundException", err)
}

func TestImages(t *testing.T) {
	c := newAccount()
	c.ECR.Push("sha256:2", "v2")
	c.ECR.Push("sha256:3", "v3")
	all, _ := c.ECR.DescribeImages(ctx, &ecr.DescribeImagesInput{})
	if len(all.ImageDetails) != 3 {
		t.Errorf("%d images", len(all.ImageDetails))
	}
	ids := []ecrtypes.ImageIdentifier{{ImageTag: new("none")}, {ImageTag: new("v2")}, {ImageDigest: new("sha256:3")}}
	got, _ := c.ECR.BatchGetImage(ctx, &ecr.BatchGetImageInput{ImageIds: ids})
	if len(got.Images) != 2 || len(got.Failures) != 1 {
		t.Errorf("got %+v", got)
	}
	gone, _ := c.ECR.BatchDeleteImage(ctx, &ecr.BatchDeleteImageInput{ImageIds: ids})
	if len(gone.Failures) != 1 || c.ECR.Image("sha256:2") != nil || c.ECR.Image("sha256:3") != nil {
		t.Errorf("left %v", c.ECR.images)
	}
	c.ECR.Untag("none")
	_, _ = c.ECR.PutImage(ctx, &ecr.PutImageInput{ImageManifest: new("sha256:1"), ImageTag: new("live-1")})
	c.ECR.Push("sha256:4", "v4")
	c.ECR.Expire(0)
	if c.ECR.Image("sha256:1") == nil || c.ECR.Image("sha256:4") != nil {
		t.Error("what is protected must stay, and the rest go")
	}
}

func TestListener(t *testing.T) {
	c := newAccount()
	rules, _ := c.ELB.DescribeRules(ctx, &elbv2.DescribeRulesInput{ListenerArn: new("listener")})
	if len(rules.Rules) != 1 {
		t.Errorf("rules %+v", rules)
	}
	_, _ = c.ELB.ModifyListener(ctx, &elbv2.ModifyListenerInput{ListenerArn: new("listener"), DefaultActions: Forward(Weight{"blue", 90}, Weight{"green", 10})})
	listener := c.ELB.Listener("listener")
	if got := (logged{listener.Weights()}).String(); got != "blue 90, green 10" || listener.Only() != "" || forwards(listener.Weights(), "none") {
		t.Errorf("forwards to %s", got)
	}
	if w := Weights([]elbtypes.Action{{TargetGroupArn: new("blue")}}); len(w) != 1 || w[0].TargetGroup != "blue" || Weights(nil) != nil {
		t.Errorf("weights %v", w)
	}
	for _, healthy := range []bool{true, false} {
		c.ECS.Service().TaskSets[0].Healthy = healthy
		health, _ := c.ELB.DescribeTargetHealth(ctx, &elbv2.DescribeTargetHealthInput{TargetGroupArn: new("blue")})
		if got := health.TargetHealthDescriptions[0].TargetHealth.State == elbtypes.TargetHealthStateEnumHealthy; got != healthy || len(health.TargetHealthDescriptions) != 3 {
			t.Errorf("healthy %v, want %v", got, healthy)
		}
	}
	c.ECS.Service().TaskSets[0].Primary = false
	if c.ECS.Service().Primary() != nil {
		t.Error("there is no PRIMARY task set")
	}
}

func TestRevisions(t *testing.T) {
	c := newAccount()
	newest, err := c.ECS.DescribeTaskDefinition(ctx, &ecs.DescribeTaskDefinitionInput{TaskDefinition: new("app")})
	if err != nil || *newest.TaskDefinition.TaskDefinitionArn != c.ECS.order[1].Arn {
		t.Errorf("%+v, %v", newest, err)
	}
	active, _ := c.ECS.ListTaskDefinitions(ctx, &ecs.ListTaskDefinitionsInput{})
	if len(active.TaskDefinitionArns) != 2 {
		t.Errorf("listed %v", active.TaskDefinitionArns)
	}
	kept, _ := c.ECS.DeleteTaskDefinitions(ctx, &ecs.DeleteTaskDefinitionsInput{TaskDefinitions: active.TaskDefinitionArns})
	if len(kept.Failures) != 2 {
		t.Errorf("deleted an ACTIVE revision: %+v", kept)
	}
}

func TestParameters(t *testing.T) {
	c := newAccount()
	for _, name := range []string{"/b/2", "/b/1", "/a"} {
		_, _ = c.SSM.PutParameter(ctx, &ssm.PutParameterInput{Name: &name, Value: &name})
	}
	below, _ := c.SSM.GetParametersByPath(ctx, &ssm.GetParametersByPathInput{Path: new("/b")})
	if len(below.Parameters) != 2 || *below.Parameters[0].Name != "/b/1" {
		t.Errorf("below /b: %+v", below.Parameters)
	}
	_, _ = c.SSM.DeleteParameters(ctx, &ssm.DeleteParametersInput{Names: []string{"/b/1", "/none"}})
	_, _ = c.SSM.DeleteParameter(ctx, &ssm.DeleteParameterInput{Name: new("/a")})
	if got := c.SSM.Names(); len(got) != 1 {
		t.Errorf("left %v", got)
	}
}
