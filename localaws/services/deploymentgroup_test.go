package services

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/codedeploy"
	cdtypes "github.com/aws/aws-sdk-go-v2/service/codedeploy/types"

	"github.com/aws/aws-sdk-go-v2/service/ecs"
)

func TestGroupsThatAreRefused(t *testing.T) {
	a := newAccount(t, hasty)
	a.service()
	a.application()
	balancer := func(in *codedeploy.CreateDeploymentGroupInput) *cdtypes.TargetGroupPairInfo {
		return &in.LoadBalancerInfo.TargetGroupPairInfoList[0]
	}
	for name, c := range map[string]struct {
		edit func(*codedeploy.CreateDeploymentGroupInput)
		want fault
	}{
		"no such application":   {func(in *codedeploy.CreateDeploymentGroupInput) { in.ApplicationName = new("none") }, fault{"ApplicationDoesNotExistException", "none"}},
		"no name":               {func(in *codedeploy.CreateDeploymentGroupInput) { in.DeploymentGroupName = new("") }, fault{"DeploymentGroupNameRequiredException", ""}},
		"no role":               {func(in *codedeploy.CreateDeploymentGroupInput) { in.ServiceRoleArn = new("") }, fault{"RoleRequiredException", ""}},
		"unknown configuration": {func(in *codedeploy.CreateDeploymentGroupInput) { in.DeploymentConfigName = new("none") }, fault{"DeploymentConfigDoesNotExistException", "none"}},
		"eleven alarms": {func(in *codedeploy.CreateDeploymentGroupInput) {
			in.AlarmConfiguration.Alarms = make([]cdtypes.Alarm, 11)
		}, fault{"AlarmsLimitExceededException", "10"}},
		"no service":      {func(in *codedeploy.CreateDeploymentGroupInput) { in.EcsServices = nil }, fault{"InvalidECSServiceException", "exactly one"}},
		"no such service": {func(in *codedeploy.CreateDeploymentGroupInput) { in.EcsServices[0].ServiceName = new("none") }, fault{"InvalidECSServiceException", "none"}},
		"in place": {func(in *codedeploy.CreateDeploymentGroupInput) {
			in.DeploymentStyle.DeploymentType = cdtypes.DeploymentTypeInPlace
		}, fault{"InvalidDeploymentStyleException", "BLUE_GREEN"}},
		"no load balancer":       {func(in *codedeploy.CreateDeploymentGroupInput) { in.LoadBalancerInfo = nil }, fault{"InvalidTargetGroupPairException", "pair"}},
		"no such target group":   {func(in *codedeploy.CreateDeploymentGroupInput) { balancer(in).TargetGroups[1].Name = new("none") }, fault{"InvalidTargetGroupPairException", "none"}},
		"no production listener": {func(in *codedeploy.CreateDeploymentGroupInput) { balancer(in).ProdTrafficRoute = nil }, fault{"InvalidLoadBalancerInfoException", "production"}},
		"no such listener": {func(in *codedeploy.CreateDeploymentGroupInput) {
			balancer(in).ProdTrafficRoute.ListenerArns[0] = "none"
		}, fault{"InvalidLoadBalancerInfoException", "none"}},
		"no such test listener": {func(in *codedeploy.CreateDeploymentGroupInput) {
			balancer(in).TestTrafficRoute.ListenerArns[0] = "none"
		}, fault{"InvalidLoadBalancerInfoException", "none"}},
	} {
		t.Run(name, func(t *testing.T) {
			in := groupInput()
			c.edit(in)
			_, err := a.deploy.CreateDeploymentGroup(t.Context(), in)
			refused(t, err, c.want.code, c.want.about)
		})
	}
	in := groupInput()
	in.DeploymentConfigName, in.LoadBalancerInfo.TargetGroupPairInfoList[0].TestTrafficRoute, in.BlueGreenDeploymentConfiguration = nil, nil, nil
	must[*codedeploy.CreateDeploymentGroupOutput](t)(a.deploy.CreateDeploymentGroup(t.Context(), in))
	_, err := a.deploy.CreateDeploymentGroup(t.Context(), groupInput())
	refused(t, err, "DeploymentGroupAlreadyExistsException", "app")
	second := groupInput()
	second.DeploymentGroupName = new("second")
	_, err = a.deploy.CreateDeploymentGroup(t.Context(), second)
	refused(t, err, "ECSServiceMappingLimitExceededException", "app")
}

// While green starts, it has no running task; and a service that somebody deletes meanwhile is no obstacle.
func TestGreenStarts(t *testing.T) {
	a := newAccount(t, 1)
	a.cluster()
	must[*ecs.CreateServiceOutput](t)(a.ecs.CreateService(t.Context(), serviceInput()))
	g := &deploymentGroup{service: a.services[0]}
	set := a.services[0].cloud.ECS.Service().TaskSets[0]
	info := &cdtypes.ECSTaskSet{Identifer: &set.ID, TargetGroup: &cdtypes.TargetGroupInfo{Name: new("arn:blue")}}
	if g.label(info, 1, g.sets(), nil); info.PendingCount != 3 || info.RunningCount != 0 {
		t.Errorf("green %+v", info)
	}
	if err := a.stable(t.Context(), "arn:none"); err != nil {
		t.Error(err)
	}
	other := *a.services[0]
	other.cluster = &cluster{}
	a.services = append(a.services, &other)
	if err := a.Look(t.Context()); err != nil { // at alarms, with services that no group releases
		t.Error(err)
	}
}
