package release

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"payment-processor/lambda/deployment"
	"payment-processor/lambda/internal/awstest"
	"payment-processor/lambda/probe"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	cloudformationtypes "github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/aws-sdk-go-v2/service/codedeploy"
	codedeploytypes "github.com/aws/aws-sdk-go-v2/service/codedeploy/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

const (
	v1 = "arn:aws:ecs:us-east-2:111122223333:task-definition/payment:1"
	v2 = "arn:aws:ecs:us-east-2:111122223333:task-definition/payment:2"
)

// account is AWS as far as Release sees it: a service in a quiet moment, unless a test says otherwise.
type account struct {
	awstest.Cloud
	stack     string
	listener  []elbtypes.Action
	revisions map[string]ecstypes.TaskDefinitionStatus
	created   []*codedeploy.CreateDeploymentInput
	modified  []*elasticloadbalancingv2.ModifyListenerInput
	target    *codedeploytypes.DeploymentTarget
	now       time.Time
	updated   *time.Time                               // when the stack's last update began
	targets   int                                      // behind each target group
	answers   func(address, path string) (int, string) // of the tasks; nil: well
	probed    []probe.Request
}

func running(taskDefinition, targetGroup string) *account {
	return &account{
		Cloud: awstest.Cloud{Fail: map[string]error{}, Services: []ecstypes.Service{{TaskSets: []ecstypes.TaskSet{{
			Status: new("PRIMARY"), TaskDefinition: &taskDefinition, RunningCount: 3, ComputedDesiredCount: 3,
			LoadBalancers: []ecstypes.LoadBalancer{{TargetGroupArn: &targetGroup}},
		}}}}},
		stack: "UPDATE_IN_PROGRESS", targets: 3,
		listener: forwardTo(targetGroup),
		revisions: map[string]ecstypes.TaskDefinitionStatus{
			v1: ecstypes.TaskDefinitionStatusActive, v2: ecstypes.TaskDefinitionStatusActive,
		},
		now: noon,
	}
}

func forwardTo(targetGroup string) []elbtypes.Action {
	return []elbtypes.Action{{Type: elbtypes.ActionTypeEnumForward, TargetGroupArn: &targetGroup}}
}

func (a *account) handler() Handler {
	return Handler{CodeDeploy: a, ECS: a, ELB: a, CloudFormation: a, Lambda: a, Parameters: a, Now: func() time.Time { return a.now }}
}

// request sends a request through OnEvent and returns the event that IsComplete is polled with.
func (a *account) request(t *testing.T, id, kind, wanted, old string) Event {
	t.Helper()
	event := Event{RequestType: kind, RequestID: id, StackID: "stack", Properties: wanting(wanted), OldProperties: wanting(old)}
	response, err := a.handler().OnEvent(t.Context(), event)
	if err != nil {
		t.Fatalf("onEvent: %v", err)
	}
	event.PhysicalResourceID, event.Receipt = response.PhysicalResourceID, response.Receipt
	return event
}

// poll returns isComplete's answer; an error is its text.
func (a *account) poll(t *testing.T, event Event) (bool, string) {
	t.Helper()
	done, err := a.handler().IsComplete(t.Context(), event)
	if err != nil {
		return false, err.Error()
	}
	return done.IsComplete, ""
}

func wanting(taskDefinition string) Properties {
	return Properties{
		Cluster: "cluster", Service: "service", Application: "application", DeploymentGroup: "group",
		TaskDefinition: taskDefinition, Listener: "listener", Parameter: "/release", Probe: "probe", Paths: []string{"/health", "/ready"},
		AppSpec: `{"version": 0.0, "Resources": [{"TargetService": {"Type": "AWS::ECS::Service", "Properties": {` +
			`"TaskDefinition": "` + taskDefinition + `", "CapacityProviderStrategy": [{"CapacityProvider": "FARGATE"}]}}}]}`,
	}
}

