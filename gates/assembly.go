package gates

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"payment-processor/stacks"
)

// Assembly is a synthesized environment.
type Assembly struct {
	Dir    string
	Stacks []Stack // by name
}

// Stack is one of its stacks.
type Stack struct {
	Name         string
	Template     map[string]any
	IDs          map[string]string // the construct path of a resource → its logical id
	Suppressions []Suppression
}

// Suppression is one that the code declares, and the resource that it is for.
type Suppression struct {
	stacks.Suppression
	Stack    string
	Path     string   // of the construct at which it stands
	Resource []string // the logical ids of the resources that are this construct
}

func (s Suppression) key() string { return s.Path + " " + s.Reason }

func (s Suppression) covers(f Finding) bool {
	return s.Stack == f.Stack && slices.Contains(s.Rules, f.Rule) && slices.Contains(s.Resource, f.Resource)
}

// Read reads an assembly of the CDK.
func Read(dir string) (Assembly, error) {
	assembly := Assembly{Dir: dir}
	templates, err := filepath.Glob(filepath.Join(dir, "*.template.json"))
	if len(templates) == 0 || err != nil {
		return assembly, fmt.Errorf("%s has no templates: %w", dir, os.ErrNotExist)
	}
	for _, file := range templates {
		stack, err := readStack(strings.TrimSuffix(file, ".template.json"))
		if err != nil {
			return assembly, err
		}
		assembly.Stacks = append(assembly.Stacks, stack)
	}
	return assembly, nil
}

func readStack(base string) (Stack, error) {
	stack := Stack{Name: filepath.Base(base), IDs: map[string]string{}}
	var metadata map[string][]struct {
		Type string
		Data json.RawMessage
	}
	for file, into := range map[string]any{".template.json": &stack.Template, ".metadata.json": &metadata} {
		if err := readJSON(base+file, into); err != nil {
			return stack, err
		}
	}
	for _, path := range slices.Sorted(maps.Keys(metadata)) {
		for _, entry := range metadata[path] {
			var err error
			switch entry.Type {
			case "aws:cdk:logicalId":
				var id string
				err = json.Unmarshal(entry.Data, &id)
				stack.IDs[strings.Trim(path, "/")] = id
			case stacks.SuppressionMetadata:
				found := Suppression{Stack: stack.Name, Path: strings.Trim(path, "/")}
				err = json.Unmarshal(entry.Data, &found.Suppression)
				stack.Suppressions = append(stack.Suppressions, found)
			}
			if err != nil {
				return stack, fmt.Errorf("%s of %s: %w", entry.Type, path, err)
			}
		}
	}
	for i := range stack.Suppressions {
		stack.Suppressions[i].Resource = stack.under(stack.Suppressions[i].Path)
	}
	return stack, nil
}

// under are the logical ids of the resources that a construct consists of.
func (s Stack) under(path string) []string {
	var ids []string
	for _, resource := range slices.Sorted(maps.Keys(s.IDs)) {
		if resource == path || strings.HasPrefix(resource, path+"/") {
			ids = append(ids, s.IDs[resource])
		}
	}
	return ids
}

// Suppressions are all that the environment's code declares.
func (a Assembly) Suppressions() []Suppression {
	var all []Suppression
	for _, stack := range a.Stacks {
		all = append(all, stack.Suppressions...)
	}
	return all
}

func readJSON(file string, into any) error {
	raw, err := os.ReadFile(file) //nolint:gosec // the file of an assembly that we have just written
	if err != nil {
		return err
	}
	if err := json.Unmarshal(raw, into); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return nil
}
