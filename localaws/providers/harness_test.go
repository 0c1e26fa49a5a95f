package providers

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"payment-processor/localaws/gateway"
	"payment-processor/localaws/moto"
	"payment-processor/localaws/resource"
)

// endpoint is the gateway's address; empty where moto is not installed.
var endpoint string

func TestMain(m *testing.M) {
	os.Exit(func() int {
		server, err := moto.Start(context.Background(), moto.Options{})
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return m.Run()
		}
		defer func() { _ = server.Stop() }()
		address, _ := url.Parse(server.URL)
		port := httptest.NewServer(gateway.New(gateway.Options{Moto: address}))
		defer port.Close()
		endpoint = port.URL
		return m.Run()
	}())
}

// needMoto skips the test where there is no moto; CI has to have it.
func needMoto(t *testing.T) {
	t.Helper()
	switch {
	case endpoint != "":
	case os.Getenv("CI") != "":
		t.Fatal("moto is not installed, and CI must run this")
	default:
		t.Skip("moto is not installed")
	}
}

// settings are those of a client of the gateway, one call of which may fail.
func settings(calls http.RoundTripper) aws.Config {
	return aws.Config{
		Region: "us-east-2", BaseEndpoint: aws.String(endpoint),
		Credentials: credentials.NewStaticCredentialsProvider("local", "local", ""),
		Retryer:     func() aws.Retryer { return aws.NopRetryer{} },
		HTTPClient:  &http.Client{Transport: calls},
	}
}

// working are the providers over a network that works.
func working(t *testing.T) resource.Registry {
	t.Helper()
	needMoto(t)
	return All(settings(http.DefaultTransport))
}

var errCall = errors.New("the network is down")

// failing is a network that loses one call: the fails-th, counted from one.
type failing struct {
	fails int

	lock  sync.Mutex
	calls int
	lost  string // the request that was lost, empty as long as none was
}

func (f *failing) RoundTrip(request *http.Request) (*http.Response, error) {
	f.lock.Lock()
	f.calls++
	lose := f.calls == f.fails
	if lose {
		f.lost = describe(request)
	}
	f.lock.Unlock()
	if lose {
		return nil, errCall
	}
	return http.DefaultTransport.RoundTrip(request)
}

func describe(request *http.Request) string {
	body := ""
	if request.Body != nil {
		content, _ := io.ReadAll(request.Body)
		body = string(content)
	}
	return fmt.Sprintf("%s %s %s %.200s", request.Method, request.URL.Path, request.Header.Get("X-Amz-Target"), body)
}

// unique is a part of names that no other test has.
func unique() string {
	random := make([]byte, 4)
	_, _ = rand.Read(random)
	return hex.EncodeToString(random)
}

// asked is a request as the engine would make it.
func asked(kind string, properties map[string]any) resource.Request {
	token := make([]byte, 16)
	_, _ = rand.Read(token)
	return resource.Request{
		StackID:   "arn:aws:cloudformation:us-east-2:123456789012:stack/providers-test/1",
		StackName: "providers-test", LogicalID: "Thing" + unique(), Type: kind, Token: hex.EncodeToString(token),
		AccountID: moto.AccountID, Region: "us-east-2", Properties: properties,
		Tags: map[string]string{"project": "providers"},
	}
}

// updated is the request that updates what another made.
func updated(made resource.Request, result resource.Result, properties map[string]any) resource.Request {
	request := made
	request.PhysicalID, request.Old, request.Properties = result.PhysicalID, made.Properties, properties
	return request
}

// made makes a resource that others need, and deletes it when the test ends.
func made(t *testing.T, kind string, properties map[string]any) resource.Result {
	t.Helper()
	provider, err := working(t).Find(kind)
	if err != nil {
		t.Fatal(err)
	}
	request := asked(kind, properties)
	result, err := provider.Create(t.Context(), request)
	if err != nil {
		t.Fatalf("creating %s: %v", kind, err)
	}
	t.Cleanup(func() {
		if err := provider.Delete(context.Background(), updated(request, result, properties)); err != nil {
			t.Errorf("deleting %s %s: %v", kind, result.PhysicalID, err)
		}
	})
	return result
}

// refused tells whether creation is refused, for the reason given.
func refused(t *testing.T, kind, reason string, properties map[string]any) {
	t.Helper()
	provider, err := working(t).Find(kind)
	if err != nil {
		t.Fatal(err)
	}
	request := asked(kind, properties)
	result, err := provider.Create(t.Context(), request)
	if err == nil {
		_ = provider.Delete(t.Context(), updated(request, result, properties))
	}
	if err == nil || !strings.Contains(err.Error(), reason) {
		t.Errorf("creating %s: got %v, want a refusal that says %q", kind, err, reason)
	}
}

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
	provider, err := working(t).Find(l.kind)
	if err != nil {
		t.Fatal(err)
	}
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
		lossy, _ := All(settings(network)).Find(l.kind)
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
