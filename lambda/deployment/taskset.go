package deployment

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
)

// TaskSet is what matters here of the tasks that run one revision of a service.
type TaskSet struct {
	TaskDefinition string // ARN
	TargetGroup    string // ARN
	Running        int
	Desired        int
	Created        time.Time // its tasks are not older
}

// Serves reports whether the task set runs the revision with at least one task. It does not ask for a steady state:
// scaling and Spot interruptions disturb that at any time, and neither is a reason to deploy.
func (t *TaskSet) Serves(taskDefinition string) bool {
	return t != nil && t.TaskDefinition == taskDefinition && (t.Running > 0 || t.Desired == 0)
}

// Live is a service as it runs now.
type Live struct {
	Exists  bool
	Primary *TaskSet // the task set that production traffic belongs to; nil if there is none
	Named   []string // the task definitions of all task sets
}

// ReadLive reads the service's task sets. A service, or a cluster, that is not there is no error.
func ReadLive(ctx context.Context, client ECS, service Service) (Live, error) {
	answer, err := client.DescribeServices(ctx, &ecs.DescribeServicesInput{
		Cluster: &service.Cluster, Services: []string{service.Service},
	})
	if NotFound(err) {
		return Live{}, nil
	}
	if err != nil {
		return Live{}, fmt.Errorf("reading service %s in cluster %s: %w", service.Service, service.Cluster, err)
	}
	var live Live
	for _, s := range answer.Services {
		if aws.ToString(s.Status) == "INACTIVE" {
			continue
		}
		live.Exists = true
		for _, set := range s.TaskSets {
			live.Named = append(live.Named, aws.ToString(set.TaskDefinition))
			if aws.ToString(set.Status) != "PRIMARY" {
				continue
			}
			live.Primary = &TaskSet{
				TaskDefinition: aws.ToString(set.TaskDefinition),
				Running:        int(set.RunningCount), Desired: int(set.ComputedDesiredCount), Created: aws.ToTime(set.CreatedAt),
			}
			for _, balancer := range set.LoadBalancers {
				live.Primary.TargetGroup = aws.ToString(balancer.TargetGroupArn)
			}
		}
	}
	return live, nil
}
