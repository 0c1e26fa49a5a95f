package stacks

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// assetHash changes with the code of a function, which is reviewed as code.
var assetHash = regexp.MustCompile(`[0-9a-f]{64}`)

// A setting that no rule and no assertion knows still shows here as a line that a reviewer must approve.
func TestSettings(t *testing.T) {
	env := synthesized(t, "prod")
	var lines []string
	add := func(where, what string, value any) {
		line := fmt.Sprintf("%s %s: %s", where, what, assetHash.ReplaceAllString(spelled(value), "<hash>"))
		lines = append(lines, strings.ReplaceAll(line, "\n", " "))
	}
	for _, r := range env.resources() {
		where := r.Stack + "/" + r.ID
		for property, value := range r.Properties {
			if !heldElsewhere(r.Type, property, value) {
				add(where, property, value)
			}
		}
		for attribute, value := range r.Body {
			if !slices.Contains([]string{"Type", "Properties", "Metadata"}, attribute) {
				add(where, "("+attribute+")", value)
			}
		}
	}
	for part, template := range env.Templates {
		for section, value := range template {
			for name, entry := range asObject(value) {
				if section != "Resources" && section != "Metadata" {
					add(part+" "+section, name, entry)
				}
			}
		}
	}
	slices.Sort(lines)
	compareGolden(t, "settings-prod.golden", strings.Join(lines, "\n")+"\n")
}

// heldElsewhere reports what TestPolicies lists, and TestTags looks at.
func heldElsewhere(kind, property string, value any) bool {
	holds := property == "Tags" || kind == "AWS::Lambda::Permission"
	visit(value, "", func(_ string, piece any) {
		holds = holds || asObject(piece)["Effect"] != nil
	})
	return holds
}
