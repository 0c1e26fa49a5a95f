package docs

import (
	"fmt"
	"reflect"
	"regexp"
	"strings"
)

// shape is the type of a piece of an answer, which a JMESPath expression of --query walks through. A misspelled name in
// one is no error to the CLI: it prints None.
type shape struct {
	kind       reflect.Type
	lowerNames bool
}

var (
	identifier = regexp.MustCompile(`^[A-Za-z]+`)
	filter     = regexp.MustCompile(`^\?\s*(?:\w+\()?([A-Za-z]+)`)
)

// check follows names, [indices], [?filters], [lists] and {records}, up to the first function or pipe.
func (s shape) check(query string) error {
	query = strings.TrimSpace(query)
	for s.kind.Kind() == reflect.Pointer {
		s.kind = s.kind.Elem()
	}
	switch {
	case query == "" || query[0] == '|':
		return nil
	case query[0] == '.':
		return s.check(query[1:])
	case query[0] == '{':
		return s.checkEach(inside(query, '{', '}'), true)
	case query[0] == '[' && s.kind.Kind() == reflect.Slice:
		content := inside(query, '[', ']')
		element := shape{s.kind.Elem(), s.lowerNames}
		if match := filter.FindStringSubmatch(content); match != nil {
			if err := element.check(match[1]); err != nil {
				return err
			}
		}
		return element.check(query[len(content)+2:])
	case query[0] == '[':
		return s.checkEach(inside(query, '[', ']'), false)
	}
	name := identifier.FindString(query)
	if name == "" || strings.HasPrefix(query[len(name):], "(") {
		return nil
	}
	if s.kind.Kind() != reflect.Struct {
		return fmt.Errorf("%s has no member %s", s.kind, name)
	}
	field, found := s.kind.FieldByName(strings.ToUpper(name[:1]) + name[1:])
	spelled := name[:1] == strings.ToUpper(name[:1])
	if !found || spelled == s.lowerNames {
		return fmt.Errorf("the answer %s has no member %s", s.kind.Name(), name)
	}
	return shape{field.Type, s.lowerNames}.check(query[len(name):])
}

// checkEach checks the expressions of a list or record, which stand between commas.
func (s shape) checkEach(content string, record bool) error {
	for part := range strings.SplitSeq(content, ",") {
		if _, expression, named := strings.Cut(part, ":"); record && named {
			part = expression
		}
		if err := s.check(part); err != nil {
			return err
		}
	}
	return nil
}

// inside is what stands between the first bracket of text and the one that closes it.
func inside(text string, opening, closing byte) string {
	depth := 0
	for i := range len(text) {
		switch text[i] {
		case opening:
			depth++
		case closing:
			depth--
		}
		if depth == 0 {
			return text[1:i]
		}
	}
	return text[1:]
}
