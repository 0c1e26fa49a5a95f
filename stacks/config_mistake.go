package stacks

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// Mistake is one thing that is wrong with the configuration.
type Mistake struct {
	Key      string // as it was written: cpu, environments.prod.cpu, ENVIRONMENT_SUFFIX
	Received string // quoted and shortened; empty for an unknown key, whose value may be a secret
	Accepted string // empty for an unknown key
	Next     string // what to do about it
}

func (m Mistake) Error() string {
	if m.Received == "" {
		return fmt.Sprintf("%s is not a configuration key: %s", m.Key, m.Next)
	}
	return fmt.Sprintf("%s must be %s, received %s: %s", m.Key, m.Accepted, m.Received, m.Next)
}

// Mistakes are all the mistakes of one configuration.
type Mistakes []Mistake

func (m Mistakes) Error() string {
	lines := []string{fmt.Sprintf("mistakes in the configuration: %d", len(m))}
	for _, mistake := range m {
		lines = append(lines, "  "+mistake.Error())
	}
	return strings.Join(lines, "\n")
}

// Unwrap gives errors.As and errors.Is each Mistake.
func (m Mistakes) Unwrap() []error {
	all := make([]error, len(m))
	for i, mistake := range m {
		all[i] = mistake
	}
	return all
}

// longestQuote keeps a message readable when somebody pastes a file where a value belongs.
const longestQuote = 80

// quote renders a received value so that its kind and its blanks can be seen.
func quote(value any) string {
	text, isText := value.(string)
	if !isText {
		raw, err := json.Marshal(value)
		if err != nil { // not from JSON: NaN, a channel, …
			return fmt.Sprintf("a %T", value)
		}
		return shorten(string(raw))
	}
	return strconv.Quote(shorten(text))
}

func shorten(text string) string {
	runes := []rune(text)
	if len(runes) <= longestQuote {
		return text
	}
	return fmt.Sprintf("%s… (%d characters)", string(runes[:longestQuote]), len(runes))
}
