package services

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"payment-processor/localaws/internal/localtest"
	"payment-processor/localaws/wire"
	"payment-processor/simulation/cloud"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/codedeploy"
	cdtypes "github.com/aws/aws-sdk-go-v2/service/codedeploy/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/smithy-go"
)

// account is a model with clients of the SDK before it.
type account struct {
	*Model
	t      *testing.T
	beside *neighbourhood
	ecs    *ecs.Client
	deploy *codedeploy.Client
	config aws.Config
	events chan string
}

// hasty makes an hour a millisecond.
const hasty = 3_600_000

func newAccount(t *testing.T, speed float64) *account {
	t.Helper()
	a := &account{t: t, events: make(chan string, 1000), beside: &neighbourhood{
		listeners: map[string][]cloud.Weight{"production": {{TargetGroup: "arn:blue", Weight: 100}}, "test": {{TargetGroup: "arn:green", Weight: 100}}},
		groups: []TargetGroup{
			{"arn:blue", "blue", true, "ip"}, {"arn:green", "green", true, "ip"}, {"arn:loose", "loose", false, "ip"}, {"arn:instances", "instances", true, "instance"},
		},
		alarms: map[string]string{"gate": "OK", "other": "OK"}, fail: map[string]error{}, scaling: map[string]Scaling{},
	}}
	a.Model = New(Options{
		Neighbours: a.beside, Account: "123456789012", Region: "us-east-2", Speed: speed,
		Emit: func(source, kind string, _ []string, detail map[string]any) {
			state := fmt.Sprint(detail["state"])
			a.events <- source + " " + kind + " " + state
		},
	})
	a.config = localtest.Config(localtest.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.Header.Get("X-Amz-Target"), "CodeDeploy") {
			wire.Serve(a.CodeDeploy()).ServeHTTP(w, r)
			return
		}
		wire.Serve(a.ECS()).ServeHTTP(w, r)
	})))
	t.Cleanup(a.Stop)
	a.ecs, a.deploy = ecs.NewFromConfig(a.config), codedeploy.NewFromConfig(a.config)
	a.beside.invoked = a.succeed
	return a
}

// succeed is a hook that finds everything well.
func (a *account) succeed(_ string, event map[string]string) error {
	id, execution := event["DeploymentId"], event["LifecycleEventHookExecutionId"]
	_, err := a.deploy.PutLifecycleEventHookExecutionStatus(context.Background(), &codedeploy.PutLifecycleEventHookExecutionStatusInput{
		DeploymentId: &id, LifecycleEventHookExecutionId: &execution, Status: cdtypes.LifecycleEventStatusSucceeded,
	})
	return err
}

func must[T any](t *testing.T) func(out T, err error) T {
	return func(out T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
}

// refused fails the test unless the error is AWS's refusal with that code, about what the text says.
func refused(t *testing.T, err error, code, about string) {
	t.Helper()
	var refusal smithy.APIError
	if !errors.As(err, &refusal) || refusal.ErrorCode() != code || !strings.Contains(err.Error(), about) {
		t.Errorf("got %v, want %s about %q", err, code, about)
	}
}

// cluster makes one with Fargate and two revisions of a task definition.
func (a *account) cluster() {
	a.t.Helper()
	must[*ecs.CreateClusterOutput](a.t)(a.ecs.CreateCluster(a.t.Context(), &ecs.CreateClusterInput{ClusterName: new("app"), CapacityProviders: []string{"FARGATE", "FARGATE_SPOT"}}))
	for range 2 {
		must[*ecs.RegisterTaskDefinitionOutput](a.t)(a.ecs.RegisterTaskDefinition(a.t.Context(), taskInput()))
	}
}

// service makes a stable service too.
func (a *account) service(edit ...func(*ecs.CreateServiceInput)) {
	a.t.Helper()
	a.cluster()
	in := serviceInput()
	for _, e := range edit {
		e(in)
	}
	made := must[*ecs.CreateServiceOutput](a.t)(a.ecs.CreateService(a.t.Context(), in))
	if err := a.stable(a.t.Context(), *made.Service.ServiceArn); err != nil {
		a.t.Fatal(err)
	}
}

// group makes a deployment group for the service as well.
func (a *account) group() {
	a.t.Helper()
	a.service()
	a.application()
	must[*codedeploy.CreateDeploymentGroupOutput](a.t)(a.deploy.CreateDeploymentGroup(a.t.Context(), groupInput()))
}

func (a *account) application() {
	a.t.Helper()
	must[*codedeploy.CreateApplicationOutput](a.t)(a.deploy.CreateApplication(a.t.Context(), &codedeploy.CreateApplicationInput{ApplicationName: new("app"), ComputePlatform: cdtypes.ComputePlatformEcs}))
}

// release starts a deployment of a revision.
func (a *account) release(revision int) (string, error) {
	out, err := a.deploy.CreateDeployment(a.t.Context(), &codedeploy.CreateDeploymentInput{
		ApplicationName: new("app"), DeploymentGroupName: new("app"), Description: new("a release"),
		Revision: &cdtypes.RevisionLocation{RevisionType: cdtypes.RevisionLocationTypeAppSpecContent, AppSpecContent: &cdtypes.AppSpecContent{Content: new(fmt.Sprintf(
			`{"version":"0.0","Resources":[{"TargetService":{"Type":"AWS::ECS::Service","Properties":{"TaskDefinition":"arn:aws:ecs:us-east-2:123456789012:task-definition/app:%d",`+
				`"CapacityProviderStrategy":[{"CapacityProvider":"FARGATE","Base":2,"Weight":1},{"CapacityProvider":"FARGATE_SPOT","Weight":4}]}}}],"Hooks":[{"BeforeAllowTraffic":"hook"}]}`, revision))}},
	})
	if err != nil {
		return "", err
	}
	return *out.DeploymentId, nil
}

// ended waits for the end of the deployment, and of its rollback.
func (a *account) ended() {
	a.t.Helper()
	ctx, cancel := context.WithTimeout(a.t.Context(), 20*time.Second)
	defer cancel()
	if err := a.await(ctx, func() bool { return a.services[0].cloud.CodeDeploy.InFlight() == nil }); err != nil {
		a.t.Fatal(err)
	}
}

func (a *account) status(id string) *cdtypes.DeploymentInfo {
	a.t.Helper()
	return must[*codedeploy.GetDeploymentOutput](a.t)(a.deploy.GetDeployment(a.t.Context(), &codedeploy.GetDeploymentInput{DeploymentId: &id})).DeploymentInfo
}

func (a *account) described() types.Service {
	a.t.Helper()
	return must[*ecs.DescribeServicesOutput](a.t)(a.ecs.DescribeServices(a.t.Context(), &ecs.DescribeServicesInput{Cluster: new("app"), Services: []string{"app"}, Include: []types.ServiceField{types.ServiceFieldTags}})).Services[0]
}

type fault struct {
	code, about string
}

func (a *account) faulty(method, body string) int {
	w := httptest.NewRecorder()
	a.FaultsHandler(w, httptest.NewRequest(method, "/_localaws/model", strings.NewReader(body)))
	return w.Code
}
