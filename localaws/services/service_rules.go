package services

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

func invalid(message string) error {
	return &types.InvalidParameterException{Message: &message}
}

// surroundings asks for what a service names of others: its subnets are there, and its target groups behind a load
// balancer.
func (m *Model) surroundings(ctx context.Context, in *ecs.CreateServiceInput) ([]Subnet, error) {
	var subnets []Subnet
	if network := in.NetworkConfiguration; network != nil && network.AwsvpcConfiguration != nil {
		found, err := m.options.Neighbours.Subnets(ctx, network.AwsvpcConfiguration.Subnets)
		if err != nil {
			return nil, invalid("Error retrieving subnet information: " + err.Error())
		}
		subnets = found
	}
	for _, balancer := range in.LoadBalancers {
		arn := deref(balancer.TargetGroupArn)
		groups, err := m.options.Neighbours.TargetGroups(ctx, []string{arn}, nil)
		switch {
		case err != nil || len(groups) == 0:
			return nil, invalid("The specified target group does not exist: " + arn)
		case !groups[0].Balanced:
			return nil, invalid("The target group with targetGroupArn " + arn + " does not have an associated load balancer.")
		case groups[0].Type != "ip":
			return nil, invalid("The provided target group " + arn + " has target type " + groups[0].Type + ", which is incompatible with the awsvpc network mode specified in the task definition.")
		}
	}
	return subnets, nil
}

// serviceValid refuses what ECS refuses in a new service, and returns the revision that it starts on.
func (m *Model) serviceValid(c *cluster, in *ecs.CreateServiceInput) (*revision, error) {
	if deref(in.ServiceName) == "" {
		return nil, invalid("Service name cannot be empty.")
	}
	if in.DesiredCount == nil {
		in.DesiredCount = new(int32(1))
	}
	running, err := m.startable(deref(in.TaskDefinition))
	if err != nil {
		return nil, err
	}
	if len(in.CapacityProviderStrategy) > 0 && in.LaunchType != "" {
		return nil, invalid("Specifying both a launch type and capacity provider strategy is not supported. Remove one and try again.")
	}
	if err := strategyValid(in.CapacityProviderStrategy, c.CapacityProviders); err != nil {
		return nil, err
	}
	if running.NetworkMode == types.NetworkModeAwsvpc && (in.NetworkConfiguration == nil || in.NetworkConfiguration.AwsvpcConfiguration == nil) {
		return nil, invalid("Network Configuration must be provided when networkMode 'awsvpc' is specified.")
	}
	for _, balancer := range in.LoadBalancers {
		if err := containerListens(running, deref(balancer.ContainerName), balancer.ContainerPort); err != nil {
			return nil, err
		}
	}
	return running, controllerValid(in)
}

func containerListens(running *revision, name string, port *int32) error {
	for _, container := range running.ContainerDefinitions {
		if deref(container.Name) != name {
			continue
		}
		if port != nil && slices.ContainsFunc(container.PortMappings, func(p types.PortMapping) bool {
			return p.ContainerPort != nil && *p.ContainerPort == *port
		}) {
			return nil
		}
		return refuse("InvalidParameterException", "The container %s did not have a container port %d defined.", name, number(port))
	}
	return refuse("InvalidParameterException", "The container %s does not exist in the task definition.", name)
}

func number(n *int32) int32 {
	if n == nil {
		return 0
	}
	return *n
}

// controllerValid refuses what the deployment controller CODE_DEPLOY cannot do.
func controllerValid(in *ecs.CreateServiceInput) error {
	if controller(in) != types.DeploymentControllerTypeCodeDeploy {
		return nil
	}
	if len(in.LoadBalancers) != 1 {
		return invalid("The CODE_DEPLOY deployment controller requires exactly one load balancer.")
	}
	return deploymentValid(in.DeploymentConfiguration)
}

func deploymentValid(config *types.DeploymentConfiguration) error {
	switch {
	case config == nil:
		return nil
	case config.DeploymentCircuitBreaker != nil && config.DeploymentCircuitBreaker.Enable:
		return invalid("DeploymentCircuitBreaker feature can only be enabled for services using the ECS deployment controller.")
	case config.Alarms != nil && config.Alarms.Enable:
		return invalid("Deployment alarms can only be used for services using the ECS deployment controller.")
	}
	return nil
}

// updateValid refuses what CodeDeploy decides.
//
// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateService.html
func updateValid(s *service, in *ecs.UpdateServiceInput) error {
	if !s.codeDeploy() {
		return nil
	}
	what := ""
	switch {
	case in.TaskDefinition != nil:
		what = "task definition"
	case in.NetworkConfiguration != nil:
		what = "network parameters"
	case in.LoadBalancers != nil:
		what = "load balancers"
	case in.PlatformVersion != nil:
		what = "platform version"
	case in.CapacityProviderStrategy != nil:
		what = "capacity provider strategy"
	case in.ForceNewDeployment:
		return invalid("Cannot force a new deployment on services with a CODE_DEPLOY deployment controller. Use AWS CodeDeploy to trigger a new deployment.")
	}
	if what != "" {
		return invalid("Unable to update " + what + " on services with a CODE_DEPLOY deployment controller. Use AWS CodeDeploy to trigger a new deployment.")
	}
	return deploymentValid(in.DeploymentConfiguration)
}
