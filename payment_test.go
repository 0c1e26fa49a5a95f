package main

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"payment-processor/gates/policy"
	_ "payment-processor/internal/fastsynth"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"
)

func TestMain(m *testing.M) {
	code := m.Run()
	jsii.Close()
	os.Exit(code)
}

// surroundings are the environment variables of one run.
type surroundings map[string]string

func (s surroundings) getenv(name string) string { return s[name] }

// withContext is how the CLI would call us with these -c arguments, for a cdk.out of its own.
func withContext(t *testing.T, arguments map[string]any) surroundings {
	t.Helper()
	var file struct{ Context map[string]any }
	if err := json.Unmarshal(read(t, moduleRoot, "cdk.json"), &file); err != nil {
		t.Fatal(err)
	}
	maps.Copy(file.Context, arguments)
	settings, err := json.Marshal(file.Context)
	if err != nil {
		t.Fatal(err)
	}
	return surroundings{
		"CDK_CONTEXT_JSON": string(settings), "CDK_OUTDIR": filepath.Join(t.TempDir(), "cdk.out"), "CDK_VALIDATION": "false",
	}
}

var moduleRoot, _ = os.Getwd()

func read(t *testing.T, path ...string) []byte {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func of(suffix string) map[string]any {
	arguments := map[string]any{"environmentSuffix": suffix}
	if suffix == "prod" {
		arguments["certificateArn"] = "arn:aws:acm:us-east-2:111122223333:certificate/0f7a2c3e-0000-4000-8000-000000000000"
	}
	return arguments
}

// templates returns the bytes of every template in a cdk.out, by file name.
func templates(t *testing.T, s surroundings) map[string]string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(s["CDK_OUTDIR"], "*.template.json"))
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for _, file := range files {
		found[filepath.Base(file)] = string(read(t, file))
	}
	return found
}

func synthesize(t *testing.T, s surroundings) map[string]string {
	t.Helper()
	if err := run(t.Context(), s.getenv); err != nil {
		t.Fatal(err)
	}
	return templates(t, s)
}

var dev map[string]string

// sharedDev returns the templates of dev, synthesized once a test binary.
func sharedDev(t *testing.T) map[string]string {
	t.Helper()
	if dev == nil {
		dev = synthesize(t, withContext(t, of("dev")))
	}
	return dev
}

func TestEveryEnvironmentSynthesizes(t *testing.T) {
	for _, suffix := range []string{"dev", "staging", "prod", "pr-17"} {
		found := sharedDev(t)
		if suffix != "dev" {
			found = synthesize(t, withContext(t, of(suffix)))
		}
		for _, part := range []string{"network", "platform", "observability"} {
			name := "payment-processor-" + part + "-" + suffix + ".template.json"
			if found[name] == "" {
				t.Errorf("no %s among the %d templates", name, len(found))
			}
		}
	}
}

// A validated synth asks our own rules too: who breaks one sees it before anybody reviews it.
func TestOurRulesAreAsked(t *testing.T) {
	asked := withContext(t, of("dev"))
	delete(asked, "CDK_VALIDATION")
	t.Cleanup(func() { enforce = policy.Enforce })
	enforce = func(app awscdk.App) awscdk.CloudFormationValidatePlugin {
		awscdk.NewCfnResource(awscdk.NewStack(app, new("broken"), nil), new("Trail"), &awscdk.CfnResourceProps{
			Type: new("AWS::CloudTrail::Trail"), Properties: &map[string]any{"IsLogging": false, "S3BucketName": "somewhere"},
		})
		return policy.Enforce(app)
	}
	defer func() {
		raw, err := os.ReadFile(filepath.Join(asked["CDK_OUTDIR"], "validation-report.json"))
		if err != nil || recover() == nil || !strings.Contains(string(raw), "PAY-LOGS-10") {
			t.Errorf("among what is wrong is that a trail is off; CloudFormation Validate says %v\n%s", err, raw)
		}
	}()
	synthesize(t, asked)
}

// A diff in a pull request means the code changed, not that somebody else ran it.
func TestTemplatesDependOnTheConfigurationOnly(t *testing.T) {
	want := sharedDev(t)
	for name, value := range map[string]string{
		"AWS_ACCESS_KEY_ID": "AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY": "example", "AWS_SESSION_TOKEN": "example",
		"AWS_REGION": "eu-central-1", "AWS_DEFAULT_REGION": "eu-central-1", "AWS_PROFILE": "somebody",
		"CDK_DEFAULT_ACCOUNT": "999999999999", "CDK_DEFAULT_REGION": "eu-central-1",
	} {
		t.Setenv(name, value)
	}
	jsii.Close() // a new kernel sees the new environment
	t.Chdir(filepath.Join(moduleRoot, "stacks"))
	with := withContext(t, of("dev"))
	maps.Copy(with, map[string]string{"AWS_REGION": "eu-central-1", "CDK_DEFAULT_ACCOUNT": "999999999999"})
	got := synthesize(t, with)
	if len(got) != len(want) {
		t.Errorf("%d templates, want %d", len(got), len(want))
	}
	for name := range want {
		if got[name] != want[name] {
			t.Errorf("%s differs with AWS credentials in the environment, in another directory", name)
		}
	}
}

