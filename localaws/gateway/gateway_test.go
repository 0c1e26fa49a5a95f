package gateway

import (
	"bytes"
	"context"
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

	"github.com/aws/smithy-go/encoding/cbor"

	"payment-processor/localaws/moto"
)

// server is moto's address; empty where it is not installed.
var server string

func TestMain(m *testing.M) {
	os.Exit(func() int {
		running, err := moto.Start(context.Background(), moto.Options{})
		if err == nil {
			defer func() { _ = running.Stop() }()
			server = running.URL
		}
		return m.Run()
	}())
}

// port starts a gateway in front of moto; CI must have it.
func port(t *testing.T, options Options) string {
	t.Helper()
	if server == "" {
		if os.Getenv("CI") != "" {
			t.Fatal("moto is not installed, and CI must run this")
		}
		t.Skip("moto is not installed")
	}
	options.Moto, _ = url.Parse(server)
	return listen(t, New(options))
}

func listen(t *testing.T, handler http.Handler) string {
	t.Helper()
	one := httptest.NewServer(handler)
	t.Cleanup(one.Close)
	return one.URL
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

func TestRequestsFindTheirService(t *testing.T) {
	credential := "?X-Amz-Credential=local%2F20261122%2Feu-west-1%2Fs3%2Faws4_request"
	for _, c := range []struct {
		method, path, authorization, target string
		want, region                        string
	}{
		{"POST", "/", "AWS4-HMAC-SHA256 Credential=a/20261122/eu-west-1/ecs/aws4_request, SignedHeaders=host", "", "ecs", "eu-west-1"},
		{"GET", "/bucket/key" + credential, "", "", "s3", "eu-west-1"},
		{"POST", "/", "", "AWSEvents.PutEvents", "events", "none"},
		{"POST", "/", "", "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents", "cloudtrail", "none"},
		{"POST", "/", "", "Unknown.Operation", "sts", "none"},
		{"GET", "/v2/", "Basic QVdTOmxvY2Fs", "", "registry", "none"},
		{"GET", "/v2", "", "", "registry", "none"},
		{"GET", "/v2/apis", "AWS4-HMAC-SHA256 Credential=a/20261122/eu-west-1/apigateway/aws4_request", "", "apigateway", "eu-west-1"},
		{"POST", "/", "", "", "sts", "none"},
		{"GET", "/bucket/key", "", "", "s3", "none"},
		{"GET", "/bucket?X-Amz-Credential=short", "", "", "s3", "none"},
	} {
		request := httptest.NewRequest(c.method, c.path, http.NoBody)
		request.Header.Set("Authorization", c.authorization)
		request.Header.Set("X-Amz-Target", c.target)
		if got := Service(request); got != c.want {
			t.Errorf("%s %s %s%s is for %q, want %q", c.method, c.path, c.authorization, c.target, got, c.want)
		}
		if got := Region(request, "none"); got != c.region {
			t.Errorf("%s %s is for region %q, want %q", c.method, c.path, got, c.region)
		}
	}
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

func TestTheLogForgetsTheOldest(t *testing.T) {
	log := &requestLog{}
	for i := range logged + 3 {
		_, done := log.begin(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, fmt.Sprintf("/%d", i), http.NoBody), "s3", "")
		done()
	}
	entries := log.entries()
	if len(entries) != logged || entries[0].Path != "/3" || entries[logged-1].Path != fmt.Sprintf("/%d", logged+2) {
		t.Errorf("%d entries from %s to %s", len(entries), entries[0].Path, entries[len(entries)-1].Path)
	}
	recorder := httptest.NewRecorder()
	if (&watchedWriter{ResponseWriter: recorder}).Unwrap() != recorder {
		t.Error("the writer cannot be unwrapped: nothing could be flushed")
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
	address := listen(t, New(Options{Moto: gone}))
	if status, body := jsonCall(t, address, "ssm", "AmazonSSM.GetParameter", "{}"); status != http.StatusBadGateway ||
		!strings.Contains(body, "moto does not answer") {
		t.Errorf("got %d %s", status, body)
	}
}

func TestBucketPolicies(t *testing.T) {
	address, headers := port(t, Options{}), signedFor("s3")
	bucket := address + "/policies"
	expect := func(what string, want int, part, method, path, body string) {
		t.Helper()
		if status, _, answer := ask(t, method, path, headers, body); status != want || !strings.Contains(answer, part) {
			t.Errorf("%s: got %d %s, want %d and %q", what, status, answer, want, part)
		}
	}
	policy := `{"Statement":{"Effect":"Deny","Principal":"*","NotAction":"s3:X","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"false"}}}}`
	location := `<CreateBucketConfiguration><LocationConstraint>us-east-2</LocationConstraint></CreateBucketConfiguration>`
	expect("a policy of no bucket", 404, "NoSuchBucket", "PUT", bucket+"?policy", policy)
	expect("a bucket", 200, "", "PUT", bucket, location)
	expect("no policy yet", 404, "NoSuchBucketPolicy", "GET", bucket+"?policy", "")
	for body, fault := range map[string]string{
		"{": "must be valid JSON", `{"Statement":[]}`: "Statement is empty", `{"Statement":[{"Effect":"Deny"}]}`: "required field Principal",
		strings.Repeat(" ", maxBucketPolicy+1): "MalformedPolicy", "{}": "required field Effect",
	} {
		expect("malformed "+body[:1], 400, fault, "PUT", bucket+"?policy", body)
	}
	expect("a policy", 204, "", "PUT", bucket+"?policy", policy)
	expect("its text", 200, policy, "GET", bucket+"?policy", "")
	expect("its condition does not hold", 200, "", "PUT", bucket+"/key", "content")
	expect("nothing else goes", 204, "", "DELETE", bucket+"/key", "")
	expect("another setting goes", 204, "", "DELETE", bucket+"?cors", "")
	expect("the policy stays", 200, policy, "GET", bucket+"?policy", "")
	expect("the policy goes", 204, "", "DELETE", bucket+"?policy", "")
	expect("no policy any more", 404, "NoSuchBucketPolicy", "GET", bucket+"?policy", "")
	expect("a policy again", 204, "", "PUT", bucket+"?policy", policy)
	expect("the bucket goes", 204, "", "DELETE", bucket+"?x-id=DeleteBucket", "")
	expect("a bucket of the same name", 200, "", "PUT", bucket, location)
	expect("has no policy", 404, "NoSuchBucketPolicy", "GET", bucket+"?policy", "")
	expect("a bucket that is not there", 404, "", "DELETE", address+"/nowhere", "")
	expect("all buckets", 200, "policies", "GET", address+"/", "")
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

func cborCall(t *testing.T, address, operation string, input cbor.Value) (int, http.Header, cbor.Map) {
	t.Helper()
	headers := signedFor("monitoring")
	headers["Smithy-Protocol"], headers["Content-Type"] = "rpc-v2-cbor", "application/cbor"
	body := ""
	if input != nil {
		body = string(cbor.Encode(input))
	}
	status, answered, answer := ask(t, http.MethodPost, address+"/service/GraniteServiceVersion20100801/operation/"+operation, headers, body)
	value, err := cbor.Decode([]byte(answer))
	if err != nil {
		t.Fatalf("%s: the answer is no CBOR: %q", operation, answer)
	}
	fields, _ := value.(cbor.Map)
	return status, answered, fields
}

func TestCloudWatchInCBOR(t *testing.T) {
	address := port(t, Options{})
	status, _, _ := cborCall(t, address, "PutMetricAlarm", cbor.Map{
		"AlarmName": cbor.String("errors"), "MetricName": cbor.String("5xx"), "Namespace": cbor.String("payments"),
		"ComparisonOperator": cbor.String("GreaterThanThreshold"), "Statistic": cbor.String("Sum"), "Period": cbor.Uint(60),
		"EvaluationPeriods": cbor.Uint(2), "Threshold": cbor.Float64(1.5), "ActionsEnabled": cbor.Bool(true),
		"AlarmActions": cbor.List{cbor.String("arn:aws:sns:us-east-2:123456789012:topic")},
	})
	if status != http.StatusOK {
		t.Fatalf("an alarm: %d", status)
	}
	status, headers, answer := cborCall(t, address, "DescribeAlarms", nil)
	alarms, _ := answer["MetricAlarms"].(cbor.List)
	if status != http.StatusOK || headers.Get("Smithy-Protocol") != "rpc-v2-cbor" || len(alarms) != 1 {
		t.Fatalf("alarms: %d %v", status, answer)
	}
	alarm, _ := alarms[0].(cbor.Map)
	if _, isTime := alarm["StateUpdatedTimestamp"].(*cbor.Tag); !isTime || alarm["Threshold"] != cbor.Float64(1.5) ||
		alarm["Period"] != cbor.Uint(60) || alarm["ActionsEnabled"] != cbor.Bool(true) {
		t.Errorf("the alarm is %v", alarm)
	}
	status, _, answer = cborCall(t, address, "SetAlarmState", cbor.Map{"AlarmName": cbor.String("none"),
		"StateValue": cbor.String("ALARM"), "StateReason": cbor.String("test")})
	if status < 400 || !strings.Contains(fmt.Sprint(answer["__type"]), "ResourceNotFound") {
		t.Errorf("an alarm that is not there: %d %v", status, answer)
	}
	if status, _ := jsonCall(t, address, "monitoring", "GraniteServiceVersion20100801.DescribeAlarms", "{}"); status != http.StatusOK {
		t.Errorf("JSON passes as it is: %d", status)
	}
}

func TestTranslationOfCBOR(t *testing.T) {
	values := cbor.List{cbor.Uint(1), cbor.NegInt(2), cbor.Float32(0.5), cbor.Float64(2.5), cbor.Bool(true), cbor.String("s"),
		cbor.Slice("b"), &cbor.Tag{ID: 1, Value: cbor.Uint(7)}, &cbor.Nil{}}
	text, _ := json.Marshal(plain(cbor.Map{"list": values}))
	if string(text) != `{"list":[1,-2,0.5,2.5,true,"s","Yg==",7,null]}` {
		t.Errorf("as JSON: %s", text)
	}
	decoder := json.NewDecoder(bytes.NewReader([]byte(`{"EndTime":3,"Values":[1,-1.5,null],"Flag":false}`)))
	decoder.UseNumber()
	input := map[string]any{}
	_ = decoder.Decode(&input)
	fields, _ := packed("", input).(cbor.Map)
	numbers, _ := fields["Values"].(cbor.List)
	if tag, isTime := fields["EndTime"].(*cbor.Tag); !isTime || tag.Value != cbor.Float64(3) || len(numbers) != 3 || numbers[0] != cbor.Uint(1) ||
		numbers[1] != cbor.Float64(-1.5) {
		t.Errorf("as CBOR: %v", fields)
	}
	answered := listen(t, translateCBOR(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Amzn-Query-Error", "ResourceNotFound;Sender")
		w.WriteHeader(http.StatusNotFound)
	})))
	silent := listen(t, translateCBOR(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})))
	if status, _, fields := cborCall(t, silent, "X", nil); status != http.StatusOK || len(fields) != 0 {
		t.Errorf("no answer became %d %v", status, fields)
	}
	if status, headers, _ := cborCall(t, answered, "X", nil); status != http.StatusNotFound || headers.Get("X-Amzn-Query-Error") == "" {
		t.Errorf("got %d %v", status, headers)
	}
}
