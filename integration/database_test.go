package integration

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/rds"
)

// parts are the stacks of the environment: without a database of our own there is no DatabaseStack.
var parts = []string{"network", "platform", "observability"}

func findParts(ctx context.Context) error {
	name := "payment-processor-database-" + *suffix
	_, err := cloudformation.NewFromConfig(env.aws).DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: &name})
	if err == nil {
		parts = append(parts, "database")
		return nil
	}
	if strings.Contains(err.Error(), "does not exist") {
		return nil
	}
	return err
}

func databaseCreated() bool { return slices.Contains(parts, "database") }

func TestDatabaseIsEncryptedAndRecoverable(t *testing.T) {
	if !databaseCreated() {
		skip(t, "the database is somebody else's")
	}
	wanted := stack(t, "database").the(t, "AWS::RDS::DBCluster")
	answer := ok[*rds.DescribeDBClustersOutput](t)(rds.NewFromConfig(env.aws).DescribeDBClusters(t.Context(), &rds.DescribeDBClustersInput{DBClusterIdentifier: &wanted.Physical}))
	cluster := answer.DBClusters[0]
	if *cluster.Status != "available" || *cluster.Engine != "aurora-postgresql" {
		t.Errorf("the cluster is %s, %s", *cluster.Status, *cluster.Engine)
	}
	if !*cluster.StorageEncrypted || cluster.KmsKeyId == nil {
		t.Error("the cluster is not encrypted with a key of ours")
	}
	if cluster.IAMDatabaseAuthenticationEnabled == nil || !*cluster.IAMDatabaseAuthenticationEnabled {
		t.Error("IAM authentication is off")
	}
	if want := number(t, wanted.Properties["BackupRetentionPeriod"]); int(*cluster.BackupRetentionPeriod) != want {
		t.Errorf("backups are kept %d days, want %d", *cluster.BackupRetentionPeriod, want)
	}
	if want, _ := wanted.Properties["DeletionProtection"].(bool); cluster.DeletionProtection == nil || *cluster.DeletionProtection != want {
		t.Errorf("deletion protection is %v, want %v", cluster.DeletionProtection, want)
	}
	if len(cluster.DBClusterMembers) != len(stack(t, "database").all(t, "AWS::RDS::DBInstance")) {
		t.Errorf("the cluster has %d instances", len(cluster.DBClusterMembers))
	}
}

// The subnets of the database have no way out: only the VPC's own addresses are routed.
func TestDatabaseIsIsolated(t *testing.T) {
	if !databaseCreated() {
		skip(t, "the database is somebody else's")
	}
	name := stack(t, "database").the(t, "AWS::RDS::DBSubnetGroup").Physical
	groups := ok[*rds.DescribeDBSubnetGroupsOutput](t)(rds.NewFromConfig(env.aws).DescribeDBSubnetGroups(t.Context(), &rds.DescribeDBSubnetGroupsInput{DBSubnetGroupName: &name}))
	zones := map[string]bool{}
	client, filter := ec2.NewFromConfig(env.aws), "association.subnet-id"
	for _, subnet := range groups.DBSubnetGroups[0].Subnets {
		zones[*subnet.SubnetAvailabilityZone.Name] = true
		tables := ok[*ec2.DescribeRouteTablesOutput](t)(client.DescribeRouteTables(t.Context(), &ec2.DescribeRouteTablesInput{
			Filters: []types.Filter{{Name: &filter, Values: []string{*subnet.SubnetIdentifier}}},
		})).RouteTables
		if len(tables) != 1 {
			t.Errorf("subnet %s has %d route tables of its own", *subnet.SubnetIdentifier, len(tables))
			continue
		}
		for _, route := range tables[0].Routes {
			// The gateway endpoint of S3 is in the VPC: CloudFormation's answers leave by it.
			if gateway := aws.ToString(route.GatewayId); gateway != "local" && !strings.HasPrefix(gateway, "vpce-") {
				t.Errorf("subnet %s has a route that leaves the VPC: %+v", *subnet.SubnetIdentifier, route)
			}
		}
	}
	if len(zones) < 2 {
		t.Errorf("the database's subnets are in %d zones", len(zones))
	}
}

func TestTasksReachTheDatabase(t *testing.T) {
	onlyLive(t, "no task runs; the hook's answer stands for it: a release that cannot reach its database fails")
	TestServiceIsActive(t)
}
