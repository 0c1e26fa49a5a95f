package providers

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"payment-processor/localaws/resource"
)

// life is what a resource of a type goes through in a test.
type life struct {
	kind string
	// properties are those at creation, with a part for names that differs from call to call.
	properties func(unique string) map[string]any
	// changes are the updates, one after the other, of the properties at creation.
	changes []func(properties map[string]any)
	// check looks at the resource after its creation (step 0) and after each change.
	check func(t *testing.T, step int, result resource.Result)
	// tolerates are parts of requests whose loss is no failure.
	tolerates []string
}

// live puts a resource through its life, with tags and without, then again and again with one call of each step lost,
// which must not go unnoticed, and after which an update must be able to go back, to what was there before; and deletes
// it twice, because a resource that is gone is no failure.
func (l life) live(t *testing.T) {
	t.Helper()
	provider := providerOf(t, l.kind)
	l.whole(t, provider, func(map[string]any, *resource.Request) {})
	bare := l
	bare.check = nil // which may look at tags
	bare.whole(t, provider, func(properties map[string]any, request *resource.Request) {
		delete(properties, "Tags")
		request.Tags = nil
	})
	l.fail(t, provider)
}

// whole takes every step once, with something done to the properties and the request of each.
func (l life) whole(t *testing.T, provider resource.Provider, vary func(map[string]any, *resource.Request)) {
	t.Helper()
	request := asked(l.kind, copied(l.properties(unique())))
	vary(request.Properties, &request)
	result, err := provider.Create(t.Context(), request)
	if err != nil {
		t.Fatalf("creating %s: %v", l.kind, err)
	}
	l.look(t, 0, result)
	for step, change := range l.changes {
		properties := copied(request.Properties)
		change(properties)
		vary(properties, &request)
		request = updated(request, result, properties)
		if result, err = provider.Update(t.Context(), request); err != nil {
			t.Fatalf("update %d of %s: %v", step+1, l.kind, err)
		}
		if result.PhysicalID != request.PhysicalID {
			t.Errorf("update %d of %s: physical id became %s, was %s", step+1, l.kind, result.PhysicalID, request.PhysicalID)
		}
		l.look(t, step+1, result)
	}
	request = updated(request, result, request.Properties)
	for range 2 {
		if err := provider.Delete(t.Context(), request); err != nil {
			t.Errorf("deleting %s: %v", l.kind, err)
		}
	}
}

func (l life) look(t *testing.T, step int, result resource.Result) {
	t.Helper()
	if l.check != nil {
		l.check(t, step, result)
	}
}

// fail loses each call of each step once.
func (l life) fail(t *testing.T, provider resource.Provider) {
	t.Helper()
	l.lose(t, "creating", func(lossy resource.Provider) error {
		request := asked(l.kind, l.properties(unique()))
		result, err := lossy.Create(t.Context(), request)
		if result.PhysicalID != "" {
			_ = provider.Delete(t.Context(), updated(request, result, request.Properties))
		}
		return err
	})
	among := func(step func(made *resource.Request, result resource.Result) error) error {
		request := asked(l.kind, l.properties(unique()))
		result, err := provider.Create(t.Context(), request)
		if err != nil {
			t.Fatalf("creating %s: %v", l.kind, err)
		}
		err = step(&request, result)
		if failed := provider.Delete(t.Context(), updated(request, result, request.Properties)); failed != nil {
			t.Errorf("deleting %s afterwards: %v", l.kind, failed)
		}
		return err
	}
	for number, change := range l.changes {
		l.lose(t, fmt.Sprintf("update %d of", number+1), func(lossy resource.Provider) error {
			return among(func(made *resource.Request, result resource.Result) error {
				request := *made
				before := copied(request.Properties)
				for _, earlier := range l.changes[:number] {
					earlier(before)
				}
				after := copied(before)
				change(after)
				request = updated(request, result, before)
				if number > 0 {
					if _, err := provider.Update(t.Context(), request); err != nil {
						t.Fatalf("updating %s: %v", l.kind, err)
					}
				}
				_, err := lossy.Update(t.Context(), updated(request, result, after))
				request.Properties, made.Properties = after, before
				was, failed := provider.Update(t.Context(), updated(request, result, before)) // as the engine rolls back
				if failed != nil {
					t.Fatalf("taking update %d of %s back: %v", number+1, l.kind, failed)
				}
				l.look(t, number, was)
				return err
			})
		})
	}
	l.lose(t, "deleting", func(lossy resource.Provider) error {
		return among(func(request *resource.Request, result resource.Result) error {
			return lossy.Delete(t.Context(), updated(*request, result, request.Properties))
		})
	})
}

// lose runs a step with its first call lost, its second call lost, and so on until the step makes no more calls.
func (l life) lose(t *testing.T, what string, step func(resource.Provider) error) {
	t.Helper()
	for number := 1; number <= 60; number++ {
		network := &failing{fails: number}
		config := local(t)
		config.HTTPClient = &http.Client{Transport: network}
		lossy, _ := All(config).Find(l.kind)
		err := step(lossy)
		if network.lost == "" {
			if err != nil {
				t.Errorf("%s %s: %v", what, l.kind, err)
			}
			return
		}
		if err == nil && !l.tolerated(network.lost) {
			t.Errorf("%s %s: nobody noticed that a call was lost: %s", what, l.kind, network.lost)
		}
	}
	t.Errorf("%s %s makes more than 60 calls", what, l.kind)
}

func (l life) tolerated(lost string) bool {
	for _, part := range l.tolerates {
		if strings.Contains(lost, part) {
			return true
		}
	}
	return false
}

// copied is a deep copy of properties.
func copied(properties map[string]any) map[string]any {
	whole, _ := clone(properties).(map[string]any)
	return whole
}

func clone(value any) any {
	switch typed := value.(type) {
	case map[string]any:
		fields := make(map[string]any, len(typed))
		for name, field := range typed {
			fields[name] = clone(field)
		}
		return fields
	case []any:
		items := make([]any, len(typed))
		for i, item := range typed {
			items[i] = clone(item)
		}
		return items
	}
	return value
}
