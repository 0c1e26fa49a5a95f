package stacks

import (
	"math"
	"strconv"
	"strings"
)

// value is one key's place in Config: how it is read and what is accepted there. A value arrives as text after -c and
// typed from cdk.json; both are read.
type value interface {
	// read puts raw into the configuration. It returns what to do about a raw that has the wrong type, or "".
	read(into *Config, raw any) (advice string)
	// get returns what read has put there.
	get(from Config) any
	// accepted completes "must be …".
	accepted() string
	// check returns what is not accepted.
	check(in Config) []finding
}

// finding is a value that is not accepted and what to do about it.
type finding struct {
	received any
	advice   string
}

// rule says which values are accepted; advice is what to do about one that is not, and "" about one that is.
type rule[T any] struct {
	accepted string
	advice   func(T) string
}

type text struct {
	at   func(*Config) *string
	rule rule[string]
}

func (v text) read(into *Config, raw any) string {
	s, ok := raw.(string)
	if !ok {
		return "write it in quotes"
	}
	*v.at(into) = s
	return ""
}

func (v text) get(from Config) any       { return *v.at(&from) }
func (v text) accepted() string          { return v.rule.accepted }
func (v text) check(in Config) []finding { return one(*v.at(&in), v.rule) }

type number struct {
	at   func(*Config) *int
	rule rule[int]
}

func (v number) read(into *Config, raw any) string {
	switch n := raw.(type) {
	case string:
		parsed, err := strconv.Atoi(n)
		if err != nil {
			return "write it in digits"
		}
		*v.at(into) = parsed
	case float64:
		if n != math.Trunc(n) || math.Abs(n) >= 1e9 {
			return "write a whole number of at most 9 digits"
		}
		*v.at(into) = int(n)
	default:
		return "write it in digits"
	}
	return ""
}

func (v number) get(from Config) any       { return *v.at(&from) }
func (v number) accepted() string          { return v.rule.accepted }
func (v number) check(in Config) []finding { return one(*v.at(&in), v.rule) }

func one[T any](received T, rule rule[T]) []finding {
	if advice := rule.advice(received); advice != "" {
		return []finding{{received, advice}}
	}
	return nil
}

// list is a list in cdk.json and text with commas after -c. Its rule holds for each element.
type list struct {
	at   func(*Config) *[]string
	rule rule[string]
}

func (v list) read(into *Config, raw any) string {
	elements := []string{}
	switch l := raw.(type) {
	case string:
		if l == "" {
			break
		}
		for part := range strings.SplitSeq(l, ",") {
			elements = append(elements, strings.TrimSpace(part))
		}
	case []any:
		for _, element := range l {
			s, ok := element.(string)
			if !ok {
				return "write each element in quotes"
			}
			elements = append(elements, s)
		}
	default:
		return "write a list of texts, or one text with commas"
	}
	*v.at(into) = elements
	return ""
}

func (v list) get(from Config) any { return *v.at(&from) }
func (v list) accepted() string    { return "a list of " + v.rule.accepted }

func (v list) check(in Config) []finding {
	var found []finding
	seen := map[string]bool{}
	for _, element := range *v.at(&in) {
		if seen[element] {
			found = append(found, finding{element, "remove it where it is repeated"})
			continue
		}
		seen[element] = true
		found = append(found, one(element, v.rule)...)
	}
	return found
}
