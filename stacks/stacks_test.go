package stacks

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	_ "payment-processor/internal/fastsynth"
	"payment-processor/lambda/bundle"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"
)

func TestMain(m *testing.M) {
	code := m.Run()
	jsii.Close()
	os.Exit(code)
}

// object is a piece of a rendered template.
type object = map[string]any

// resource is one resource of a rendered template, with the stack and logical id it stands under.
type resource struct {
	Stack, ID, Type string
	Properties      object
	Body            object // DependsOn, DeletionPolicy, Metadata, …
}

// environment is one synthesized environment; its templates are read, never changed, by tests.
type environment struct {
	Stacks    Stacks
	Config    Config
	Templates map[string]object // by part: network, database where there is one, platform, observability
}

var environments = map[string]*environment{}

// synthesized returns the environment of that suffix with the given context on top, synthesized once a test binary.
func synthesized(t *testing.T, suffix string, context ...object) *environment {
	t.Helper()
	overrides := object{"environmentSuffix": suffix}
	if suffix == "prod" {
		overrides["certificateArn"] = testCertificate
	}
	for _, c := range context {
		maps.Copy(overrides, c)
	}
	key, err := json.Marshal(overrides)
	if err != nil {
		t.Fatal(err)
	}
	if environments[string(key)] == nil {
		var fromJSON object // as the CLI hands it over: 3 is a float64
		if err := json.Unmarshal(key, &fromJSON); err != nil {
			t.Fatal(err)
		}
		environments[string(key)] = synthesize(t, fromJSON)
	}
	return environments[string(key)]
}

const testCertificate = "arn:aws:acm:us-east-2:111122223333:certificate/0f7a2c3e-0000-4000-8000-000000000000"

func synthesize(t *testing.T, overrides object) *environment {
	t.Helper()
	config, err := LoadConfig(overrides, func(string) string { return "" })
	if err != nil {
		t.Fatal(err)
	}
	out := t.TempDir()
	app := awscdk.NewApp(&awscdk.AppProps{Outdir: &out, PostCliContext: cdkJSONContext(t)})
	env := &environment{Stacks: New(app, config, functions(t, config)), Config: config, Templates: map[string]object{}}
	app.Synth(nil)
	parts := []string{"network", "platform", "observability"}
	if config.Database.Created() {
		parts = append(parts, "database")
	}
	for _, part := range parts {
		name := config.names().stack(part)
		env.Templates[part] = readJSON(t, filepath.Join(out, name+".template.json"))
	}
	return env
}

var built = map[string]bundle.Functions{} // by architecture

func functions(t *testing.T, config Config) bundle.Functions {
	t.Helper()
	architecture := config.Task.Architecture
	if _, ok := built[architecture]; !ok {
		root, err := bundle.ModuleRoot()
		if err != nil {
			t.Fatal(err)
		}
		if built[architecture], err = bundle.Build(t.Context(), root, architecture); err != nil {
			t.Fatal(err)
		}
	}
	return built[architecture]
}

// cdkJSONContext returns the feature flags that the CLI would pass: without them a test sees another template.
func cdkJSONContext(t *testing.T) *map[string]any {
	t.Helper()
	context := readJSON(t, "../cdk.json")["context"].(object)
	return &context
}

func readJSON(t *testing.T, file string) object {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var parsed object
	if err := json.Unmarshal(raw, &parsed); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return parsed
}

// resources returns the environment's resources of the given types, all of them without a type, in a stable order.
func (e *environment) resources(types ...string) []resource {
	var found []resource
	for _, part := range slices.Sorted(maps.Keys(e.Templates)) {
		all, _ := e.Templates[part]["Resources"].(object)
		for _, id := range slices.Sorted(maps.Keys(all)) {
			body := all[id].(object)
			kind := body["Type"].(string)
			if len(types) > 0 && !slices.Contains(types, kind) {
				continue
			}
			properties, _ := body["Properties"].(object)
			found = append(found, resource{part, id, kind, properties, body})
		}
	}
	return found
}

// only returns the environment's single resource of a type.
func (e *environment) only(t *testing.T, kind string) resource {
	t.Helper()
	found := e.resources(kind)
	if len(found) != 1 {
		t.Fatalf("found %d resources of type %s, want 1", len(found), kind)
	}
	return found[0]
}
