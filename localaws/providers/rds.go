package providers

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/rds"

	"payment-processor/localaws/resource"
)

// RDS makes database clusters and instances, and their subnet and parameter groups.
func RDS(config aws.Config) resource.Registry {
	client := rds.NewFromConfig(config)
	clusters, instances, subnets := dbClusters{client}, dbInstances{client}, dbSubnetGroups{client}
	return resource.Registry{
		"AWS::RDS::DBCluster":               operations{clusters.create, clusters.update, clusters.remove},
		"AWS::RDS::DBInstance":              operations{instances.create, instances.update, instances.remove},
		"AWS::RDS::DBSubnetGroup":           operations{subnets.create, subnets.update, subnets.remove},
		"AWS::RDS::DBClusterParameterGroup": clusterParameters(client),
		"AWS::RDS::DBParameterGroup":        instanceParameters(client),
	}
}

func retagRDS(ctx context.Context, client *rds.Client, request resource.Request, kind string) error {
	arn := "arn:aws:rds:" + request.Region + ":" + request.AccountID + ":" + kind + ":" + request.PhysicalID
	return retag(ctx, request, "ResourceName", arn, client.AddTagsToResource, client.RemoveTagsFromResource)
}

// databaseName is a name as RDS keeps it: in lower case.
func databaseName(request resource.Request, property string, longest int) string {
	return strings.ToLower(nameAgain(request, property, longest))
}

// databaseProperties renames what CloudFormation and the API call differently.
func databaseProperties(request resource.Request) map[string]any {
	properties := tagged(request)
	if secret, own := properties["MasterUserSecret"].(map[string]any); own {
		properties["MasterUserSecretKmsKeyId"] = secret["KmsKeyId"]
	}
	for from, to := range map[string]string{"PerformanceInsightsEnabled": "EnablePerformanceInsights", "VPCSecurityGroups": "VpcSecurityGroupIds"} {
		if value, there := properties[from]; there {
			properties[to] = value
		}
	}
	return properties
}

// modified are the properties of a change: at once, exported logs as a difference, and what did not change left out
// where repeating it would do something.
func modified(request resource.Request) map[string]any {
	properties := with(databaseProperties(request), "ApplyImmediately", true)
	delete(properties, "ManageMasterUserPassword")
	if managed := isTrue(request.Properties["ManageMasterUserPassword"]); managed != isTrue(request.Old["ManageMasterUserPassword"]) {
		properties["ManageMasterUserPassword"] = managed
	}
	now, before := flat(properties["EnableCloudwatchLogsExports"]), flat(request.Old["EnableCloudwatchLogsExports"])
	if added, gone := minus(now, before), minus(before, now); len(added)+len(gone) > 0 {
		properties["CloudwatchLogsExportConfiguration"] = map[string]any{"EnableLogTypes": added, "DisableLogTypes": gone}
	}
	return properties
}

// minus are the elements of a list that another has not.
func minus(list, other []any) []any {
	kept := []any{}
	for _, element := range list {
		if !slices.Contains(other, element) {
			kept = append(kept, element)
		}
	}
	return kept
}

type dbClusters struct{ *rds.Client }

func (d dbClusters) create(ctx context.Context, request resource.Request) (resource.Result, error) {
	if err := checkMaster(request.Properties); err != nil {
		return resource.Result{}, err
	}
	request.PhysicalID = databaseName(request, "DBClusterIdentifier", 63)
	if err := run(ctx, d.CreateDBCluster, with(databaseProperties(request), "DBClusterIdentifier", request.PhysicalID)); err != nil {
		return resource.Result{}, err
	}
	return d.describe(ctx, request)
}

// checkMaster refuses a password of two makers.
func checkMaster(properties map[string]any) error {
	if text(properties["ManageMasterUserPassword"]) == "true" && properties["MasterUserPassword"] != nil {
		return said("You can't specify MasterUserPassword for an instance or cluster with ManageMasterUserPassword enabled")
	}
	return nil
}

