package cloud

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// ECS holds one cluster with at most one service, whose deployment controller is CODE_DEPLOY.
type ECS struct {
	cloud *Cloud
	// Healthy tells whether the tasks of a revision become healthy; nil: if ECR has an image for them that works.
	Healthy   func(*Revision) bool
	service   *Service
	revisions map[string]*Revision // by ARN
	order     []*Revision          // as registered
}

// Service is a service with the CODE_DEPLOY deployment controller.
type Service struct {
	Name     string
	Desired  int32
	TaskSets []*TaskSet
	draining bool
	stable   bool
}

// TaskSet is the tasks of one revision behind one target group.
type TaskSet struct {
	ID          string
	Revision    *Revision
	TargetGroup string
	Strategy    []types.CapacityProviderStrategyItem // empty: the launch type, so no Spot
	Primary     bool
	Healthy     bool
	Unhealthy   bool      // its tasks have started, and do not become healthy
	Alarmed     bool      // an alarm has seen its traffic
	Created     time.Time // when its tasks began to start
	Secret      int       // the version of the secret that they were given

	service *Service
	waiting []func()
}

// CreateService starts a service on a revision, or the newest active one of a family, and tells when it is stable.
func (e *ECS) CreateService(name, revision, targetGroup string, desired int32, strategy []types.CapacityProviderStrategyItem, stable func()) {
	e.service = &Service{Name: name, Desired: desired}
	running := e.revisions[revision]
	if running == nil {
		running = e.newest(revision)
	}
	set := e.createTaskSet(running, targetGroup, strategy)
	set.Primary = true
	service := e.service
	set.whenHealthy(func() {
		service.stable = true
		stable()
	})
}

// Roll replaces the tasks with those of another revision, as ECS's own deployment controller does, and tells when the new
// ones are healthy.
func (e *ECS) Roll(revision *Revision, stable func()) {
	old := slices.Clone(e.service.TaskSets)
	primary := e.service.Primary()
	set := e.createTaskSet(revision, primary.TargetGroup, primary.Strategy)
	set.whenHealthy(func() {
		e.setPrimary(set)
		for _, left := range old {
			e.deleteTaskSet(left)
		}
		stable()
	})
}

// DeleteService drains the service and then forgets it and its tasks.
func (e *ECS) DeleteService(gone func()) {
	if e.service == nil {
		gone()
		return
	}
	e.service.draining = true
	e.cloud.After(e.cloud.between(30*time.Second, 2*time.Minute), func() {
		e.service = nil
		gone()
	})
}

// Service returns the service, nil when there is none.
func (e *ECS) Service() *Service { return e.service }

// Draining tells whether it is being deleted.
func (s *Service) Draining() bool { return s.draining }

// Starting tells whether it has not been stable yet.
func (s *Service) Starting() bool { return !s.stable }

// Primary returns the task set that the service counts as its own.
func (s *Service) Primary() *TaskSet {
	for _, set := range s.TaskSets {
		if set.Primary {
			return set
		}
	}
	return nil
}

func (e *ECS) createTaskSet(revision *Revision, targetGroup string, strategy []types.CapacityProviderStrategyItem) *TaskSet {
	set := &TaskSet{ID: e.cloud.id("ecs-svc/"), Revision: revision, TargetGroup: targetGroup, Strategy: strategy, Created: e.cloud.Now(),
		Secret: e.cloud.SecretsManager.Current(), service: e.service}
	e.service.TaskSets = append(e.service.TaskSets, set)
	e.cloud.Log("ecs", "task set %s of %s starts behind %s", set.ID, revision.Arn, targetGroup)
	e.cloud.After(e.cloud.between(30*time.Second, 4*time.Minute), func() {
		if !e.healthy(revision) {
			set.Unhealthy = true
			e.cloud.Log("ecs", "the tasks of %s do not become healthy", set.ID)
			return
		}
		set.Healthy = true
		for _, f := range set.waiting {
			f()
		}
	})
	return set
}

func (e *ECS) healthy(revision *Revision) bool {
	if e.Healthy != nil {
		return e.Healthy(revision)
	}
	image := e.cloud.ECR.Image(revision.digest())
	return image != nil && !image.Broken
}

