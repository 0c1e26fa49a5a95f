package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"payment-processor/localaws/schema"
)

// services are those whose types the table holds; all of them would make it six times as large.
var services = strings.Fields(`ApiGateway ApiGatewayV2 ApplicationAutoScaling AutoScaling Backup CDK CertificateManager
	CloudFormation CloudTrail CloudWatch CodeBuild CodeDeploy Cognito Config DynamoDB EC2 ECR ECS EFS
	ElasticLoadBalancingV2 Events GuardDuty IAM KMS Kinesis KinesisFirehose Lambda Logs Pipes RDS Route53 S3 SNS SQS SSM
	Scheduler SecretsManager SecurityHub StepFunctions Synthetics WAFv2 XRay`)

// specification is the part of the CLI's database that we read.
type specification struct {
	Schema struct {
		Resource       struct{ Entities []resourceEntity }
		TypeDefinition struct{ Entities []typeEntity }
	}
}

type resourceEntity struct {
	CloudFormationType string
	PrimaryIdentifier  []string
	Attributes         map[string]property
	Properties         map[string]property
	TagInformation     struct{ TagPropertyName string }
}

type typeEntity struct {
	ID         string `json:"$id"`
	Name       string
	Properties map[string]property
}

type property struct {
	Type              shape
	Required          bool
	CausesReplacement string
}

type shape struct {
	Type      string
	Element   *shape
	Reference struct {
		ID string `json:"$ref"`
	}
}

// generate answers a JSON object with one resource type a line.
func generate(from string) ([]byte, error) {
	all, err := read(from)
	if err != nil {
		return nil, err
	}
	structures := map[string]typeEntity{}
	for _, entity := range all.Schema.TypeDefinition.Entities {
		structures[entity.ID] = entity
	}
	table := map[string]schema.Type{}
	for _, resource := range all.Schema.Resource.Entities {
		if slices.Contains(services, strings.Split(resource.CloudFormationType, "::")[1]) {
			table[resource.CloudFormationType] = compact(resource, structures)
		}
	}
	return format(table), nil
}

func read(from string) (specification, error) {
	var all specification
	packed, err := os.ReadFile(from)
	if err != nil {
		return all, err
	}
	reader, err := gzip.NewReader(bytes.NewReader(packed))
	if err == nil {
		err = json.NewDecoder(reader).Decode(&all)
	}
	if err != nil {
		return all, fmt.Errorf("%s: %w", from, err)
	}
	return all, nil
}

func format(table map[string]schema.Type) []byte {
	lines := make([]string, 0, len(table))
	for _, name := range slices.Sorted(maps.Keys(table)) {
		line, _ := json.Marshal(table[name]) // strings, and maps of them
		lines = append(lines, fmt.Sprintf("%q:%s", name, line))
	}
	return []byte("{\n" + strings.Join(lines, ",\n") + "\n}\n")
}

func compact(resource resourceEntity, all map[string]typeEntity) schema.Type {
	c := compaction{all: all, names: map[string]string{}, structures: map[string]schema.Properties{}}
	made := schema.Type{
		Attributes: slices.Sorted(maps.Keys(resource.Attributes)),
		Tags:       resource.TagInformation.TagPropertyName,
		Properties: c.properties(resource.Properties),
		Structures: c.structures,
	}
	for _, name := range resource.PrimaryIdentifier {
		if _, there := resource.Properties[name]; !there {
			return made // AWS names it
		}
	}
	made.Identifier = resource.PrimaryIdentifier
	return made
}

// compaction gathers the structures that one resource type uses.
type compaction struct {
	all        map[string]typeEntity
	names      map[string]string // by the database's id
	structures map[string]schema.Properties
}

func (c compaction) properties(from map[string]property) schema.Properties {
	made := schema.Properties{}
	for _, name := range slices.Sorted(maps.Keys(from)) {
		marks := ""
		if from[name].Required {
			marks = "*"
		}
		marks += map[string]string{"yes": "!", "maybe": "?"}[from[name].CausesReplacement]
		made[name] = schema.Property(marks + c.shape(from[name].Type))
	}
	return made
}

func (c compaction) shape(s shape) string {
	switch s.Type {
	case "string", "integer", "boolean", "number", "date-time":
		return "."
	case "array":
		return "[" + c.shape(*s.Element)
	case "map":
		return "{" + c.shape(*s.Element)
	case "ref":
		return "@" + c.structure(s.Reference.ID)
	}
	return "" // JSON, a union, or a tag, which some types write as a map
}

// structure names a structure, and a second one of the same name with a 2 behind it.
func (c compaction) structure(id string) string {
	if name, known := c.names[id]; known {
		return name
	}
	name := c.all[id].Name
	for i := 2; c.taken(name); i++ {
		name = fmt.Sprintf("%s%d", c.all[id].Name, i)
	}
	c.names[id] = name
	c.structures[name] = c.properties(c.all[id].Properties)
	return name
}

func (c compaction) taken(name string) bool {
	return slices.Contains(slices.Collect(maps.Values(c.names)), name)
}
