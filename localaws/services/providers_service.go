package services

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"

	"payment-processor/localaws/resource"
	"payment-processor/localaws/wire"

	"github.com/aws/aws-sdk-go-v2/service/codedeploy"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/smithy-go"
)

// unless passes over a refusal, as deletions do for what is not there.
func unless(err error, code string) error {
	var refusal smithy.APIError
	if errors.As(err, &refusal) && refusal.ErrorCode() == code {
		return nil
	}
	return err
}

func (m *Model) retag(arn string, r resource.Request) {
	var tagged struct{ Tags []types.Tag }
	_ = wire.Decode(map[string]any{"Tags": tags(r)}, &tagged) // what cannot be read was refused when it was made
	defer m.enter()()
	delete(m.tags, arn)
	m.tag(arn, tagged.Tags)
}

// startService returns when the service is stable, which it may never be: CloudFormation waits for three hours.
func (m *Model) startService(ctx context.Context, r resource.Request) (resource.Result, error) {
	in, err := input[ecs.CreateServiceInput](r, nil)
	if err != nil {
		return resource.Result{}, err
	}
	in.ServiceName = new(named(r, "ServiceName"))
	out, err := m.ECS().CreateService(ctx, in)
	if err != nil {
		return resource.Result{}, err
	}
	made := resource.Result{PhysicalID: *out.Service.ServiceArn, Attributes: map[string]any{
		"Name": *in.ServiceName, "ServiceArn": *out.Service.ServiceArn,
	}}
	return made, m.stable(ctx, made.PhysicalID)
}

// stable waits for the tasks of the newest task set.
func (m *Model) stable(ctx context.Context, arn string) error {
	unhealthy := false
	err := m.await(ctx, func() bool {
		s := m.byArn(arn)
		if s == nil || s.gone() {
			return true
		}
		sets := s.cloud.ECS.Service().TaskSets
		unhealthy = sets[len(sets)-1].Unhealthy
		return unhealthy || sets[len(sets)-1].Healthy
	})
	if err == nil && unhealthy {
		return fmt.Errorf("resource %s did not stabilize: its tasks do not become healthy, and CloudFormation would wait for three hours", arn)
	}
	return err
}

func (m *Model) byArn(arn string) *service {
	for _, s := range m.services {
		if s.arn == arn && !s.gone() {
			return s
		}
	}
	return nil
}

// changeService sends UpdateService what has changed, which CODE_DEPLOY refuses for most of it. A changed tag alone is
// no update of the service.
func (m *Model) changeService(ctx context.Context, r resource.Request) (resource.Result, error) {
	changed := map[string]any{}
	for name, value := range r.Properties {
		if !reflect.DeepEqual(value, r.Old[name]) && name != "Tags" {
			changed[name] = value
		}
	}
	in := &ecs.UpdateServiceInput{}
	if err := wire.Decode(changed, in); err != nil {
		return resource.Result{}, err
	}
	parts := strings.Split(r.PhysicalID, "/")
	in.Cluster, in.Service = &parts[1], &parts[2]
	if len(changed) > 0 {
		if _, err := m.ECS().UpdateService(ctx, in); err != nil {
			return resource.Result{}, err
		}
	}
	m.retag(r.PhysicalID, r)
	return resource.Result{PhysicalID: r.PhysicalID, Attributes: map[string]any{"Name": parts[2], "ServiceArn": r.PhysicalID}}, m.stable(ctx, r.PhysicalID)
}

func (m *Model) endService(ctx context.Context, r resource.Request) error {
	parts := strings.Split(r.PhysicalID, "/")
	if len(parts) != 3 {
		return nil // it was never made
	}
	_, err := m.ECS().DeleteService(ctx, &ecs.DeleteServiceInput{Cluster: &parts[1], Service: &parts[2], Force: new(true)})
	if err := unless(unless(err, "ServiceNotFoundException"), "ClusterNotFoundException"); err != nil {
		return err
	}
	return m.await(ctx, func() bool { return m.byArn(r.PhysicalID) == nil })
}

// madeBy is nothing where a name was refused: what has the name is not this resource's to delete.
func madeBy(err error, name string) resource.Result {
	if err != nil {
		return resource.Result{}
	}
	return resource.Result{PhysicalID: name}
}

func (m *Model) makeApplication(ctx context.Context, r resource.Request) (resource.Result, error) {
	in, err := input[codedeploy.CreateApplicationInput](r, nil)
	if err != nil {
		return resource.Result{}, err
	}
	in.ApplicationName = new(named(r, "ApplicationName"))
	_, err = m.CodeDeploy().CreateApplication(ctx, in)
	return madeBy(err, *in.ApplicationName), err
}

// keepApplication is asked for changed tags only.
func (m *Model) keepApplication(_ context.Context, r resource.Request) (resource.Result, error) {
	m.retag(m.arn("codedeploy", "application:"+r.PhysicalID), r)
	return resource.Result{PhysicalID: r.PhysicalID}, nil
}

func (m *Model) endApplication(ctx context.Context, r resource.Request) error {
	_, err := m.CodeDeploy().DeleteApplication(ctx, &codedeploy.DeleteApplicationInput{ApplicationName: &r.PhysicalID})
	return err
}

func (m *Model) makeConfig(ctx context.Context, r resource.Request) (resource.Result, error) {
	in, err := input[codedeploy.CreateDeploymentConfigInput](r, nil)
	if err != nil {
		return resource.Result{}, err
	}
	in.DeploymentConfigName = new(named(r, "DeploymentConfigName"))
	_, err = m.CodeDeploy().CreateDeploymentConfig(ctx, in)
	return madeBy(err, *in.DeploymentConfigName), err
}

func (m *Model) endConfig(ctx context.Context, r resource.Request) error {
	_, err := m.CodeDeploy().DeleteDeploymentConfig(ctx, &codedeploy.DeleteDeploymentConfigInput{DeploymentConfigName: &r.PhysicalID})
	return err
}

func (m *Model) makeGroup(ctx context.Context, r resource.Request) (resource.Result, error) {
	in, err := input[codedeploy.CreateDeploymentGroupInput](r, nil)
	if err != nil {
		return resource.Result{}, err
	}
	in.DeploymentGroupName = new(named(r, "DeploymentGroupName"))
	_, err = m.CodeDeploy().CreateDeploymentGroup(ctx, in)
	return madeBy(err, *in.DeploymentGroupName), err
}

func (m *Model) changeGroup(ctx context.Context, r resource.Request) (resource.Result, error) {
	in, err := input[codedeploy.UpdateDeploymentGroupInput](r, nil)
	if err != nil {
		return resource.Result{}, err
	}
	in.CurrentDeploymentGroupName = &r.PhysicalID
	if _, err := m.CodeDeploy().UpdateDeploymentGroup(ctx, in); err != nil {
		return resource.Result{}, err
	}
	m.retag(m.arn("codedeploy", "deploymentgroup:"+*in.ApplicationName+"/"+r.PhysicalID), r)
	return resource.Result{PhysicalID: r.PhysicalID}, nil
}

func (m *Model) endGroup(ctx context.Context, r resource.Request) error {
	application := text(r, "ApplicationName")
	_, err := m.CodeDeploy().DeleteDeploymentGroup(ctx, &codedeploy.DeleteDeploymentGroupInput{ApplicationName: &application, DeploymentGroupName: &r.PhysicalID})
	return err
}