// whenHealthy is asked right after the task set was created.
func (s *TaskSet) whenHealthy(f func()) { s.waiting = append(s.waiting, f) }

func (e *ECS) deleteTaskSet(set *TaskSet) {
	set.waiting = nil
	e.service.TaskSets = slices.DeleteFunc(e.service.TaskSets, func(s *TaskSet) bool { return s == set })
	e.cloud.Log("ecs", "task set %s of %s ends", set.ID, set.Revision.Arn)
}

func (e *ECS) setPrimary(set *TaskSet) {
	for _, s := range e.service.TaskSets {
		s.Primary = s == set
	}
	e.cloud.Log("ecs", "task set %s of %s is PRIMARY", set.ID, set.Revision.Arn)
}

func (e *ECS) taskSetsBehind(targetGroup string) []*TaskSet {
	var sets []*TaskSet
	if e.service != nil {
		for _, set := range e.service.TaskSets {
			if set.TargetGroup == targetGroup {
				sets = append(sets, set)
			}
		}
	}
	return sets
}

// HealthyBehind tells whether a target group has a healthy task.
func (e *ECS) HealthyBehind(targetGroup string) bool {
	return slices.ContainsFunc(e.taskSetsBehind(targetGroup), func(s *TaskSet) bool { return s.Healthy })
}

// DescribeServices reports a service that is not there as a failure, not as an error.
func (e *ECS) DescribeServices(ctx context.Context, in *ecs.DescribeServicesInput, _ ...func(*ecs.Options)) (*ecs.DescribeServicesOutput, error) {
	return call(ctx, "ecs:DescribeServices", func() (*ecs.DescribeServicesOutput, error) {
		s := e.service
		if s == nil || !strings.HasSuffix(in.Services[0], s.Name) {
			return &ecs.DescribeServicesOutput{Failures: []types.Failure{{Arn: &in.Services[0], Reason: new("MISSING")}}}, nil
		}
		service := types.Service{ServiceName: &s.Name, Status: new("ACTIVE"), DesiredCount: s.Desired, TaskSets: make([]types.TaskSet, 0, len(s.TaskSets))}
		if s.draining {
			service.Status = new("DRAINING")
		}
		for _, set := range s.TaskSets {
			service.TaskSets = append(service.TaskSets, set.describe())
		}
		return &ecs.DescribeServicesOutput{Services: []types.Service{service}}, nil
	})
}

func (s *TaskSet) describe() types.TaskSet {
	set := types.TaskSet{
		Id: &s.ID, TaskDefinition: &s.Revision.Arn, Status: new("ACTIVE"), CapacityProviderStrategy: s.Strategy,
		LoadBalancers: []types.LoadBalancer{{TargetGroupArn: &s.TargetGroup}},
		CreatedAt:     &s.Created, StabilityStatus: types.StabilityStatusStabilizing, ComputedDesiredCount: s.service.Desired, PendingCount: s.service.Desired,
	}
	if s.Primary {
		set.Status = new("PRIMARY")
	}
	if s.Healthy {
		set.StabilityStatus, set.RunningCount, set.PendingCount = types.StabilityStatusSteadyState, s.service.Desired, 0
	}
	return set
}

// UpdateService changes the desired count and refuses everything that CodeDeploy decides.
func (e *ECS) UpdateService(ctx context.Context, in *ecs.UpdateServiceInput, _ ...func(*ecs.Options)) (*ecs.UpdateServiceOutput, error) {
	return call(ctx, "ecs:UpdateService", func() (*ecs.UpdateServiceOutput, error) {
		if e.service == nil {
			return nil, &types.ServiceNotFoundException{}
		}
		if in.TaskDefinition != nil || in.NetworkConfiguration != nil || in.LoadBalancers != nil || in.PlatformVersion != nil || in.CapacityProviderStrategy != nil {
			return nil, apiError("InvalidParameterException", "Unable to update task definition on services with a CODE_DEPLOY deployment controller. Use AWS CodeDeploy to trigger a new deployment.")
		}
		if in.DesiredCount != nil {
			e.service.Desired = *in.DesiredCount
			e.cloud.Log("ecs", "the desired count is %d", e.service.Desired)
		}
		return &ecs.UpdateServiceOutput{}, nil
	})
}
