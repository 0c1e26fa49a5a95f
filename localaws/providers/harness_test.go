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

	"payment-processor/localaws/gateway"
	"payment-processor/localaws/internal/localtest"
	"payment-processor/localaws/moto"
	"payment-processor/localaws/resource"
)

func TestMain(m *testing.M) { os.Exit(localtest.WithMoto(m)) }

// gate is a gateway in front of moto: one for all tests, because it remembers what moto forgets.
var gate *httptest.Server

// local are the settings of a client of the gateway.
func local(t *testing.T) aws.Config {
	t.Helper()
	address, _ := url.Parse(localtest.Moto(t))
	if gate == nil {
		gate = httptest.NewServer(gateway.New(gateway.Options{Moto: address}))
	}
	return localtest.Config(gate.URL)
}

// providerOf is the one of a type, over a network that works.
func providerOf(t *testing.T, kind string) resource.Provider {
	t.Helper()
	found, err := All(local(t)).Find(kind)
	if err != nil {
		t.Fatal(err)
	}
	return found
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
	provider := providerOf(t, kind)
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
	provider := providerOf(t, kind)
	request := asked(kind, properties)
	result, err := provider.Create(t.Context(), request)
	if err == nil {
		_ = provider.Delete(t.Context(), updated(request, result, properties))
	}
	if err == nil || !strings.Contains(err.Error(), reason) {
		t.Errorf("creating %s: got %v, want a refusal that says %q", kind, err, reason)
	}
}

func tag(key, value string) []any { return []any{map[string]any{"Key": key, "Value": value}} }

func retags(properties map[string]any) { properties["Tags"] = tag("Other", "value") }

func untags(properties map[string]any) { delete(properties, "Tags") }
