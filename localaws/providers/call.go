package providers

import (
	"context"
	"maps"
	"reflect"
	"slices"
	"strings"

	"payment-processor/localaws/resource"
)

// call shapes properties into the input of an SDK's operation and runs it.
func call[I, O, F any](ctx context.Context, operation func(context.Context, *I, ...func(*F)) (*O, error),
	properties map[string]any) (*O, error) {
	input := new(I)
	if err := shape(properties, input); err != nil {
		return nil, err
	}
	return operation(ctx, input)
}

// run is call for operations that answer nothing of interest.
func run[I, O, F any](ctx context.Context, operation func(context.Context, *I, ...func(*F)) (*O, error),
	properties map[string]any) error {
	_, err := call(ctx, operation, properties)
	return err
}

// with is properties and more of them, in pairs of name and value.
func with(properties map[string]any, pairs ...any) map[string]any {
	more := map[string]any{}
	maps.Copy(more, properties)
	for pair := range slices.Chunk(pairs, 2) {
		more[pair[0].(string)] = pair[1]
	}
	return more
}

// inOrder runs steps until one fails.
func inOrder(steps ...func() error) error {
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// retag brings the tags of a resource up to date by its service's two operations.
func retag[T, U, O, P, F any](ctx context.Context, request resource.Request, member string, id any,
	tag func(context.Context, *T, ...func(*F)) (*O, error), untag func(context.Context, *U, ...func(*F)) (*P, error)) error {
	if tags := tagged(request)["Tags"]; tags != nil {
		if err := run(ctx, tag, map[string]any{member: id, "Tags": tags}); err != nil {
			return err
		}
	}
	gone := untagged(request)
	if len(gone) == 0 {
		return nil
	}
	return run(ctx, untag, map[string]any{member: id, "TagKeys": anyList(gone)})
}

// changed makes a step that runs where one of the properties differs from what it was.
func changed(request resource.Request, step func() error, properties ...string) func() error {
	return func() error {
		for _, property := range properties {
			if !reflect.DeepEqual(request.Properties[property], request.Old[property]) {
				return step()
			}
		}
		return nil
	}
}

// given makes a step that runs where a property is there.
func given(request resource.Request, property string, step func() error) func() error {
	return func() error {
		if _, there := request.Properties[property]; !there {
			return nil
		}
		return step()
	}
}

// anyList is strings as properties have them.
func anyList(values []string) []any {
	list := make([]any, len(values))
	for i, value := range values {
		list[i] = value
	}
	return list
}

// afterLast is what follows the last separator.
func afterLast(value, separator string) string {
	return value[strings.LastIndex(value, separator)+1:]
}

// nameAgain is the name that a resource has, or shall get. Only for resources whose physical id is their name.
func nameAgain(request resource.Request, property string, longest int) string {
	if request.PhysicalID != "" {
		return request.PhysicalID
	}
	return named(request, property, longest)
}