// A pinned account and three zones ask AWS nothing: what the CLI would have to look up stands in the manifest.
func TestNothingIsLookedUp(t *testing.T) {
	arguments := of("dev")
	arguments["account"], arguments["availabilityZones"] = "111122223333", "3"
	s := withContext(t, arguments)
	synthesize(t, s)
	raw := read(t, s["CDK_OUTDIR"], "manifest.json")
	var manifest struct{ Missing any }
	if err := json.Unmarshal(raw, &manifest); err != nil || manifest.Missing != nil {
		t.Errorf("the CLI would look up %v (%v)", manifest.Missing, err)
	}
	if !strings.Contains(string(raw), "aws://111122223333/us-east-2") {
		t.Error("no stack is pinned to the account")
	}
}

func TestRefusesAndWritesNothing(t *testing.T) {
	for name, test := range map[string]struct {
		change func(*testing.T, surroundings)
		want   string
	}{
		"without the CLI": {func(_ *testing.T, s surroundings) { s["CDK_CONTEXT_JSON"] = "" }, "through the CDK CLI"},
		"broken context":  {func(_ *testing.T, s surroundings) { s["CDK_CONTEXT_JSON"] = "{" }, "CDK_CONTEXT_JSON: unexpected end"},
		"lost overflow":   {func(_ *testing.T, s surroundings) { s["CONTEXT_OVERFLOW_LOCATION_ENV"] = "/nowhere" }, "context overflow: open /nowhere"},
		"bad configuration": {func(_ *testing.T, s surroundings) {
			s["CDK_CONTEXT_JSON"] = `{"vpcCidr": "everywhere", "natGateways": "nine"}`
		}, "natGateways"},
		"outside the module":  {func(t *testing.T, _ surroundings) { t.Chdir("/") }, "no go.mod in / or above it"},
		"functions not built": {func(t *testing.T, _ surroundings) { t.Chdir(emptyModule(t)) }, "go.mod: want a line like"},
	} {
		t.Run(name, func(t *testing.T) {
			s := withContext(t, of("dev"))
			t.Chdir(moduleRoot)
			test.change(t, s)
			err := run(t.Context(), s.getenv)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got error %v, want one with %q", err, test.want)
			}
			if _, err := os.Stat(s["CDK_OUTDIR"]); err == nil {
				t.Error("something was written to cdk.out")
			}
		})
	}
}

// Somebody who has to correct three mistakes wants to hear of them at once.
func TestReportsEveryMistake(t *testing.T) {
	s := withContext(t, map[string]any{"vpcCidr": "everywhere", "natGateways": "nine", "colour": "red"})
	err := run(t.Context(), s.getenv)
	for _, key := range []string{"vpcCidr", "natGateways", "colour"} {
		if err == nil || !strings.Contains(err.Error(), key) {
			t.Errorf("%v does not name %s", err, key)
		}
	}
}

func emptyModule(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module empty\n\ngo 1.26\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// started runs main itself, and returns its exit code and what it wrote to standard error.
func started(t *testing.T, s surroundings) (code int, stderr string) {
	t.Helper()
	for name, value := range s {
		t.Setenv(name, value)
	}
	file, err := os.Create(filepath.Join(t.TempDir(), "stderr"))
	if err != nil {
		t.Fatal(err)
	}
	terminal := os.Stderr
	defer func() { os.Stderr, exit = terminal, os.Exit }()
	os.Stderr, exit = file, func(c int) { code = c }
	main()
	return code, string(read(t, file.Name()))
}

func TestMainExitsWithZeroAndNoFalseAlarm(t *testing.T) {
	s := withContext(t, of("dev"))
	code, stderr := started(t, s)
	if code != 0 || len(templates(t, s)) == 0 {
		t.Errorf("exit code %d with %d templates; standard error: %s", code, len(templates(t, s)), stderr)
	}
	if strings.Contains(stderr, "abnormally") {
		t.Errorf("an orderly end reads like a crash: %s", stderr)
	}
}

func TestMainReportsAndExitsWithOne(t *testing.T) {
	s := withContext(t, of("dev"))
	s["CDK_CONTEXT_JSON"] = "{"
	if code, stderr := started(t, s); code != 1 || !strings.Contains(stderr, "CDK_CONTEXT_JSON") {
		t.Errorf("exit code %d, standard error %q; want 1 and the reason", code, stderr)
	}
}

// A pipeline must stop at a bad configuration, and must not find templates of an earlier thought to deploy: each of the
// inputs in the golden file ends with 1, says what is wrong, and leaves no cdk.out.
func TestEachMistakeStopsThePipeline(t *testing.T) {
	t.Chdir(moduleRoot)
	t.Setenv("ENVIRONMENT_SUFFIX", "")
	golden := string(read(t, "stacks", "testdata", "mistakes.golden"))
	lines := strings.Split(strings.TrimSuffix(golden, "\n"), "\n")
	if len(lines) < 2*60 {
		t.Errorf("%d inputs, want 60 or more", len(lines)/2)
	}
	for i := 0; i+1 < len(lines); i += 2 {
		var arguments map[string]any
		if err := json.Unmarshal([]byte(lines[i]), &arguments); err != nil {
			t.Fatal(err)
		}
		s := withContext(t, arguments)
		code, stderr := started(t, s)
		if code != 1 || stderr != "mistakes in the configuration: 1\n"+lines[i+1]+"\n" {
			t.Errorf("%s: exit code %d with %q, want 1 with %q", lines[i], code, stderr, lines[i+1])
		}
		if _, err := os.Stat(s["CDK_OUTDIR"]); err == nil {
			t.Errorf("%s: something was written to cdk.out", lines[i])
		}
	}
}
