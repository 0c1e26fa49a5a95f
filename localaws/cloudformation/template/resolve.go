package template

import (
	"errors"
	"maps"
	"slices"
	"strings"
)

// Scope is what intrinsic functions ask for what only a deployment knows.
type Scope struct {
	Template   *Template
	Parameters map[string]any  // strings and lists
	Pseudo     map[string]any  // AWS::Region and the others, AWS::NoValue apart
	Conditions map[string]bool // filled by Conditions

	// Resource answers Ref, with no attribute, and Fn::GetAtt. ErrPending leaves the function in place.
	Resource    func(id, attribute string) (any, error)
	Import      func(export string) (any, error)
	StackOutput func(region, stack, output string) (any, error)
	Zones       func(region string) []any
}

// ErrPending says that a value is not known before its resource is made.
var ErrPending = errors.New("known after the resource is made")

// Pending is a function whose value is not known yet, its other arguments resolved.
type Pending map[string]any

type noValue struct{}

// Resolve works out every function in a value. What holds a pending value becomes Pending, except for lists and maps,
// which hold it.
func (s *Scope) Resolve(value any) (any, error) {
	resolved, err := s.resolve(value)
	if _, none := resolved.(noValue); none {
		return nil, err
	}
	return resolved, err
}

// Properties are those of a resource, resolved.
func (s *Scope) Properties(id string) (map[string]any, error) {
	resolved, err := s.Resolve(s.Template.Resources[id].Properties)
	properties, _ := resolved.(map[string]any)
	return properties, err
}

func (s *Scope) resolve(value any) (any, error) {
	switch v := value.(type) {
	case []any:
		list := make([]any, 0, len(v))
		for _, item := range v {
			resolved, err := s.resolve(item)
			if err != nil {
				return nil, err
			}
			if _, none := resolved.(noValue); !none {
				list = append(list, resolved)
			}
		}
		return list, nil
	case map[string]any:
		for key := range v {
			if function := functions[key]; len(v) == 1 && (function != nil || strings.HasPrefix(key, "Fn::")) {
				return s.call(key, function, v[key])
			}
		}
		return s.fields(v)
	}
	return value, nil
}

func (s *Scope) fields(v map[string]any) (any, error) {
	fields := make(map[string]any, len(v))
	for _, key := range slices.Sorted(maps.Keys(v)) {
		resolved, err := s.resolve(v[key])
		if err != nil {
			return nil, err
		}
		if _, none := resolved.(noValue); !none && resolved != nil {
			fields[key] = resolved
		}
	}
	return fields, nil
}

func (s *Scope) call(name string, function func(*Scope, any) (any, error), argument any) (any, error) {
	if function == nil {
		return nil, Errorf("Template error: %s is not supported here", name)
	}
	value, err := function(s, argument)
	if errors.Is(err, ErrPending) {
		return s.pending(name, argument)
	}
	return value, err
}

// pending resolves what can be resolved of a function, so that two of them are equal only if what is known is.
func (s *Scope) pending(name string, argument any) (any, error) {
	if name == "Fn::Sub" {
		text, variables, _ := sub(argument)
		all := maps.Clone(variables)
		for _, match := range placeholder.FindAllStringSubmatch(text, -1) {
			if _, own := variables[match[2]]; match[1] == "" && !own {
				if all == nil {
					all = map[string]any{}
				}
				all[match[2]] = variable(match[2])
			}
		}
		argument = []any{text, all}
	}
	if name != "Ref" && name != "Fn::GetAtt" {
		var err error
		if argument, err = s.resolve(argument); err != nil {
			return nil, err
		}
	}
	return Pending{name: argument}, nil
}

// strict resolves arguments that a function has to look into.
func (s *Scope) strict(value any) (any, error) {
	resolved, err := s.resolve(value)
	if err == nil && IsPending(resolved) {
		return nil, ErrPending
	}
	return resolved, err
}

// IsPending tells whether a resolved value holds one that is not known yet.
func IsPending(value any) bool {
	switch v := value.(type) {
	case Pending:
		return true
	case []any:
		return slices.ContainsFunc(v, IsPending)
	case map[string]any:
		return slices.ContainsFunc(slices.Collect(maps.Values(v)), IsPending)
	}
	return false
}
