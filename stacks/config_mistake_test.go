package stacks

import (
	"encoding/json"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
)

func noVariables(string) string { return "" }

func variable(name, value string) func(string) string {
	return func(asked string) string {
		if asked == name {
			return value
		}
		return ""
	}
}

// mistakesOf returns what LoadConfig says about a context.
func mistakesOf(t *testing.T, context object) Mistakes {
	t.Helper()
	config, err := LoadConfig(context, noVariables)
	var found Mistakes
	if !errors.As(err, &found) {
		t.Fatalf("%v was accepted: %+v", context, config)
	}
	if config.EnvironmentSuffix != "" {
		t.Errorf("%v was refused, and yet a configuration came back: %+v", context, config)
	}
	return found
}

// Whoever mistypes a value must be told which, what was read, what is accepted and what to do, before AWS is asked.
func TestEachMistakeHasItsOwnMessage(t *testing.T) {
	if len(wrongConfigurations) < 60 {
		t.Errorf("there are %d wrong configurations, want 60 or more", len(wrongConfigurations))
	}
	var golden strings.Builder
	seen := map[string]object{}
	for _, context := range wrongConfigurations {
		input, err := json.Marshal(context)
		if err != nil {
			t.Fatal(err)
		}
		found := mistakesOf(t, context)
		if len(found) != 1 {
			t.Errorf("%s has %d mistakes, want 1: %v", input, len(found), found)
		}
		message := found[0].Error()
		golden.WriteString(string(input) + "\n  " + message + "\n")
		if other, taken := seen[message]; taken {
			t.Errorf("%s and %v have the same message: %s", input, other, message)
		}
		seen[message] = context
		if !namesItsInput(found[0], context) {
			t.Errorf("%s: the message does not name key and value: %s", input, message)
		}
		if found[0].Next == "" || (found[0].Accepted == "" && !strings.HasSuffix(message, "is not a configuration key: "+found[0].Next)) {
			t.Errorf("%s: the message does not say what is accepted: %s", input, message)
		}
	}
	compareGolden(t, "mistakes.golden", golden.String())
}

// namesItsInput reports whether a mistake tells a key of the context as it was written, and its value or a part of it.
func namesItsInput(m Mistake, context object) bool {
	for key, value := range context {
		if key == environmentsKey {
			return strings.Contains(m.Key, environmentsKey)
		}
		if m.Received == "" && m.Key == quote(key) {
			return true
		}
		text, _ := value.(string)
		told := func(part string) bool {
			return m.Received == quote(part) || part != "" && strings.Contains(m.Received, part)
		}
		parts := strings.Split(strings.ReplaceAll(text[:min(len(text), longestQuote)], "=", ","), ",")
		if strings.Contains(m.Key, key) && (text == "" || slices.ContainsFunc(parts, told)) {
			return true
		}
	}
	return false
}

// A second run for the second mistake is a minute lost, and a third for the third.
func TestAllMistakesAreReportedAtOnce(t *testing.T) {
	found := mistakesOf(t, object{
		"environmentSuffix": "prod", // without TLS
		"cpu":               "256",  // not with 4096 MiB
		"containerPort":     "80",
		"regoin":            "us-east-2",
		"tags":              7.0,
		"ingressCidrs":      "10.0.0.1/8,nowhere",
		"environments":      object{"dev": object{"imageTags": "1"}, "staging": "no", "prod": object{"natGateways": "many"}},
	})
	var keys []string
	for _, mistake := range found {
		keys = append(keys, mistake.Key)
	}
	want := []string{
		`"environments.dev.imageTags"`, "environments.prod.natGateways", "environments.staging", `"regoin"`, "tags",
		"containerPort", "ingressCidrs", "ingressCidrs", "cpu, memoryMiB", "environmentSuffix, certificateArn, domainName",
	}
	if strings.Join(keys, "\n") != strings.Join(want, "\n") {
		t.Errorf("mistakes in %q, want %q", keys, want)
	}
	lines := strings.Split(found.Error(), "\n")
	if len(lines) != 1+len(found) || lines[0] != "mistakes in the configuration: 10" || lines[1] != "  "+found[0].Error() {
		t.Errorf("the error is not one line for each mistake: %s", found)
	}
	var single Mistake
	if !errors.As(error(found), &single) || single != found[0] {
		t.Errorf("errors.As finds %v, want the first mistake", single)
	}
}

// A value that is wrong by itself must not be blamed a second time for what it does to others.
func TestMistakenKeysAreNotComparedWithOthers(t *testing.T) {
	for _, context := range []object{
		{"maxCapacity": "0"}, {"minCapacity": "many"}, {"cpu": "1"}, {"vpcCidr": "10.0.0.0"},
		{"terminationWaitMinutes": "2881"}, {"environmentSuffix": "prod", "certificateArn": "none"},
	} {
		if found := mistakesOf(t, context); len(found) != 1 {
			t.Errorf("%v: %v, want one mistake", context, found)
		}
	}
}

// A mistake in an environment that is not asked for must not hide the one in the environment that is.
func TestMistakesOfOtherEnvironmentsHideNothing(t *testing.T) {
	found := mistakesOf(t, object{"cpu": "256", "environments": object{"prod": object{"cpu": "many"}}})
	if len(found) != 2 {
		t.Errorf("%v, want prod's cpu and this environment's pair", found)
	}
}

// The value of an unknown key may be a password that landed in the wrong place: it must not land in a build log.
func TestUnknownKeysDoNotEchoTheirValue(t *testing.T) {
	found := mistakesOf(t, object{"dbPassword": "hunter2", "environments": object{"prod": object{"dbPassword": "hunter2"}}})
	if strings.Contains(found.Error(), "hunter2") {
		t.Errorf("the message gives the value away: %v", found)
	}
}

func TestQuote(t *testing.T) {
	long := strings.Repeat("ä", longestQuote)
	for _, c := range []struct {
		value any
		want  string
	}{
		{"a b\n", `"a b\n"`},
		{"<&>", `"<&>"`},
		{long, `"` + long + `"`},
		{long + "ä", `"` + long + `"… (81 characters)`},
		{3.0, "3"},
		{true, "true"},
		{[]any{"a", 1.0}, `["a",1]`},
		{[]string{}, "[]"},
		{math.NaN(), "a float64"},
	} {
		if got := quote(c.value); got != c.want {
			t.Errorf("%v is quoted as %s, want %s", c.value, got, c.want)
		}
	}
}

func TestNearest(t *testing.T) {
	words := []string{"cpu", "region", "minCapacity", "maxCapacity", "memoryMiB"}
	for name, want := range map[string]string{
		"gpu": "cpu", "CPU": "cpu", "cp": "cpu", "xy": "", "": "", "regoin": "region", "Regions": "region",
		"miCapacity": "minCapacity", "maxcapacity": "maxCapacity", "mxxCapacity": "maxCapacity", "mCapacity": "minCapacity",
		"memory": "memoryMiB", "rexxxn": "region", "rxxxxn": "",
	} {
		if got := nearest(name, words); got != want {
			t.Errorf("the nearest to %q is %q, want %q", name, got, want)
		}
	}
}

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"", "abc", 3}, {"abc", "", 3}, {"abc", "abc", 0}, {"kitten", "sitting", 3}, {"flaw", "lawn", 2}, {"ab", "ba", 2},
	} {
		if got := distance(c.a, c.b); got != c.want {
			t.Errorf("from %q to %q it is %d edits, want %d", c.a, c.b, got, c.want)
		}
	}
}
