package providers

import (
	"context"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/rds"

	"payment-processor/localaws/resource"
)

type dbSubnetGroups struct{ *rds.Client }

func (d dbSubnetGroups) create(ctx context.Context, request resource.Request) (resource.Result, error) {
	return d.named(ctx, request, databaseName(request, "DBSubnetGroupName", 255))
}

func (d dbSubnetGroups) named(ctx context.Context, request resource.Request, name string) (resource.Result, error) {
	return resource.Result{PhysicalID: name}, run(ctx, d.CreateDBSubnetGroup, with(tagged(request), "DBSubnetGroupName", name))
}

// update makes the group anew: moto answers ModifyDBSubnetGroup, and has lost the group then.
func (d dbSubnetGroups) update(ctx context.Context, request resource.Request) (resource.Result, error) {
	if err := ifThere(d.remove(ctx, request)); err != nil {
		return resource.Result{PhysicalID: request.PhysicalID}, err
	}
	return d.named(ctx, request, request.PhysicalID)
}

func (d dbSubnetGroups) remove(ctx context.Context, request resource.Request) error {
	return run(ctx, d.DeleteDBSubnetGroup, map[string]any{"DBSubnetGroupName": request.PhysicalID})
}

func clusterParameters(client *rds.Client) resource.Provider {
	return parameterGroup(client, "cluster-pg", "DBClusterParameterGroupName", func(ctx context.Context, properties map[string]any) error {
		return run(ctx, client.CreateDBClusterParameterGroup, properties)
	}, func(ctx context.Context, properties map[string]any) error {
		return run(ctx, client.ModifyDBClusterParameterGroup, properties)
	}, func(ctx context.Context, properties map[string]any) error {
		return run(ctx, client.DeleteDBClusterParameterGroup, properties)
	})
}

func instanceParameters(client *rds.Client) resource.Provider {
	return parameterGroup(client, "pg", "DBParameterGroupName", func(ctx context.Context, properties map[string]any) error {
		return run(ctx, client.CreateDBParameterGroup, properties)
	}, func(ctx context.Context, properties map[string]any) error {
		return run(ctx, client.ModifyDBParameterGroup, properties)
	}, func(ctx context.Context, properties map[string]any) error {
		return run(ctx, client.DeleteDBParameterGroup, properties)
	})
}

// parameterGroup makes groups of parameters of either kind. A parameter that is given no more keeps its value, as RDS
// has it until somebody resets the group.
func parameterGroup(client *rds.Client, kind, key string, create, modify, remove func(context.Context, map[string]any) error) operations {
	set := func(ctx context.Context, name string, properties map[string]any) error {
		values, _ := properties["Parameters"].(map[string]any)
		list := []any{}
		for _, parameter := range slices.Sorted(maps.Keys(values)) {
			list = append(list, map[string]any{"ParameterName": parameter, "ParameterValue": values[parameter], "ApplyMethod": "pending-reboot"})
		}
		for batch := range slices.Chunk(list, 20) { // as many as RDS takes in one call
			if err := modify(ctx, map[string]any{key: name, "Parameters": batch}); err != nil {
				return err
			}
		}
		return nil
	}
	return operations{
		create: func(ctx context.Context, request resource.Request) (resource.Result, error) {
			name := databaseName(request, key, 255)
			err := create(ctx, with(tagged(request), key, name, "DBParameterGroupFamily", request.Properties["Family"]))
			if err != nil {
				return resource.Result{}, err
			}
			return resource.Result{PhysicalID: name, Attributes: map[string]any{key: name}}, set(ctx, name, request.Properties)
		},
		update: func(ctx context.Context, request resource.Request) (resource.Result, error) {
			return resource.Result{PhysicalID: request.PhysicalID, Attributes: map[string]any{key: request.PhysicalID}}, inOrder(
				func() error { return set(ctx, request.PhysicalID, request.Properties) },
				func() error { return retagRDS(ctx, client, request, kind) },
			)
		},
		remove: func(ctx context.Context, request resource.Request) error {
			return remove(ctx, map[string]any{key: request.PhysicalID})
		},
	}
}
