// Package schema knows what CloudFormation knows of a resource type before it asks anyone: which properties there are,
// which of them must be there, which cannot change without a new resource, and what Fn::GetAtt answers.
//
// The table schema.json is generated from the service specification that the CDK CLI carries: go run ./localaws/schema/generate
package schema

import (
	_ "embed"
	"encoding/json"
	"strings"
	"sync"
)

//go:embed schema.json
var table []byte

// Type is what is known of one resource type.
type Type struct {
	Attributes []string   `json:"attributes,omitempty"`
	Identifier []string   `json:"identifier,omitempty"` // the properties that name the resource, if it is the template that names it
	Tags       string     `json:"tags,omitempty"`       // the property that holds tags
	Properties Properties `json:"properties,omitempty"`

	// Structures are those that the properties refer to, by name.
	Structures map[string]Properties `json:"structures,omitempty"`
}

// Properties hold a Property by name.
type Properties map[string]Property

// Property is one property in few characters: "*" for required, "!" for one that only a new resource can change, "?" for
// one where that depends, and then its shape: "." a scalar, "[" a list of what follows, "{" a map of what follows,
// "@name" a structure, "" anything.
type Property string

var types = sync.OnceValue(func() map[string]Type {
	var all map[string]Type
	_ = json.Unmarshal(table, &all) // it is part of the program, and a test of the generator reads it
	return all
})

// Find answers false for a type that the table does not hold: a custom resource, or a service that nobody asked for.
func Find(name string) (Type, bool) {
	found, known := types()[name]
	return found, known
}

// Names are those of all types.
func Names() []string {
	var all []string
	for name := range types() {
		all = append(all, name)
	}
	return all
}

// Replacement says whether a change needs a new resource.
type Replacement string

// What CloudFormation's change sets call it.
const (
	Never         Replacement = "Never"
	Conditionally Replacement = "Conditionally"
	Always        Replacement = "Always"
)

func (p Property) required() bool { return strings.Contains(p.marks(), "*") }

func (p Property) marks() string { return string(p[:len(p)-len(p.shape())]) }

func (p Property) shape() string { return strings.TrimLeft(string(p), "*!?") }

func (p Property) replacement() Replacement {
	switch marks := p.marks(); {
	case strings.Contains(marks, "!"):
		return Always
	case strings.Contains(marks, "?"):
		return Conditionally
	}
	return Never
}

// HasAttribute tells whether Fn::GetAtt knows the name. Where the table lists a structure, its parts are attributes too.
func (t Type) HasAttribute(name string) bool {
	for _, attribute := range t.Attributes {
		if name == attribute || strings.HasPrefix(name, attribute+".") {
			return true
		}
	}
	return false
}
