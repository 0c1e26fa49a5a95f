// Package release is a custom resource that makes a CloudFormation update a CodeDeploy blue/green deployment, and a
// CloudFormation rollback the way back.
package release

import "payment-processor/lambda/deployment"

// Event is a request for Release.
type Event = deployment.Event[Properties]

// Response is what onEvent answers.
type Response = deployment.Response

// CompleteResponse is what isComplete answers. Its data hold DeploymentId, empty when nothing had to be deployed.
type CompleteResponse = deployment.CompleteResponse

// Properties are the custom resource's properties, under these names in the template. All are required.
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
}
