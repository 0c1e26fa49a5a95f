package providers

import (
	"context"
	"encoding/json"
	"maps"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/rds"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"payment-processor/localaws/resource"
)

// secretAttachments writes where a database is into its secret.
type secretAttachments struct {
	*secretsmanager.Client
	databases *rds.Client
}

// connection is what an attachment writes, and takes back.
// https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_secret_json_structure.html
func (s secretAttachments) connection(ctx context.Context, request resource.Request) (map[string]any, error) {
	target := text(request.Properties["TargetId"])
	switch kind := request.Properties["TargetType"]; kind {
	case "AWS::RDS::DBCluster":
		found, err := s.databases.DescribeDBClusters(ctx, &rds.DescribeDBClustersInput{DBClusterIdentifier: &target})
		if err != nil {
			return nil, err
		}
		cluster := found.DBClusters[0]
		return connection(cluster.Engine, cluster.Endpoint, cluster.Port, cluster.DatabaseName, "dbClusterIdentifier", target), nil
	case "AWS::RDS::DBInstance":
		found, err := s.databases.DescribeDBInstances(ctx, &rds.DescribeDBInstancesInput{DBInstanceIdentifier: &target})
		if err != nil {
			return nil, err
		}
		instance := found.DBInstances[0]
		return connection(instance.Engine, instance.Endpoint.Address, instance.Endpoint.Port, instance.DBName, "dbInstanceIdentifier", target), nil
	default:
		return nil, said("The target type %v is not supported here", kind)
	}
}

func connection(engine, host *string, port *int32, database *string, identifier, name string) map[string]any {
	values := map[string]any{"engine": family(aws.ToString(engine)), "host": aws.ToString(host), "port": aws.ToInt32(port), identifier: name}
	if database != nil {
		values["dbname"] = *database
	}
	return values
}

// family is what a secret calls an engine: aurora-postgresql is postgres there.
func family(engine string) string {
	switch engine {
	case "aurora-postgresql":
		return "postgres"
	case "aurora-mysql", "aurora":
		return "mysql"
	}
	return engine
}

func (s secretAttachments) put(ctx context.Context, request resource.Request) (resource.Result, error) {
	secret := text(request.Properties["SecretId"])
	values, err := s.connection(ctx, request)
	if err != nil {
		return resource.Result{}, err
	}
	return secretResult(secret), s.write(ctx, secret, func(content map[string]any) { maps.Copy(content, values) })
}

func (s secretAttachments) write(ctx context.Context, secret string, change func(content map[string]any)) error {
	current, err := s.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: &secret})
	if err != nil {
		return err
	}
	content := map[string]any{}
	if json.Unmarshal([]byte(aws.ToString(current.SecretString)), &content) != nil {
		return said("The secret %s is no JSON object, and so cannot be attached to a database", secret)
	}
	change(content)
	return run(ctx, s.PutSecretValue, map[string]any{"SecretId": secret, "SecretString": text(content)})
}

func (s secretAttachments) remove(ctx context.Context, request resource.Request) error {
	return s.write(ctx, request.PhysicalID, func(content map[string]any) {
		for _, key := range []string{"engine", "host", "port", "dbname", "dbClusterIdentifier", "dbInstanceIdentifier"} {
			delete(content, key)
		}
	})
}
