package services

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/codedeploy"
	cdtypes "github.com/aws/aws-sdk-go-v2/service/codedeploy/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// The CLI and other tools look around with these.
func TestLookAround(t *testing.T) {
	a := newAccount(t, hasty)
	a.group()
	ctx := t.Context()
	clusters := must[*ecs.DescribeClustersOutput](t)(a.ecs.DescribeClusters(ctx, &ecs.DescribeClustersInput{Clusters: []string{"app", "none"}, Include: []types.ClusterField{types.ClusterFieldTags}}))
	if len(clusters.Failures) != 1 || clusters.Clusters[0].ActiveServicesCount != 1 || clusters.Clusters[0].RunningTasksCount != 3 {
		t.Errorf("clusters %+v", clusters)
	}
	if none := must[*ecs.DescribeClustersOutput](t)(a.ecs.DescribeClusters(ctx, &ecs.DescribeClustersInput{})); len(none.Failures) != 1 {
		t.Errorf("the default cluster: %+v", none)
	}
	again := must[*ecs.CreateClusterOutput](t)(a.ecs.CreateCluster(ctx, &ecs.CreateClusterInput{ClusterName: new("app")}))
	if len(again.Cluster.CapacityProviders) != 2 {
		t.Error("creating a cluster again must answer with the one there is")
	}
	connected := must[*ecs.CreateClusterOutput](t)(a.ecs.CreateCluster(ctx, &ecs.CreateClusterInput{ServiceConnectDefaults: &types.ClusterServiceConnectDefaultsRequest{Namespace: new("n")}}))
	if *connected.Cluster.ClusterName != "default" || *connected.Cluster.ServiceConnectDefaults.Namespace != "n" {
		t.Errorf("cluster %+v", connected.Cluster)
	}
	if all := must[*ecs.ListClustersOutput](t)(a.ecs.ListClusters(ctx, &ecs.ListClustersInput{})); len(all.ClusterArns) != 2 {
		t.Errorf("clusters %v", all.ClusterArns)
	}
	if all := must[*ecs.ListServicesOutput](t)(a.ecs.ListServices(ctx, &ecs.ListServicesInput{Cluster: new("app")})); len(all.ServiceArns) != 1 {
		t.Errorf("services %v", all.ServiceArns)
	}
	missing := must[*ecs.DescribeServicesOutput](t)(a.ecs.DescribeServices(ctx, &ecs.DescribeServicesInput{Cluster: new("app"), Services: []string{"none"}}))
	if len(missing.Failures) != 1 || *missing.Failures[0].Reason != "MISSING" {
		t.Errorf("service %+v", missing)
	}
	_, err := a.ecs.DescribeServices(ctx, &ecs.DescribeServicesInput{Cluster: new("app"), Services: make([]string, 11)})
	refused(t, err, "InvalidParameterException", "11")

	arn := clusters.Clusters[0].ClusterArn
	must[*ecs.TagResourceOutput](t)(a.ecs.TagResource(ctx, &ecs.TagResourceInput{ResourceArn: arn, Tags: []types.Tag{{Key: new("a"), Value: new("1")}, {Key: new("b"), Value: new("2")}}}))
	must[*ecs.UntagResourceOutput](t)(a.ecs.UntagResource(ctx, &ecs.UntagResourceInput{ResourceArn: arn, TagKeys: []string{"a"}}))
	if tags := must[*ecs.ListTagsForResourceOutput](t)(a.ecs.ListTagsForResource(ctx, &ecs.ListTagsForResourceInput{ResourceArn: arn})); len(tags.Tags) != 1 || *tags.Tags[0].Key != "b" {
		t.Errorf("tags %+v", tags.Tags)
	}
	application := new("arn:aws:codedeploy:us-east-2:123456789012:application:app")
	must[*codedeploy.TagResourceOutput](t)(a.deploy.TagResource(ctx, &codedeploy.TagResourceInput{ResourceArn: application, Tags: []cdtypes.Tag{{Key: new("a"), Value: new("1")}, {Key: new("b"), Value: new("2")}}}))
	must[*codedeploy.UntagResourceOutput](t)(a.deploy.UntagResource(ctx, &codedeploy.UntagResourceInput{ResourceArn: application, TagKeys: []string{"a"}}))
	if tags := must[*codedeploy.ListTagsForResourceOutput](t)(a.deploy.ListTagsForResource(ctx, &codedeploy.ListTagsForResourceInput{ResourceArn: application})); len(tags.Tags) != 1 {
		t.Errorf("tags %+v", tags.Tags)
	}
	if got := must[*codedeploy.GetApplicationOutput](t)(a.deploy.GetApplication(ctx, &codedeploy.GetApplicationInput{ApplicationName: new("app")})); got.Application.ComputePlatform != cdtypes.ComputePlatformEcs {
		t.Errorf("application %+v", got.Application)
	}
	if all := must[*codedeploy.ListApplicationsOutput](t)(a.deploy.ListApplications(ctx, &codedeploy.ListApplicationsInput{})); len(all.Applications) != 1 {
		t.Errorf("applications %v", all.Applications)
	}
	if all := must[*codedeploy.ListDeploymentGroupsOutput](t)(a.deploy.ListDeploymentGroups(ctx, &codedeploy.ListDeploymentGroupsInput{ApplicationName: new("app")})); len(all.DeploymentGroups) != 1 {
		t.Errorf("groups %v", all.DeploymentGroups)
	}
	_, err = a.deploy.GetDeploymentGroup(ctx, &codedeploy.GetDeploymentGroupInput{ApplicationName: new("app"), DeploymentGroupName: new("none")})
	refused(t, err, "DeploymentGroupDoesNotExistException", "none")
	_, err = a.deploy.CreateApplication(ctx, &codedeploy.CreateApplicationInput{ApplicationName: new("app"), ComputePlatform: cdtypes.ComputePlatformEcs})
	refused(t, err, "ApplicationAlreadyExistsException", "app")
	for application, want := range map[string]bool{"app": true, "none": true} {
		out, err := a.deploy.ListDeployments(ctx, &codedeploy.ListDeploymentsInput{ApplicationName: &application})
		if (err == nil) != want || err == nil && len(out.Deployments) != 0 {
			t.Errorf("deployments of %s: %v, %v", application, out, err)
		}
	}
	if _, err := a.deploy.ListDeployments(ctx, &codedeploy.ListDeploymentsInput{}); err != nil {
		t.Error(err)
	}
	must[*codedeploy.DeleteApplicationOutput](t)(a.deploy.DeleteApplication(ctx, &codedeploy.DeleteApplicationInput{ApplicationName: new("app")}))
	if a.services[0].group != nil {
		t.Error("the service still belongs to a group that is gone")
	}
}
