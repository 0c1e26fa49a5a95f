package services

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/codedeploy"
	cdtypes "github.com/aws/aws-sdk-go-v2/service/codedeploy/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
)

// Each operation refuses what is not there.
func TestWhatIsNotThere(t *testing.T) {
	a := newAccount(t, hasty)
	ctx, none := t.Context(), new("none")
	for code, calls := range map[string][]error{
		"ClusterNotFoundException": {
			failure(a.ecs.DescribeServices(ctx, &ecs.DescribeServicesInput{Cluster: none, Services: []string{"app"}})),
			failure(a.ecs.ListServices(ctx, &ecs.ListServicesInput{})),
			failure(a.ecs.ListTasks(ctx, &ecs.ListTasksInput{})),
			failure(a.ecs.DescribeTasks(ctx, &ecs.DescribeTasksInput{Tasks: []string{"1"}})),
			failure(a.ecs.UpdateCluster(ctx, &ecs.UpdateClusterInput{Cluster: none})),
			failure(a.ecs.DeleteCluster(ctx, &ecs.DeleteClusterInput{Cluster: none})),
			failure(a.ecs.DeleteService(ctx, &ecs.DeleteServiceInput{Cluster: none, Service: none})),
		},
		"ClientException": {
			failure(a.ecs.DescribeTaskDefinition(ctx, &ecs.DescribeTaskDefinitionInput{TaskDefinition: none})),
			failure(a.ecs.DeregisterTaskDefinition(ctx, &ecs.DeregisterTaskDefinitionInput{TaskDefinition: none})),
		},
		"InvalidParameterException": {
			failure(a.ecs.DeleteTaskDefinitions(ctx, &ecs.DeleteTaskDefinitionsInput{TaskDefinitions: make([]string, 11)})),
		},
		"UnknownOperationException": {
			failure(a.ecs.ListAccountSettings(ctx, &ecs.ListAccountSettingsInput{})),
		},
		"ApplicationDoesNotExistException": {
			failure(a.deploy.GetApplication(ctx, &codedeploy.GetApplicationInput{ApplicationName: none})),
			failure(a.deploy.ListDeploymentGroups(ctx, &codedeploy.ListDeploymentGroupsInput{ApplicationName: none})),
			failure(a.deploy.GetDeploymentGroup(ctx, &codedeploy.GetDeploymentGroupInput{ApplicationName: none, DeploymentGroupName: none})),
			failure(a.deploy.UpdateDeploymentGroup(ctx, &codedeploy.UpdateDeploymentGroupInput{ApplicationName: none, CurrentDeploymentGroupName: none})),
			failure(a.deploy.CreateDeployment(ctx, &codedeploy.CreateDeploymentInput{ApplicationName: none})),
			failure(a.deploy.ListDeployments(ctx, &codedeploy.ListDeploymentsInput{ApplicationName: none, DeploymentGroupName: none})),
		},
		"DeploymentConfigDoesNotExistException": {
			failure(a.deploy.GetDeploymentConfig(ctx, &codedeploy.GetDeploymentConfigInput{DeploymentConfigName: none})),
		},
		"DeploymentDoesNotExistException": {
			failure(a.deploy.StopDeployment(ctx, &codedeploy.StopDeploymentInput{DeploymentId: none})),
			failure(a.deploy.GetDeployment(ctx, &codedeploy.GetDeploymentInput{DeploymentId: none})),
			failure(a.deploy.ListDeploymentTargets(ctx, &codedeploy.ListDeploymentTargetsInput{DeploymentId: none})),
			failure(a.deploy.GetDeploymentTarget(ctx, &codedeploy.GetDeploymentTargetInput{DeploymentId: none, TargetId: none})),
			failure(a.deploy.PutLifecycleEventHookExecutionStatus(ctx, &codedeploy.PutLifecycleEventHookExecutionStatusInput{DeploymentId: none})),
		},
		"BatchLimitExceededException": {
			failure(a.deploy.BatchGetDeployments(ctx, &codedeploy.BatchGetDeploymentsInput{DeploymentIds: make([]string, 26)})),
		},
		"ApplicationNameRequiredException": {
			failure(a.deploy.CreateApplication(ctx, &codedeploy.CreateApplicationInput{ApplicationName: new("")})),
		},
		"InvalidComputePlatformException": {
			failure(a.deploy.CreateApplication(ctx, &codedeploy.CreateApplicationInput{ApplicationName: none, ComputePlatform: cdtypes.ComputePlatformServer})),
		},
	} {
		for i, err := range calls {
			if err == nil {
				t.Errorf("nobody refuses call %d, which wants %s", i, code)
				continue
			}
			refused(t, err, code, "")
		}
	}
	if _, err := a.deploy.DeleteApplication(ctx, &codedeploy.DeleteApplicationInput{ApplicationName: none}); err != nil {
		t.Error(err)
	}
	if _, err := a.deploy.DeleteDeploymentGroup(ctx, &codedeploy.DeleteDeploymentGroupInput{ApplicationName: none, DeploymentGroupName: none}); err != nil {
		t.Error(err)
	}
}

// failure is the error of a call whose answer nobody reads.
func failure[T any](_ T, err error) error { return err }