func (d dbClusters) describe(ctx context.Context, request resource.Request) (resource.Result, error) {
	result := resource.Result{PhysicalID: request.PhysicalID}
	found, err := d.DescribeDBClusters(ctx, &rds.DescribeDBClustersInput{DBClusterIdentifier: &request.PhysicalID})
	if err != nil {
		return result, err
	}
	cluster := found.DBClusters[0]
	result.Attributes = map[string]any{
		"DBClusterArn": *cluster.DBClusterArn, "DBClusterResourceId": aws.ToString(cluster.DbClusterResourceId),
		"Endpoint.Address": aws.ToString(cluster.Endpoint), "Endpoint.Port": strconv.Itoa(int(aws.ToInt32(cluster.Port))),
		"ReadEndpoint.Address": aws.ToString(cluster.ReaderEndpoint),
	}
	if cluster.MasterUserSecret != nil {
		result.Attributes["MasterUserSecret.SecretArn"] = *cluster.MasterUserSecret.SecretArn
	}
	return result, nil
}

func (d dbClusters) update(ctx context.Context, request resource.Request) (resource.Result, error) {
	err := inOrder(
		func() error { return checkMaster(request.Properties) },
		func() error {
			return run(ctx, d.ModifyDBCluster, with(modified(request), "DBClusterIdentifier", request.PhysicalID))
		},
		func() error { return retagRDS(ctx, d.Client, request, "cluster") },
	)
	if err != nil {
		return resource.Result{}, err
	}
	return d.describe(ctx, request)
}

// remove takes no final snapshot: DeletionPolicy is the engine's.
func (d dbClusters) remove(ctx context.Context, request resource.Request) error {
	return run(ctx, d.DeleteDBCluster, map[string]any{"DBClusterIdentifier": request.PhysicalID, "SkipFinalSnapshot": true})
}

type dbInstances struct{ *rds.Client }

func (d dbInstances) create(ctx context.Context, request resource.Request) (resource.Result, error) {
	if err := checkMaster(request.Properties); err != nil {
		return resource.Result{}, err
	}
	request.PhysicalID = databaseName(request, "DBInstanceIdentifier", 63)
	if err := run(ctx, d.CreateDBInstance, with(databaseProperties(request), "DBInstanceIdentifier", request.PhysicalID)); err != nil {
		return resource.Result{}, err
	}
	return d.describe(ctx, request)
}

func (d dbInstances) describe(ctx context.Context, request resource.Request) (resource.Result, error) {
	result := resource.Result{PhysicalID: request.PhysicalID}
	found, err := d.DescribeDBInstances(ctx, &rds.DescribeDBInstancesInput{DBInstanceIdentifier: &request.PhysicalID})
	if err != nil {
		return result, err
	}
	instance := found.DBInstances[0]
	result.Attributes = map[string]any{
		"DBInstanceArn": *instance.DBInstanceArn, "DbiResourceId": aws.ToString(instance.DbiResourceId),
		"Endpoint.Address": aws.ToString(instance.Endpoint.Address), "Endpoint.HostedZoneId": aws.ToString(instance.Endpoint.HostedZoneId),
		"Endpoint.Port": strconv.Itoa(int(aws.ToInt32(instance.Endpoint.Port))),
	}
	if instance.MasterUserSecret != nil {
		result.Attributes["MasterUserSecret.SecretArn"] = *instance.MasterUserSecret.SecretArn
	}
	return result, nil
}

func (d dbInstances) update(ctx context.Context, request resource.Request) (resource.Result, error) {
	properties := modified(request)
	delete(properties, "DBSubnetGroupName") // a change of it replaces, and repeating it is refused
	err := inOrder(
		func() error { return checkMaster(request.Properties) },
		func() error {
			return run(ctx, d.ModifyDBInstance, with(properties, "DBInstanceIdentifier", request.PhysicalID, "DBPortNumber", properties["Port"]))
		},
		func() error { return retagRDS(ctx, d.Client, request, "db") },
	)
	if err != nil {
		return resource.Result{}, err
	}
	return d.describe(ctx, request)
}

func (d dbInstances) remove(ctx context.Context, request resource.Request) error {
	return run(ctx, d.DeleteDBInstance, map[string]any{"DBInstanceIdentifier": request.PhysicalID, "SkipFinalSnapshot": true})
}