// deployment adds a deployment and returns it for changes.
func (a *account) deployment(id string, status codedeploytypes.DeploymentStatus, description string) *codedeploytypes.DeploymentInfo {
	a.Deployments = append(a.Deployments, codedeploytypes.DeploymentInfo{
		DeploymentId: &id, Status: status, Description: &description, CreateTime: new(a.now), CompleteTime: new(a.now),
	})
	return &a.Deployments[len(a.Deployments)-1]
}

func release(request string) string { return deployment.Describe(request, "payment:2", false) }

func (a *account) CreateDeployment(_ context.Context, in *codedeploy.CreateDeploymentInput, _ ...func(*codedeploy.Options)) (*codedeploy.CreateDeploymentOutput, error) {
	if err := a.Call("CreateDeployment", *in.ApplicationName+"/"+*in.DeploymentGroupName); err != nil {
		return nil, err
	}
	a.created = append(a.created, in)
	a.deployment("d-created", codedeploytypes.DeploymentStatusCreated, *in.Description)
	return &codedeploy.CreateDeploymentOutput{DeploymentId: new("d-created")}, nil
}

func (a *account) GetDeploymentTarget(_ context.Context, in *codedeploy.GetDeploymentTargetInput, _ ...func(*codedeploy.Options)) (*codedeploy.GetDeploymentTargetOutput, error) {
	return &codedeploy.GetDeploymentTargetOutput{DeploymentTarget: a.target}, a.Call("GetDeploymentTarget", *in.TargetId)
}

func (a *account) DescribeTaskDefinition(_ context.Context, in *ecs.DescribeTaskDefinitionInput, _ ...func(*ecs.Options)) (*ecs.DescribeTaskDefinitionOutput, error) {
	if err := a.Call("DescribeTaskDefinition", *in.TaskDefinition); err != nil {
		return nil, err
	}
	status := a.revisions[*in.TaskDefinition]
	return &ecs.DescribeTaskDefinitionOutput{TaskDefinition: &ecstypes.TaskDefinition{Status: status}}, nil
}

func (a *account) ListTaskDefinitions(_ context.Context, in *ecs.ListTaskDefinitionsInput, _ ...func(*ecs.Options)) (*ecs.ListTaskDefinitionsOutput, error) {
	if err := a.Call("ListTaskDefinitions", *in.FamilyPrefix+" "+string(in.Status)); err != nil {
		return nil, err
	}
	var arns []string
	for arn, status := range a.revisions {
		if status == in.Status && family(arn) == *in.FamilyPrefix {
			arns = append(arns, arn)
		}
	}
	slices.Sort(arns)
	slices.Reverse(arns)
	page, next := a.Cut(arns, in.NextToken)
	return &ecs.ListTaskDefinitionsOutput{TaskDefinitionArns: page, NextToken: next}, nil
}

func (a *account) DeregisterTaskDefinition(_ context.Context, in *ecs.DeregisterTaskDefinitionInput, _ ...func(*ecs.Options)) (*ecs.DeregisterTaskDefinitionOutput, error) {
	if err := a.Call("DeregisterTaskDefinition", *in.TaskDefinition); err != nil {
		return nil, err
	}
	a.revisions[*in.TaskDefinition] = ecstypes.TaskDefinitionStatusInactive
	return &ecs.DeregisterTaskDefinitionOutput{}, nil
}

func (a *account) DeleteTaskDefinitions(_ context.Context, in *ecs.DeleteTaskDefinitionsInput, _ ...func(*ecs.Options)) (*ecs.DeleteTaskDefinitionsOutput, error) {
	if err := a.Call("DeleteTaskDefinitions", ""); err != nil {
		return nil, err
	}
	for _, arn := range in.TaskDefinitions {
		delete(a.revisions, arn)
	}
	return &ecs.DeleteTaskDefinitionsOutput{}, nil
}

