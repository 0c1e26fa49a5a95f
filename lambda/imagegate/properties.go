// Package imagegate is a custom resource that answers with the image which the task definition pins, by digest, before
// the task definition is made: the configured tag's, else the one that is live, else a bootstrap image of its own.
package imagegate

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"maps"

	"github.com/aws/aws-lambda-go/cfn"
)

// Attribute is the name of the answer, <repository uri>@sha256:…, for Fn::GetAtt.
const Attribute = "Image"

// Properties are the custom resource's properties, under these names in the template. All but ImageTag are required.
// The names of cluster, service and family are literal: the resource answers before any of them exists.
type Properties struct {
	RepositoryName string
	RepositoryURI  string `json:"RepositoryUri"`
	ImageTag       string // empty: what is live, else the bootstrap image
	Architecture   string // of the tasks: X86_64 or ARM64
	Cluster        string // name
	Service        string // name
	Family         string // of the task definitions
	Container      string // name of the container that runs the image
	ParameterPath  string // under which answers are remembered: /payment-processor-{suffix}/image
	Fingerprint    string // of the rest of the task definition: a change of it asks what is live now
}

// asked is one request's properties: decoded, and the name under which their answer is remembered.
type asked struct {
	Properties
	parameter string
}

func ask(raw map[string]any) (asked, error) {
	encoded, err := json.Marshal(raw)
	if err != nil {
		return asked{}, fmt.Errorf("encode the resource's properties: %w", err)
	}
	var a asked
	if err := json.Unmarshal(encoded, &a.Properties); err != nil {
		return asked{}, fmt.Errorf("decode the resource's properties: %w", err)
	}
	a.parameter = a.ParameterPath + "/" + fingerprint(raw)
	return a, nil
}

// fingerprint identifies properties. It hashes what CloudFormation sent, not what this version of the code knows, so
// that a rollback finds what another version remembered.
func fingerprint(raw map[string]any) string {
	relevant := maps.Clone(raw)
	delete(relevant, "ServiceToken")
	delete(relevant, "ServiceTimeout")
	encoded, _ := json.Marshal(relevant) // sorts the keys; ask has encoded it once
	return fmt.Sprintf("%.16x", sha256.Sum256(encoded))
}

// Event is a request of CloudFormation for ImageGate.
type Event = cfn.Event
