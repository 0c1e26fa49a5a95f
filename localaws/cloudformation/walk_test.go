package cloudformation

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
)

// What several templates have left over may depend on each other in a circle. It must go all the same.
func TestWalkBreaksCircles(t *testing.T) {
	needs := map[string][]string{"a": {"b"}, "b": {"a"}, "c": {"a"}}
	var mu sync.Mutex
	var seen []string
	failed := walk{ids: []string{"a", "b", "c"}, before: func(id string) []string { return needs[id] }, visit: func(id string) error {
		mu.Lock()
		defer mu.Unlock()
		seen = append(seen, id)
		return nil
	}}.run()
	slices.Sort(seen[1:])
	if failed != nil || strings.Join(seen, "") != "abc" {
		t.Error(failed, seen)
	}
}

// Without a word on failures, what can go on goes on.
func TestWalkGoesOn(t *testing.T) {
	needs := map[string][]string{"b": {"a"}}
	var mu sync.Mutex
	seen := map[string]bool{}
	failed := walk{ids: []string{"a", "b", "c"}, before: func(id string) []string { return needs[id] }, visit: func(id string) error {
		mu.Lock()
		defer mu.Unlock()
		seen[id] = true
		if id == "a" {
			return errors.New("no")
		}
		return nil
	}}.run()
	if !slices.Equal(failed, []string{"a"}) || seen["b"] || !seen["c"] {
		t.Error(failed, seen)
	}
}

func TestEqual(t *testing.T) {
	for _, c := range []struct {
		a, b any
		want bool
	}{
		{"8080", 8080.0, true}, {"true", true, true}, {"a", "b", false}, {nil, "", false}, {[]any{1.0}, []any{"1"}, true},
		{[]any{1.0}, []any{2.0}, false}, {[]any{1.0}, []any{}, false}, {[]any{}, "", false}, {map[string]any{"a": 1.0}, map[string]any{"b": 1.0}, false},
		{map[string]any{}, []any{}, false}, {map[string]string{"a": "b"}, map[string]string{"a": "b"}, true},
	} {
		if got := equal(c.a, c.b); got != c.want {
			t.Errorf("equal(%v, %v) is %t", c.a, c.b, got)
		}
	}
}
