package stacks

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

const (
	readme     = "../README.md"
	tableBegin = "<!-- config:begin -->\n"
	tableEnd   = "<!-- config:end -->"
)

// A table that lags behind the code sends newcomers into errors.
func TestReadmeExplainsEachKey(t *testing.T) {
	raw, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, begins := strings.Cut(string(raw), tableBegin)
	_, after, ends := strings.Cut(rest, tableEnd)
	if !begins || !ends {
		t.Fatalf("%s has no lines %s and %s", readme, strings.TrimSpace(tableBegin), tableEnd)
	}
	want := before + tableBegin + configurationTable() + tableEnd + after
	if *update {
		if err := os.WriteFile(readme, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if want != string(raw) {
		t.Errorf("%s does not have this configuration table; run go test ./stacks -update\n%s", readme, configurationTable())
	}
}

// A new account has less than this takes: green's tasks would never start, and nobody would know why.
func TestReadmeSaysWhichQuotasAreTooSmall(t *testing.T) {
	config := synthesized(t, "dev").Config
	onDemand := config.Capacity.FargateBase * config.Task.CPU / 1024
	spot := (config.Scaling.DesiredCount - config.Capacity.FargateBase) * config.Task.CPU / 1024
	addresses := 0
	for _, suffix := range []string{"dev", "staging", "prod"} {
		addresses += len(synthesized(t, suffix).resources("AWS::EC2::EIP"))
	}
	raw, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		fmt.Sprintf("The defaults run on %d and %d, but a release runs two versions at a time, on %d and %d", onDemand, spot, 2*onDemand, 2*spot),
		fmt.Sprintf("in one account need %d Elastic IP addresses", addresses),
	} {
		if got := strings.Join(strings.Fields(string(raw)), " "); !strings.Contains(got, want) {
			t.Errorf("%s does not say: %s", readme, want)
		}
	}
}

// configurationTable is the table of all keys, in Markdown.
func configurationTable() string {
	var table strings.Builder
	table.WriteString("| Key | Default | Accepted | Meaning |\n|---|---|---|---|\n")
	for _, k := range keys {
		fmt.Fprintf(&table, "| `%s` | %s | %s | %s |\n", k.name, defaults(k), escaped(k.value.accepted()), k.meaning)
	}
	return table.String()
}

func defaults(k key) string {
	text := "none"
	if k.standard != "" {
		text = "`" + k.standard + "`"
	}
	if k.staging != "" {
		text += ", staging `" + k.staging + "`"
	}
	if k.prod != "" {
		text += ", prod `" + k.prod + "`"
	}
	return text
}

// escaped keeps Markdown from reading _ as emphasis and | as the end of a cell.
func escaped(text string) string { return strings.NewReplacer("_", `\_`, "|", `\|`).Replace(text) }

func TestEachKeyIsExplained(t *testing.T) {
	seen := map[string]bool{}
	for _, k := range keys {
		if seen[k.name] {
			t.Errorf("%s is there twice", k.name)
		}
		seen[k.name] = true
		if k.meaning == "" || !strings.HasSuffix(k.meaning, ".") || strings.Contains(k.meaning, "|") {
			t.Errorf("%s: the meaning %q is no sentence for a table", k.name, k.meaning)
		}
		if k.value.accepted() == "" {
			t.Errorf("%s does not say what it accepts", k.name)
		}
		for _, suffix := range []string{"dev", "staging", "prod"} {
			if advice := k.value.read(&Config{}, k.defaultOf(suffix)); advice != "" {
				t.Errorf("%s: the default %q of %s cannot be read: %s", k.name, k.defaultOf(suffix), suffix, advice)
			}
		}
	}
	for _, r := range relations {
		for _, name := range r.keys {
			if !seen[name] {
				t.Errorf("a relation names %q, which is no key", name)
			}
		}
	}
}
