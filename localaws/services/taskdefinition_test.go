package services

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

func TestTaskDefinitionsThatAreRefused(t *testing.T) {
	a := newAccount(t, hasty)
	container := func(in *ecs.RegisterTaskDefinitionInput) *types.ContainerDefinition {
		return &in.ContainerDefinitions[0]
	}
	for about, edit := range map[string]func(*ecs.RegisterTaskDefinitionInput){
		"Family can not be blank":   func(in *ecs.RegisterTaskDefinitionInput) { in.Family = new("") },
		"any container definitions": func(in *ecs.RegisterTaskDefinitionInput) { in.ContainerDefinitions = []types.ContainerDefinition{} },
		"network mode":              func(in *ecs.RegisterTaskDefinitionInput) { in.NetworkMode = types.NetworkModeBridge },
		"'cpu' and 'memory'":        func(in *ecs.RegisterTaskDefinitionInput) { in.Cpu = nil },
		"256 CPU, 4096 memory":      func(in *ecs.RegisterTaskDefinitionInput) { in.Cpu = new("256") },
		"2048 CPU, 4100 memory":     func(in *ecs.RegisterTaskDefinitionInput) { in.Memory = new("4100") },
		"2048 CPU, 4 GB memory":     func(in *ecs.RegisterTaskDefinitionInput) { in.Memory = new("4 GB") },
		"privileged":                func(in *ecs.RegisterTaskDefinitionInput) { container(in).Privileged = new(true) },
		"log driver awslogs":        func(in *ecs.RegisterTaskDefinitionInput) { in.ExecutionRoleArn = nil },
		"requires options": func(in *ecs.RegisterTaskDefinitionInput) {
			container(in).LogConfiguration.Options = map[string]string{}
		},
		"container secrets": func(in *ecs.RegisterTaskDefinitionInput) {
			in.ExecutionRoleArn = nil
			container(in).LogConfiguration = nil
		},
		"Container.name":  func(in *ecs.RegisterTaskDefinitionInput) { container(in).Name = nil },
		"Container.image": func(in *ecs.RegisterTaskDefinitionInput) { container(in).Image = nil },
		"not unique": func(in *ecs.RegisterTaskDefinitionInput) {
			in.ContainerDefinitions = append(in.ContainerDefinitions, *container(in))
		},
		"Unknown volume 'none'": func(in *ecs.RegisterTaskDefinitionInput) { container(in).MountPoints[0].SourceVolume = new("none") },
		"must be essential":     func(in *ecs.RegisterTaskDefinitionInput) { container(in).Essential = new(false) },
	} {
		in := taskInput()
		edit(in)
		_, err := a.ecs.RegisterTaskDefinition(t.Context(), in)
		refused(t, err, "ClientException", about)
	}
	small := taskInput()
	small.Cpu, small.Memory = new("256"), new("512")
	if _, err := a.ecs.RegisterTaskDefinition(t.Context(), small); err != nil {
		t.Error(err)
	}
}

func TestTaskDefinitions(t *testing.T) {
	a := newAccount(t, hasty)
	a.cluster()
	ctx := t.Context()
	described := must[*ecs.DescribeTaskDefinitionOutput](t)(a.ecs.DescribeTaskDefinition(ctx, &ecs.DescribeTaskDefinitionInput{TaskDefinition: new("app"), Include: []types.TaskDefinitionField{types.TaskDefinitionFieldTags}}))
	if described.TaskDefinition.Revision != 2 || len(described.Tags) != 1 || !*described.TaskDefinition.ContainerDefinitions[0].Essential {
		t.Errorf("task definition %+v", described)
	}
	must[*ecs.DeregisterTaskDefinitionOutput](t)(a.ecs.DeregisterTaskDefinition(ctx, &ecs.DeregisterTaskDefinitionInput{TaskDefinition: new("app:1")}))
	_, err := a.ecs.DeregisterTaskDefinition(ctx, &ecs.DeregisterTaskDefinitionInput{TaskDefinition: new("app:1")})
	refused(t, err, "ClientException", "inactive")
	for status, want := range map[types.TaskDefinitionStatus]string{"": "app:2", types.TaskDefinitionStatusInactive: "app:1"} {
		listed := must[*ecs.ListTaskDefinitionsOutput](t)(a.ecs.ListTaskDefinitions(ctx, &ecs.ListTaskDefinitionsInput{FamilyPrefix: new("app"), Status: status, Sort: types.SortOrderDesc}))
		if len(listed.TaskDefinitionArns) != 1 || !strings.HasSuffix(listed.TaskDefinitionArns[0], want) {
			t.Errorf("%s: %v", status, listed.TaskDefinitionArns)
		}
	}
	families := must[*ecs.ListTaskDefinitionFamiliesOutput](t)(a.ecs.ListTaskDefinitionFamilies(ctx, &ecs.ListTaskDefinitionFamiliesInput{FamilyPrefix: new("a"), Status: types.TaskDefinitionFamilyStatusAll}))
	if len(families.Families) != 1 {
		t.Errorf("families %v", families.Families)
	}
	deleted := must[*ecs.DeleteTaskDefinitionsOutput](t)(a.ecs.DeleteTaskDefinitions(ctx, &ecs.DeleteTaskDefinitionsInput{TaskDefinitions: []string{"app:1", "app:2", "none"}}))
	if len(deleted.TaskDefinitions) != 1 || len(deleted.Failures) != 2 {
		t.Errorf("deleted %+v", deleted)
	}
}
