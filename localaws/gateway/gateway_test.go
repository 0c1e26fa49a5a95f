package gateway

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"

	"payment-processor/localaws/internal/localtest"
)

func TestMain(m *testing.M) { os.Exit(localtest.WithMoto(m)) }

const logsTarget, ecrTarget = "Logs_20140328.", "AmazonEC2ContainerRegistry_V20150921."

// port starts a gateway in front of moto.
func port(t *testing.T, options Options) string {
	t.Helper()
	options.Moto, _ = url.Parse(localtest.Moto(t))
	return localtest.Serve(t, New(options))
}

// signedFor is what a client of a service sends.
func signedFor(service string) map[string]string {
	return map[string]string{"Authorization": "AWS4-HMAC-SHA256 Credential=local/20261122/us-east-2/" + service +
		"/aws4_request, SignedHeaders=host, Signature=none"}
}

// ask sends a request and returns what comes back.
func ask(t *testing.T, method, address string, headers map[string]string, body string) (int, http.Header, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range headers {
		request.Header.Set(name, value)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, response.Header, string(content)
}

// jsonCall calls an operation of a JSON service.
func jsonCall(t *testing.T, address, service, target, body string) (int, string) {
	t.Helper()
	headers := signedFor(service)
	headers["X-Amz-Target"], headers["Content-Type"] = target, "application/x-amz-json-1.1"
	status, _, answer := ask(t, http.MethodPost, address+"/", headers, body)
	return status, answer
}

func TestServicesOfOursAndOwnPaths(t *testing.T) {
	ours := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.WriteHeader(http.StatusTeapot)
		_, _ = fmt.Fprintf(w, "%s %s", Operation(r), body)
	})
	address := port(t, Options{
		Services: map[string]http.Handler{"cloudformation": ours}, Own: map[string]http.Handler{"faults": ours},
		Fronts: map[string]func(http.Handler) http.Handler{"acm": func(http.Handler) http.Handler { return ours }},
	})
	if status, _, _ := ask(t, http.MethodGet, address+"/", signedFor("acm"), ""); status != http.StatusTeapot {
		t.Errorf("what stands before moto answered %d", status)
	}

	headers := signedFor("cloudformation")
	headers["Content-Type"] = "application/x-www-form-urlencoded; charset=utf-8"
	status, _, body := ask(t, http.MethodPost, address+"/", headers, "Action=DescribeStacks&Version=1")
	if status != http.StatusTeapot || body != "DescribeStacks Action=DescribeStacks&Version=1" {
		t.Errorf("our service answered %d %q", status, body)
	}
	if status, _, body := ask(t, http.MethodGet, address+"/_localaws/faults/x", nil, "y"); status != http.StatusTeapot || body != " y" {
		t.Errorf("our own path answered %d %q", status, body)
	}
	if status, _, _ := ask(t, http.MethodGet, address+"/_localaws/none", nil, ""); status != http.StatusNotFound {
		t.Errorf("a path that is nobody's answered %d", status)
	}
	_, _, log := ask(t, http.MethodGet, address+"/_localaws/requests", nil, "")
	var entries []Entry
	if err := json.Unmarshal([]byte(log), &entries); err != nil || len(entries) != 2 || entries[1].Operation != "DescribeStacks" ||
		entries[1].Status != http.StatusTeapot || entries[1].Service != "cloudformation" {
		t.Errorf("the log is %s", log)
	}
}

func TestUnsignedRequestsReachTheirService(t *testing.T) {
	address := port(t, Options{})
	status, _, body := ask(t, http.MethodPost, address+"/", map[string]string{"X-Amz-Target": "AmazonSSM.DescribeParameters",
		"Content-Type": "application/x-amz-json-1.1"}, "{}")
	if status != http.StatusOK || !strings.Contains(body, "Parameters") {
		t.Errorf("an unsigned request for SSM: %d %s", status, body)
	}
	if status, _, _ := ask(t, http.MethodGet, address+"/no-such-bucket/key", nil, ""); status != http.StatusNotFound {
		t.Errorf("an unsigned request for S3: %d", status)
	}
}

func TestWhatMotoLacksIsSaidAtOnce(t *testing.T) {
	address := port(t, Options{})
	if status, body := jsonCall(t, address, "ssm", "AmazonSSM.GetCalendarState", "{}"); status != http.StatusNotImplemented ||
		!strings.Contains(body, "ssm GetCalendarState") {
		t.Errorf("JSON: %d %s", status, body)
	}
	headers := signedFor("iam")
	headers["Content-Type"] = "application/x-www-form-urlencoded"
	status, _, body := ask(t, http.MethodPost, address+"/", headers, "Action=NoSuchThing&Version=2010-05-08")
	if status != http.StatusNotImplemented || !strings.Contains(body, "<Code>NotImplemented</Code>") || !strings.Contains(body, "iam NoSuchThing") {
		t.Errorf("query: %d %s", status, body)
	}
	status, answer := jsonCall(t, address, "cloudtrail", "CloudTrail_20131101.LookupEvents", "{}")
	if status != http.StatusOK || answer != `{"Events":[]}` {
		t.Errorf("look-up of events: %d %s", status, answer)
	}
	if status, _ := jsonCall(t, address, "cloudtrail", "CloudTrail_20131101.ListTrails", "{}"); status != http.StatusOK {
		t.Errorf("other operations of CloudTrail: %d", status)
	}
	if status, answer := jsonCall(t, address, "ecr", "AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken", "{}"); status != http.StatusOK ||
		!strings.Contains(answer, address) {
		t.Errorf("the registry's address: %d %s", status, answer)
	}
}

func TestMotoThatIsGone(t *testing.T) {
	gone, _ := url.Parse("http://127.0.0.1:1")
	address := localtest.Serve(t, New(Options{Moto: gone}))
	if status, body := jsonCall(t, address, "ssm", "AmazonSSM.GetParameter", "{}"); status != http.StatusBadGateway ||
		!strings.Contains(body, "moto does not answer") {
		t.Errorf("got %d %s", status, body)
	}
}

type lostBody struct{}

func (lostBody) Read([]byte) (int, error) { return 0, errors.New("connection reset") }
func (lostBody) Close() error             { return nil }

func TestRequestsCutShort(t *testing.T) {
	gone, _ := url.Parse("http://127.0.0.1:1")
	gate := New(Options{Moto: gone})
	for name, c := range map[string]struct {
		method, path string
		headers      map[string]string
	}{
		"CBOR":           {"POST", "/service/GraniteServiceVersion20100801/operation/DescribeAlarms", signedFor("monitoring")},
		"image manifest": {"PUT", "/v2/repository/manifests/tag", nil},
		"saved query":    {"POST", "/", map[string]string{"X-Amz-Target": logsTarget + "PutQueryDefinition"}},
	} {
		request := httptest.NewRequest(c.method, c.path, lostBody{})
		request.Header.Set("Smithy-Protocol", "rpc-v2-cbor")
		for key, value := range c.headers {
			request.Header.Set(key, value)
		}
		recorder := httptest.NewRecorder()
		gate.ServeHTTP(recorder, request)
		if recorder.Code != http.StatusBadRequest {
			t.Errorf("%s: got %d %s", name, recorder.Code, recorder.Body)
		}
	}
}
