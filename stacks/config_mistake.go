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

// quote renders a received value so that its kind and its blanks can be seen: a text in quotes, the rest as JSON.
func quote(value any) string {
	if text, ok := value.(string); ok {
		return shorten(text, strconv.Quote)
	}
	raw, err := json.Marshal(value)
	if err != nil { // not from JSON: NaN, a channel, …
		return fmt.Sprintf("a %T", value)
	}
	return shorten(string(raw), func(s string) string { return s })
}

func shorten(text string, render func(string) string) string {
	runes := []rune(text)
	if len(runes) <= longestQuote {
		return render(text)
	}
	return fmt.Sprintf("%s… (%d characters)", render(string(runes[:longestQuote])), len(runes))
}
