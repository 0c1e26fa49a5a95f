// Package rotationrelease releases the running version again after its database credentials have rotated: tasks are
// given them when they start, and ECS refuses to restart those of a service under CODE_DEPLOY.
//
// Whoever asks, however often, it starts a deployment only when one is needed: when the secret's current version is
// newer than the PRIMARY task set. It never does while a deployment is in flight or an operation of the stack is
// running; it is asked again later. As it looks at the credentials' age anyway, it fails when nobody has changed them in
// time: a rotation that never begins has no error of its own.
package rotationrelease

import (
	"encoding/json"
	"fmt"
	"time"

	"payment-processor/lambda/deployment"
)

// EnvProperties is the environment variable that holds Properties as JSON: neither the schedule's event nor the
// rotation's says anything.
const EnvProperties = "PROPERTIES"

// Timeout is the function's.
const Timeout = deployment.FunctionTimeout

// Properties are those of the service. All but RotationDays are required.
type Properties struct {
	Cluster         string // name or ARN
	Service         string // name
	Application     string // of CodeDeploy
	DeploymentGroup string
	AppSpec         string // complete, as JSON, as Release has it. Its TaskDefinition is not used: put Primary there
	Stack           string // id of the stack that releases; its role may not ask by name
	Secret          string // ARN of the credentials that the tasks are given
	RotationDays    int    // how often they are to change; 0: others change them, and watch that
}

// Primary stands in AppSpec for the PRIMARY task set's task definition. A literal, so that the function's configuration
// does not change with each release.
const Primary = "PRIMARY"

// Answer is what an invocation returns, for who invokes it by hand.
type Answer struct {
	Deployment string `json:",omitempty"` // that was started
	Reason     string // why, or why none was
}

// Every is how often the schedule should ask.
const Every = 15 * time.Minute

func (p Properties) service() deployment.Service {
	return deployment.Service{
		Cluster: p.Cluster, Service: p.Service, Application: p.Application, DeploymentGroup: p.DeploymentGroup,
	}
}

// Parse reads Properties.
func Parse(encoded string) (Properties, error) {
	var p Properties
	if err := json.Unmarshal([]byte(encoded), &p); err != nil {
		return p, fmt.Errorf("%s is not JSON: %w", EnvProperties, err)
	}
	return p, deployment.Required(map[string]string{
		"Cluster": p.Cluster, "Service": p.Service, "Application": p.Application, "DeploymentGroup": p.DeploymentGroup,
		"AppSpec": p.AppSpec, "Stack": p.Stack, "Secret": p.Secret,
	})
}
