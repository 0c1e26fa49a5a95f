package simulation

import (
	"encoding/json"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var trialsWanted = flag.Bool("trials", false, "remove the protections one at a time: each removal must break an invariant")

// trial removes one protection. The source is changed in a copy (go test -overlay): production code has no switch for it.
type trial struct {
	Removed string
	How     string
	Edits   []edit
	Breaks  []string // the invariants of which the first to break is one
}

type edit struct{ file, old, new string }

var trials = []trial{
	{"the wait for an in-flight deployment", "`deployment.Blocking` sees none", []edit{{"../lambda/deployment/deployments.go",
		"	for i, d := range all {\n		switch {\n", "	for i, d := range all[:0] {\n		switch {\n"}},
		[]string{oneInFlight, wantedLive, oldLive, rollbackDone, healthyTarget, quietEdit, nothingLeft}},
	{"the stop on cancel", "Release waits for a deployment of the cancelled request instead of stopping it", []edit{{"../lambda/release/handler.go",
		"err = h.stop(ctx, event, decision.Deployment)", "err = nil"}},
		[]string{rollbackDone, nothingLeft}},
	{"the no-op on Create", "Release deploys on Create, whatever runs", []edit{{"../lambda/release/decide.go",
		"case primary.TaskDefinition != s.Wanted:", "case primary.TaskDefinition != s.Wanted || s.RequestType == deployment.Create && s.own() == nil:"}},
		[]string{needless}},
	{"the capacity strategy in the AppSpec", "the AppSpec names none, and Release accepts that", []edit{
		{"template.go", `"CapacityProviderStrategy":[` + "` +\n\t`" + `{"CapacityProvider":"FARGATE","Base":2,"Weight":1},{"CapacityProvider":"FARGATE_SPOT","Base":0,"Weight":4}]`, `"PlatformVersion":"LATEST"`},
		{"../lambda/release/handler.go", "event.Properties.validate())", "nil)"}},
		[]string{spotKept}},
	{"the LiveTargetGroup look-up", "LiveTargetGroup always answers blue", []edit{{"../lambda/livetarget/handler.go",
		"Decision{Answer: s.Live.Primary.TargetGroup,", "Decision{Answer: s.Blue,"}},
		[]string{quietEdit}},
	{"the retained task definition", "CloudFormation deletes what it has replaced", []edit{{"template.go",
		"Provider: w.native(w.taskDefinition), Retain: true,", "Provider: w.native(w.taskDefinition),"}},
		[]string{previousKept}},
	{"the check of the PRIMARY task set", "Release does not ask which revision it runs", []edit{{"../lambda/release/decide.go",
		"case primary.TaskDefinition != s.Wanted:", "case false:"}},
		[]string{wantedLive, oldLive}},
	{"the question to the first tasks", "Release asks nobody on Create", []edit{{"../lambda/release/decide.go",
		"case s.unproven():", "case false:"}},
		[]string{firstReady}},
	{"the rotation release's look at the stack", "it starts whatever the stack is doing", []edit{{"../lambda/rotationrelease/handler.go",
		"if err := h.settled(ctx); err != nil {", "if err := error(nil); err != nil {"}},
		[]string{renewal}},
}

// The code moves on, and the trials with it.
func TestTrialsFitTheCode(t *testing.T) {
	for _, trial := range trials {
		trial.overlay(t)
	}
}

// A protection that nobody misses is not one, or the simulation does not see what it is for.
func TestTrials(t *testing.T) {
	if !*trialsWanted {
		t.Skip("with -trials (make simulate-trials): each is a build of its own")
	}
	for _, trial := range trials {
		t.Run(trial.Removed, func(t *testing.T) {
			overlay := trial.overlay(t)
			out, err := exec.Command("go", "test", "-overlay", overlay, "-run", "^TestHistories$", "-count=1", ".",
				"-histories", "20000", "-rapid.shrinktime", "1s").CombinedOutput()
			found := regexp.MustCompile(`failed after \d+ tests: ([^:]+):`).FindStringSubmatch(string(out))
			if err == nil || found == nil {
				t.Fatalf("nothing broke: %v\n%s", err, out)
			}
			if !slices.Contains(trial.Breaks, found[1]) {
				t.Errorf("broke %q, want one of %q", found[1], trial.Breaks)
			}
			t.Logf("broke: %s", found[1])
		})
	}
}

func (trial trial) overlay(t *testing.T) string {
	replace := map[string]string{}
	dir := t.TempDir()
	for _, e := range trial.Edits {
		path, err := filepath.Abs(e.file)
		if err != nil {
			t.Fatal(err)
		}
		source, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Count(string(source), e.old) != 1 {
			t.Fatalf("%s has %q %d times, want once: the trial has to follow the code", e.file, e.old, strings.Count(string(source), e.old))
		}
		copied := filepath.Join(dir, strings.ReplaceAll(e.file, "/", "_"))
		if err := os.WriteFile(copied, []byte(strings.Replace(string(source), e.old, e.new, 1)), 0o644); err != nil {
			t.Fatal(err)
		}
		replace[path] = copied
	}
	encoded, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(file, encoded, 0o644); err != nil {
		t.Fatal(err)
	}
	return file
}
