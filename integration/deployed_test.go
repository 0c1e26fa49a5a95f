package integration

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
)

// deployed is a stack as CloudFormation holds it.
type deployed struct {
	Name      string
	Resources map[string]resource // by logical id
}

// resource has its properties as the template says them, intrinsic functions unresolved, and the id that it got.
type resource struct {
	Type       string
	Properties map[string]any
	Physical   string
}

var stacks = map[string]deployed{}

// stack reads a stack's template and resources, once.
func stack(t *testing.T, part string) deployed {
	t.Helper()
	if known, read := stacks[part]; read {
		return known
	}
	name := "payment-processor-" + part + "-" + *suffix
	client := cloudformation.NewFromConfig(env.aws)
	answer := ok[*cloudformation.GetTemplateOutput](t)(client.GetTemplate(t.Context(), &cloudformation.GetTemplateInput{StackName: &name}))
	found := deployed{Name: name}
	if err := json.Unmarshal([]byte(*answer.TemplateBody), &found); err != nil {
		t.Fatal(err)
	}
	found.Name = name
	pages := cloudformation.NewListStackResourcesPaginator(client, &cloudformation.ListStackResourcesInput{StackName: &name})
	for pages.HasMorePages() {
		page := ok[*cloudformation.ListStackResourcesOutput](t)(pages.NextPage(t.Context()))
		for _, summary := range page.StackResourceSummaries {
			r := found.Resources[*summary.LogicalResourceId]
			if summary.PhysicalResourceId != nil {
				r.Physical = *summary.PhysicalResourceId
			}
			found.Resources[*summary.LogicalResourceId] = r
		}
	}
	stacks[part] = found
	return found
}

// all are the resources of a type, in the order of their logical ids.
func (d deployed) all(t *testing.T, kind string) []resource {
	t.Helper()
	var found []resource
	for _, id := range slices.Sorted(maps.Keys(d.Resources)) {
		if d.Resources[id].Type == kind {
			found = append(found, d.Resources[id])
		}
	}
	if len(found) == 0 {
		t.Fatalf("stack %s has no %s", d.Name, kind)
	}
	return found
}

// the is the only resource of a type.
func (d deployed) the(t *testing.T, kind string) resource {
	t.Helper()
	found := d.all(t, kind)
	if len(found) != 1 {
		t.Fatalf("stack %s has %d resources %s, want one", d.Name, len(found), kind)
	}
	return found[0]
}

// at walks into properties by keys and indices; nil where there is nothing.
func at(value any, path ...any) any {
	for _, step := range path {
		switch step := step.(type) {
		case string:
			object, _ := value.(map[string]any)
			value = object[step]
		case int:
			list, _ := value.([]any)
			if step >= len(list) {
				return nil
			}
			value = list[step]
		}
	}
	return value
}

// number reads a number that the template may spell as text.
func number(t *testing.T, value any) int {
	t.Helper()
	switch value := value.(type) {
	case float64:
		return int(value)
	case string:
		n, err := strconv.Atoi(value)
		if err != nil {
			t.Fatal(err)
		}
		return n
	default:
		t.Fatalf("%v is no number", value)
		return 0
	}
}
