package providers

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/rds"

	"payment-processor/localaws/resource"
)

func databaseCluster(pairs ...any) map[string]any {
	return with(map[string]any{"Engine": "aurora-postgresql", "EngineVersion": "16.4", "MasterUsername": "postgres", "ManageMasterUserPassword": true,
		"ServerlessV2ScalingConfiguration": map[string]any{"MinCapacity": 0.5, "MaxCapacity": "4"}, "Port": 5432, "StorageEncrypted": true}, pairs...)
}

func databaseInstance(pairs ...any) map[string]any {
	return with(map[string]any{"Engine": "mysql", "DBInstanceClass": "db.t3.medium", "AllocatedStorage": "20", "MasterUsername": "root",
		"ManageMasterUserPassword": true}, pairs...)
}

func TestDatabaseCluster(t *testing.T) {
	client := rds.NewFromConfig(local(t))
	life{
		kind: "AWS::RDS::DBCluster",
		properties: func(unique string) map[string]any {
			return databaseCluster("DBClusterIdentifier", "Cluster-"+unique, "EnableCloudwatchLogsExports", []any{"postgresql"},
				"BackupRetentionPeriod", 7, "Tags", tag("a", "b"), "MasterUserSecret", map[string]any{"KmsKeyId": "alias/aws/secretsmanager"})
		},
		changes: []func(map[string]any){func(p map[string]any) {
			p["BackupRetentionPeriod"], p["Tags"] = 14, tag("c", "d")
			p["EnableCloudwatchLogsExports"] = []any{"instance"}
			p["ServerlessV2ScalingConfiguration"] = map[string]any{"MinCapacity": 1, "MaxCapacity": 8}
		}},
		check: func(t *testing.T, step int, result resource.Result) {
			host := result.Attributes["Endpoint.Address"].(string)
			if host != strings.ToLower(host) || result.Attributes["Endpoint.Port"] != "5432" ||
				!strings.Contains(result.Attributes["ReadEndpoint.Address"].(string), "cluster-ro-") {
				t.Errorf("attributes: %v", result.Attributes)
			}
			value, _ := secretValue(t, result.Attributes["MasterUserSecret.SecretArn"].(string))
			if !strings.Contains(value, `"username"`) {
				t.Error("the master's secret has no username")
			}
			found, err := client.DescribeDBClusters(t.Context(), &rds.DescribeDBClustersInput{DBClusterIdentifier: &result.PhysicalID})
			if err != nil {
				t.Fatal(err)
			}
			cluster := found.DBClusters[0]
			if *cluster.BackupRetentionPeriod != []int32{7, 14}[step] || *cluster.ServerlessV2ScalingConfiguration.MaxCapacity != []float64{4, 8}[step] {
				t.Errorf("step %d: %d days, %v", step, *cluster.BackupRetentionPeriod, cluster.ServerlessV2ScalingConfiguration)
			}
		},
	}.live(t)
	life{
		kind: "AWS::RDS::DBCluster",
		properties: func(string) map[string]any {
			properties := databaseCluster("MasterUserPassword", "frozen-and-long")
			delete(properties, "ManageMasterUserPassword")
			return properties
		},
		changes: []func(map[string]any){func(p map[string]any) {
			delete(p, "MasterUserPassword")
			p["ManageMasterUserPassword"] = true
		}},
		check: func(t *testing.T, step int, result resource.Result) {
			if _, there := result.Attributes["MasterUserSecret.SecretArn"]; there != (step == 1) {
				t.Errorf("step %d: attributes %v", step, result.Attributes)
			}
		},
	}.live(t)
	refused(t, "AWS::RDS::DBCluster", "MasterUserPassword", databaseCluster("MasterUserPassword", "secret"))
	protected := databaseCluster("DeletionProtection", true)
	request := asked("AWS::RDS::DBCluster", protected)
	provider := providerOf(t, request.Type)
	result, err := provider.Create(t.Context(), request)
	if err != nil {
		t.Fatal(err)
	}
	request = updated(request, result, with(protected, "DeletionProtection", false))
	if err := provider.Delete(t.Context(), request); err == nil {
		t.Error("a protected cluster was deleted")
	}
	if _, err := provider.Update(t.Context(), request); err != nil {
		t.Fatal(err)
	}
	if err := provider.Delete(t.Context(), request); err != nil {
		t.Error(err)
	}
}

