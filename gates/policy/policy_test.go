package policy

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	_ "payment-processor/internal/fastsynth"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/jsii-runtime-go"
)

func TestMain(m *testing.M) {
	code := m.Run()
	jsii.Close()
	os.Exit(code)
}

// Without this the rules would be good intentions: a synth that breaks one must fail, and say which.
func TestEnforce(t *testing.T) {
	out := t.TempDir()
	app := awscdk.NewApp(&awscdk.AppProps{Outdir: &out, PostCliContext: &map[string]any{
		"@aws-cdk/core:validateAgainstDefaultRules": true,
	}})
	stack := awscdk.NewStack(app, new("broken"), nil)
	awskms.NewCfnKey(stack, new("Key"), &awskms.CfnKeyProps{EnableKeyRotation: new(false), KeyPolicy: map[string]any{
		"Version":   "2012-10-17",
		"Statement": []any{},
	}})
	plugin := Enforce(app)
	defer func() {
		if failed := fmt.Sprint(recover()); !strings.Contains(failed, "Validation failed") {
			t.Errorf("the synth ends with %s", failed)
		}
		raw, err := os.ReadFile(out + "/validation-report.json")
		if err != nil || !strings.Contains(string(raw), "PAY-CRYPT-01") {
			t.Errorf("the report does not name the rule: %v\n%s", err, raw)
		}
		sameEngine(t, *plugin.Version())
	}()
	app.Synth(nil)
}

// The sabotage is tried on the engine that package-lock.json pins: it must be the CDK's.
func sameEngine(t *testing.T, version string) {
	t.Helper()
	raw, err := os.ReadFile("../../package.json")
	if err != nil {
		t.Fatal(err)
	}
	var pinned struct{ Dependencies map[string]string }
	if err := json.Unmarshal(raw, &pinned); err != nil {
		t.Fatal(err)
	}
	if got := pinned.Dependencies["@aws/cloudformation-validate"]; strings.TrimSuffix(got, "-beta") != version {
		t.Errorf("package.json pins %s, the CDK has %s", got, version)
	}
}

func TestSources(t *testing.T) {
	if all := Sources(); len(all) < 7 || !strings.HasPrefix(all[0].Content, "# ") {
		t.Errorf("found %d files of rules", len(all))
	}
	defer func() {
		if recover() == nil {
			t.Error("no rules are as good as some")
		}
	}()
	must(nil, nil)
}
