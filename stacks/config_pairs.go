package stacks

import (
	"maps"
	"slices"
	"strings"
)

// pairs are an object in cdk.json and key=value,key=value after -c. They are added to those of an earlier source, so
// that one more tag on the command line does not take the others away.
type pairs struct {
	at   func(*Config) *map[string]string
	rule rule[pair]
}

type pair struct{ key, value string }

func (v pairs) read(into *Config, raw any) string {
	read := map[string]string{}
	switch p := raw.(type) {
	case string:
		for part := range strings.SplitSeq(p, ",") {
			key, value, ok := strings.Cut(part, "=")
			if !ok && p != "" {
				return "write it as key=value,key=value"
			}
			if ok {
				read[strings.TrimSpace(key)] = strings.TrimSpace(value)
			}
		}
	case map[string]any:
		for key, value := range p {
			s, ok := value.(string)
			if !ok {
				return "write each value in quotes"
			}
			read[key] = s
		}
	default:
		return "write an object of texts, or key=value,key=value"
	}
	if *v.at(into) == nil {
		*v.at(into) = map[string]string{}
	}
	maps.Copy(*v.at(into), read)
	return ""
}

func (v pairs) get(from Config) any { return *v.at(&from) }
func (v pairs) accepted() string    { return v.rule.accepted }

func (v pairs) check(in Config) []finding {
	var found []finding
	all := *v.at(&in)
	for _, key := range slices.Sorted(maps.Keys(all)) {
		if advice := v.rule.advice(pair{key, all[key]}); advice != "" {
			found = append(found, finding{key + "=" + all[key], advice})
		}
	}
	return found
}
