package stacks

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// mostTags leaves ten of AWS's 50 tags on a resource to the app's own parts.
const mostTags = 40

var tagCharacters = regexp.MustCompile(`^[\p{L}\p{Z}\p{N}_.:/=+@-]*$`)

// tagRule is the strictest of what AWS's services take (AWS General Reference, "Tag naming limits and requirements").
// An empty value, which others take, is none for a stack (CloudFormation API Reference, Tag).
var tagRule = rule[pair]{
	"an object with keys of 1 to 128 and values of 1 to 256 letters, digits, blanks and _.:/=+@-",
	func(tag pair) string {
		key := []rune(tag.key)
		switch {
		case len(key) == 0:
			return "write a key before the ="
		case len(key) > 128:
			return fmt.Sprintf("the key has %d characters: shorten it", len(key))
		case tag.value == "":
			return "write a value after the ="
		case len([]rune(tag.value)) > 256:
			return fmt.Sprintf("the value has %d characters: shorten it", len([]rune(tag.value)))
		case !tagCharacters.MatchString(tag.key + tag.value):
			return "leave other characters out"
		case strings.HasPrefix(strings.ToLower(tag.key), "aws:"), strings.HasPrefix(strings.ToLower(tag.value), "aws:"):
			return "choose another beginning, aws: is reserved"
		case strings.EqualFold(tag.key, "Name"):
			return "choose another key, Name tells the resources of an environment apart"
		}
		return ""
	},
}

// tagsFit looks at the configured tags together with the required ones. IAM takes keys that differ in case for the same
// key, and refuses both (IAM User Guide, "Rules for tagging").
func tagsFit(c Config) string {
	all := tags(c)
	if len(all) > mostTags {
		return fmt.Sprintf("with the required ones there are %d, the most is %d: remove %d", len(all), mostTags, len(all)-mostTags)
	}
	spelt := map[string]string{}
	for _, key := range slices.Sorted(maps.Keys(all)) {
		folded := strings.ToLower(key)
		if other, taken := spelt[folded]; taken {
			return fmt.Sprintf("%s and %s differ in case alone: keep %s", other, key, key)
		}
		spelt[folded] = key
	}
	return ""
}
