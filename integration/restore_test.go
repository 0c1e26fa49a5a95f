package integration

import (
	"context"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ecs"
)

// restoreDesiredCount runs in a clean-up, when the test's own context has ended.
func restoreDesiredCount(t *testing.T, count int32) {
	t.Helper()
	cluster, name := output(t, "ecs_cluster_name"), output(t, "ecs_service_name")
	_, err := ecs.NewFromConfig(env.aws).UpdateService(context.WithoutCancel(t.Context()), &ecs.UpdateServiceInput{
		Cluster: &cluster, Service: &name, DesiredCount: &count,
	})
	if err != nil {
		t.Errorf("putting the desired count back to %d: %v", count, err)
	}
}
