package docs

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// free are commands whose arguments are anybody's own business.
var free = []string{"cd", "cp", "curl", "docker", "echo", "export", "git", "jq", "sleep", "test", "[", "go", "true"}

// Someone at three in the morning types what a page says. Each command of each page is checked against the program that
// it calls, as that program is pinned here.
func TestCommands(t *testing.T) {
	checked := map[string]int{}
	for _, b := range blocks(t, "sh") {
		commands, err := parseShell(b.Text, b.Line)
		if err != nil {
			t.Errorf("%s: %v", b.Page, err)
			continue
		}
		for _, c := range commands {
			checked[c.Words[0]]++
			if err := checkCommand(t, c.Words); err != nil {
				t.Errorf("%s:%d: %s\n%v", b.Page, c.Line, strings.ReplaceAll(strings.Join(c.Words, " "), unknown, "$…"), err)
			}
		}
	}
	t.Logf("commands checked: %v", checked)
	if checked["make"] == 0 || checked["aws"] == 0 {
		t.Error("no command of make or aws was found: the pages are not read")
	}
}

func checkCommand(t *testing.T, words []string) error {
	switch words[0] {
	case "make":
		return checkMake(t, words[1:])
	case "cdk", "node_modules/.bin/cdk":
		return checkCdk(t, words[1:])
	case "aws":
		return checkAws(words[1:])
	}
	if strings.HasPrefix(words[0], "./") || strings.HasPrefix(words[0], ".ci/") {
		_, err := os.Stat("../" + words[0])
		return err
	}
	if !slices.Contains(free, words[0]) {
		return fmt.Errorf("%s is no command that the documents may use unchecked", words[0])
	}
	return nil
}

var (
	makeTarget   = regexp.MustCompile(`(?m)^([a-z-]+):`)
	makeVariable = regexp.MustCompile(`\$\(([A-Z]+)\)`) // what no recipe reads has no effect
)

// checkMake checks targets, variables, and what ARGS hands to the CDK.
func checkMake(t *testing.T, words []string) error {
	t.Helper()
	makefile, err := os.ReadFile("../Makefile")
	if err != nil {
		t.Fatal(err)
	}
	targets, variables := map[string]bool{}, map[string]bool{}
	for _, match := range makeTarget.FindAllStringSubmatch(string(makefile), -1) {
		targets[match[1]] = true
	}
	for _, match := range makeVariable.FindAllStringSubmatch(string(makefile), -1) {
		variables[match[1]] = true
	}
	var used string
	for _, word := range words {
		name, value, isVariable := strings.Cut(word, "=")
		switch {
		case !isVariable && !targets[word]:
			return fmt.Errorf("make has no target %s", word)
		case !isVariable:
			used = word
		case !variables[name]:
			return fmt.Errorf("the Makefile knows no variable %s", name)
		case name == "ARGS":
			if err := checkCdk(t, append([]string{used}, strings.Fields(value)...)); err != nil {
				return err
			}
		}
	}
	return nil
}

var cdkOption = regexp.MustCompile(`(?m)^ +(--[a-z-]+)((?:, --?[A-Za-z-]+)*)`)

// checkCdk checks a subcommand and its options against the help of the pinned CLI, and context keys against README's table.
func checkCdk(t *testing.T, words []string) error {
	t.Helper()
	help := cdkHelp(t, words[0])
	if !strings.HasPrefix(help, "cdk "+words[0]) {
		return fmt.Errorf("cdk has no command %s", words[0])
	}
	options := map[string]bool{"--no-color": true}
	for _, match := range cdkOption.FindAllStringSubmatch(help, -1) {
		options[match[1]] = true
		for _, alias := range strings.Split(match[2], ", ")[1:] {
			options[alias] = true
		}
	}
	for i, word := range words[1:] {
		name, _, _ := strings.Cut(word, "=")
		if strings.HasPrefix(name, "-") && !options[name] && !options[strings.Replace(name, "--no-", "--", 1)] {
			return fmt.Errorf("cdk %s has no option %s", words[0], name)
		}
		if previous := words[i]; previous == "-c" || previous == "--context" {
			if !configurationKeys(t)[name] {
				return fmt.Errorf("%s is no configuration key of README.md's table", name)
			}
		}
	}
	return nil
}

var cdkHelps = map[string]string{}

func cdkHelp(t *testing.T, subcommand string) string {
	t.Helper()
	const cdk = "../node_modules/.bin/cdk"
	if _, err := os.Stat(cdk); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("CI must install the CDK CLI first: %v", err)
		}
		t.Skip("the CDK CLI is not installed, so its options cannot be checked; make build installs it")
	}
	if cdkHelps[subcommand] == "" {
		help := exec.CommandContext(t.Context(), cdk, subcommand, "--help")
		help.Env = append(os.Environ(), "CI=true", "COLUMNS=200")
		text, err := help.CombinedOutput()
		if err != nil {
			t.Fatalf("cdk %s --help: %v\n%s", subcommand, err, text)
		}
		cdkHelps[subcommand] = string(text)
	}
	return cdkHelps[subcommand]
}

var configurationRow = regexp.MustCompile("(?m)^\\| `([A-Za-z]+)` \\|")

func configurationKeys(t *testing.T) map[string]bool {
	t.Helper()
	readme := pages(t)["README.md"]
	_, table, _ := strings.Cut(readme, "<!-- config:begin")
	table, _, _ = strings.Cut(table, "<!-- config:end")
	keys := map[string]bool{}
	for _, match := range configurationRow.FindAllStringSubmatch(table, -1) {
		keys[match[1]] = true
	}
	return keys
}

// Without this a wrapper could lose a flag that keeps CloudFormation from moving traffic.
func TestMakeDeployIsSafe(t *testing.T) {
	makefile, err := os.ReadFile("../Makefile")
	if err != nil {
		t.Fatal(err)
	}
	_, flags, _ := strings.Cut(string(makefile), "\ndeploy_flags := ")
	flags, _, _ = strings.Cut(flags, "\n\n")
	flags = strings.NewReplacer("\\\n", " ", "$(APPROVAL)", "never").Replace(flags)
	words := strings.Fields(flags)
	for _, flag := range []string{"--all", "--method=change-set", "--rollback", "--no-hotswap", "--no-hotswap-fallback", "--no-revert-drift"} {
		if !slices.Contains(words, flag) {
			t.Errorf("make deploy does not say %s", flag)
		}
	}
	if err := checkCdk(t, append([]string{"deploy"}, words...)); err != nil {
		t.Error(err)
	}
}

// The pinned CLI is the one whose assembly schema fits; npm's latest tag is an accidental old build.
func TestCdkIsPinned(t *testing.T) {
	var pinned struct{ Dependencies map[string]string }
	raw, err := os.ReadFile("../package.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &pinned); err != nil {
		t.Fatal(err)
	}
	if version := pinned.Dependencies["aws-cdk"]; !regexp.MustCompile(`^2\.\d+\.\d+$`).MatchString(version) {
		t.Errorf("package.json pins aws-cdk to %q, want an exact version 2.x.y", version)
	}
	for page, text := range pages(t) {
		if strings.Contains(text, "npm install -g aws-cdk") || strings.Contains(text, "npx cdk@latest") || strings.Contains(text, "npx aws-cdk") {
			t.Errorf("%s tells the reader to install another CDK CLI than the pinned one", page)
		}
	}
}
