// Package release is a custom resource that makes a CloudFormation update a CodeDeploy blue/green deployment, and a
// CloudFormation rollback the way back.
package release

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"payment-processor/lambda/deployment"
)

// Event is a request for Release.
type Event = deployment.Event[Properties]

// Response is what onEvent answers.
type Response = deployment.Response

// CompleteResponse is what isComplete answers. Its data hold DeploymentId, empty when nothing had to be deployed.
type CompleteResponse = deployment.CompleteResponse

// Properties are the custom resource's properties, under these names in the template. All are required, those
// of the question to tasks on Create alone.
type Properties struct {
	Cluster             string // name or ARN
	Service             string // name
	Application         string // of CodeDeploy
	DeploymentGroup     string
	TaskDefinition      string // ARN of the wanted revision
	AppSpec             string // complete, as JSON; names TaskDefinition and a capacity provider strategy
	Listener            string // ARN of the production listener
	ListenerFingerprint string // of the listener's properties: a change of them runs Release after the listener's update
	Parameter           string // name of the SSM parameter for Claims: /payment-processor-{suffix}/release

	// What tasks are asked in a first deployment, which has no lifecycle hook; unused in others.
	Probe       string   `json:",omitempty"` // name of the function that asks
	Paths       []string `json:",omitempty"` // each task has to answer there with success
	Provisional []string `json:",omitempty"` // it may still answer there as it likes; absent: nowhere
}

func (p Properties) service() deployment.Service {
	return deployment.Service{
		Cluster: p.Cluster, Service: p.Service, Application: p.Application, DeploymentGroup: p.DeploymentGroup,
	}
}

// appSpec is what Release itself reads of the AppSpec (AppSpec 'resources' section, Amazon ECS deployments).
type appSpec struct {
	Resources []struct {
		TargetService struct {
			Properties struct {
				TaskDefinition           string
				CapacityProviderStrategy []json.RawMessage
			}
		}
	}
}

// validate reports every property that no deployment could start with.
func (p Properties) validate() error {
	err := deployment.Required(map[string]string{
		"Cluster": p.Cluster, "Service": p.Service, "Application": p.Application, "DeploymentGroup": p.DeploymentGroup,
		"TaskDefinition": p.TaskDefinition, "AppSpec": p.AppSpec, "Listener": p.Listener, "Parameter": p.Parameter,
	})
	if p.AppSpec == "" {
		return err
	}
	return errors.Join(err, p.validateAppSpec())
}

// validateQuestion reports what is missing to ask the tasks of a first deployment. A rollback may bring properties of before
// there were any.
func (p Properties) validateQuestion() error {
	return deployment.Required(map[string]string{"Probe": p.Probe, "Paths": strings.Join(p.Paths, "")})
}

func (p Properties) validateAppSpec() error {
	var spec appSpec
	if err := json.Unmarshal([]byte(p.AppSpec), &spec); err != nil {
		return fmt.Errorf("property AppSpec is not JSON: %w", err)
	}
	if len(spec.Resources) != 1 {
		return fmt.Errorf("property AppSpec has %d resources, want the one service", len(spec.Resources))
	}
	target := spec.Resources[0].TargetService.Properties
	if target.TaskDefinition != p.TaskDefinition {
		return fmt.Errorf("property AppSpec deploys task definition %q, want that of property TaskDefinition, %q",
			target.TaskDefinition, p.TaskDefinition)
	}
	if len(target.CapacityProviderStrategy) == 0 {
		// aws/containers-roadmap#1752
		return errors.New("property AppSpec has no CapacityProviderStrategy, want the service's: " +
			"without one CodeDeploy strips the service's strategy and Spot is lost")
	}
	return nil
}