func TestDatabaseInstance(t *testing.T) {
	_, subnets, group := network(t)
	subnetGroup := made(t, "AWS::RDS::DBSubnetGroup", map[string]any{"DBSubnetGroupDescription": "two", "SubnetIds": subnets}).PhysicalID
	life{
		kind: "AWS::RDS::DBInstance",
		properties: func(unique string) map[string]any {
			return databaseInstance("DBInstanceIdentifier", "db-"+unique, "DBSubnetGroupName", subnetGroup, "Tags", tag("a", "b"),
				"VPCSecurityGroups", []any{group}, "Port", "3306")
		},
		changes: []func(map[string]any){func(p map[string]any) { p["DBInstanceClass"], p["Tags"] = "db.t3.large", tag("c", "d") }},
		check: func(t *testing.T, _ int, result resource.Result) {
			if result.Attributes["Endpoint.Port"] != "3306" || result.Attributes["MasterUserSecret.SecretArn"] == nil {
				t.Errorf("attributes: %v", result.Attributes)
			}
		},
	}.live(t)
	refused(t, "AWS::RDS::DBInstance", "MasterUserPassword", databaseInstance("MasterUserPassword", "secret"))
	cluster := made(t, "AWS::RDS::DBCluster", databaseCluster()).PhysicalID
	made(t, "AWS::RDS::DBInstance", map[string]any{"DBClusterIdentifier": cluster, "DBInstanceClass": "db.serverless", "Engine": "aurora-postgresql",
		"EnablePerformanceInsights": true})
}

func TestDatabaseGroups(t *testing.T) {
	_, subnets, _ := network(t)
	client := rds.NewFromConfig(local(t))
	life{
		kind: "AWS::RDS::DBSubnetGroup",
		properties: func(unique string) map[string]any {
			return map[string]any{"DBSubnetGroupName": "G-" + unique, "DBSubnetGroupDescription": "two", "SubnetIds": subnets, "Tags": tag("a", "b")}
		},
		changes: []func(map[string]any){func(p map[string]any) { p["DBSubnetGroupDescription"], p["Tags"] = "too", tag("c", "d") }},
		check: func(t *testing.T, step int, result resource.Result) {
			found, err := client.DescribeDBSubnetGroups(t.Context(), &rds.DescribeDBSubnetGroupsInput{DBSubnetGroupName: &result.PhysicalID})
			if err != nil {
				t.Fatalf("step %d: %v", step, err)
			}
			if group := found.DBSubnetGroups[0]; *group.DBSubnetGroupDescription != []string{"two", "too"}[step] || len(group.Subnets) != 2 {
				t.Errorf("step %d: %s, %d subnets", step, *group.DBSubnetGroupDescription, len(group.Subnets))
			}
		},
	}.live(t)
	for kind, family := range map[string]string{"AWS::RDS::DBClusterParameterGroup": "aurora-postgresql16", "AWS::RDS::DBParameterGroup": "postgres16"} {
		life{
			kind: kind,
			properties: func(string) map[string]any {
				return map[string]any{"Description": "ours", "Family": family, "Parameters": map[string]any{"rds.force_ssl": 1}, "Tags": tag("a", "b")}
			},
			changes: []func(map[string]any){func(p map[string]any) {
				p["Parameters"], p["Tags"] = map[string]any{"rds.force_ssl": "0"}, tag("c", "d")
			}},
		}.live(t)
	}
}