func (a *account) DescribeListeners(_ context.Context, in *elasticloadbalancingv2.DescribeListenersInput, _ ...func(*elasticloadbalancingv2.Options)) (*elasticloadbalancingv2.DescribeListenersOutput, error) {
	if err := a.Call("DescribeListeners", in.ListenerArns[0]); err != nil {
		return nil, err
	}
	if a.listener == nil {
		return &elasticloadbalancingv2.DescribeListenersOutput{}, nil
	}
	return &elasticloadbalancingv2.DescribeListenersOutput{Listeners: []elbtypes.Listener{{DefaultActions: a.listener}}}, nil
}

func (a *account) ModifyListener(_ context.Context, in *elasticloadbalancingv2.ModifyListenerInput, _ ...func(*elasticloadbalancingv2.Options)) (*elasticloadbalancingv2.ModifyListenerOutput, error) {
	if err := a.Call("ModifyListener", *in.ListenerArn); err != nil {
		return nil, err
	}
	a.modified = append(a.modified, in)
	a.listener = in.DefaultActions
	return &elasticloadbalancingv2.ModifyListenerOutput{}, nil
}

func (a *account) DescribeTargetGroups(_ context.Context, in *elasticloadbalancingv2.DescribeTargetGroupsInput, _ ...func(*elasticloadbalancingv2.Options)) (*elasticloadbalancingv2.DescribeTargetGroupsOutput, error) {
	group := strings.Join(append(in.Names, in.TargetGroupArns...), ",")
	if err := a.Call("DescribeTargetGroups", group); err != nil {
		return nil, err
	}
	return &elasticloadbalancingv2.DescribeTargetGroupsOutput{TargetGroups: []elbtypes.TargetGroup{{TargetGroupArn: &group}}}, nil
}

func (a *account) DescribeTargetHealth(_ context.Context, in *elasticloadbalancingv2.DescribeTargetHealthInput, _ ...func(*elasticloadbalancingv2.Options)) (*elasticloadbalancingv2.DescribeTargetHealthOutput, error) {
	if err := a.Call("DescribeTargetHealth", *in.TargetGroupArn); err != nil {
		return nil, err
	}
	out := &elasticloadbalancingv2.DescribeTargetHealthOutput{}
	for i := range a.targets {
		out.TargetHealthDescriptions = append(out.TargetHealthDescriptions, elbtypes.TargetHealthDescription{
			Target:       &elbtypes.TargetDescription{Id: new(fmt.Sprintf("10.0.1.%d", i+1)), Port: new(int32(8080))},
			TargetHealth: &elbtypes.TargetHealth{State: elbtypes.TargetHealthStateEnumHealthy},
		})
	}
	return out, nil
}

func (a *account) Invoke(_ context.Context, in *lambda.InvokeInput, _ ...func(*lambda.Options)) (*lambda.InvokeOutput, error) {
	if err := a.Call("Invoke", *in.FunctionName); err != nil {
		return nil, err
	}
	var request probe.Request
	_ = json.Unmarshal(in.Payload, &request)
	a.probed = append(a.probed, request)
	var response probe.Response
	for _, target := range request.Targets {
		for _, path := range request.Paths {
			status, detail := 200, "ok"
			if a.answers != nil {
				status, detail = a.answers(target.Address, path)
			}
			response.Results = append(response.Results, probe.Result{Target: target, Path: path, Status: status, Detail: detail})
		}
	}
	payload, _ := json.Marshal(response)
	return &lambda.InvokeOutput{Payload: payload}, nil
}

func (a *account) DescribeStacks(_ context.Context, in *cloudformation.DescribeStacksInput, _ ...func(*cloudformation.Options)) (*cloudformation.DescribeStacksOutput, error) {
	if err := a.Call("DescribeStacks", *in.StackName); err != nil {
		return nil, err
	}
	if a.stack == "" {
		return &cloudformation.DescribeStacksOutput{}, nil
	}
	status := cloudformationtypes.StackStatus(a.stack)
	return &cloudformation.DescribeStacksOutput{Stacks: []cloudformationtypes.Stack{{StackStatus: status, LastUpdatedTime: a.updated}}}, nil
}
