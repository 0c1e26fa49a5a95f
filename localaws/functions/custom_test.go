package functions

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"payment-processor/localaws/resource"

	"github.com/aws/aws-sdk-go-v2/service/lambda"
)

// responder is the framework over one function, whose answers are in the properties.
func (m *machine) responder(machineArn string) {
	m.function("user")
	m.function("framework", node("framework.onEvent", map[string]string{userOnEvent: m.arn("function:user")}))
	m.function("polled", node("framework.onEvent", map[string]string{
		userOnEvent: m.arn("function:user"), userIsComplete: m.arn("function:user"), waiterMachine: machineArn,
	}))
}

// says has the user's function answer so, and not with what its properties are.
func says(answer string) func(*machine) {
	return func(m *machine) {
		m.Runtime.lock.Lock()
		defer m.Runtime.lock.Unlock()
		config := *m.functions["user"].config
		environment := *config.Environment
		environment.Variables = map[string]string{"ANSWER": answer}
		config.Environment = &environment
		m.functions["user"].config = &config
	}
}

// A custom resource of the CDK's provider framework: onEvent's answer, with isComplete's over it.
func TestTheProviderFramework(t *testing.T) {
	for name, c := range map[string]struct {
		answer, kind, physical, function string
		want                             resource.Result
		fails                            string
	}{
		"onEvent is all":           {`{"PhysicalResourceId":"id","Data":{"A":"1"}}`, "Create", "", "framework", resource.Result{PhysicalID: "id", Attributes: map[string]any{"A": "1"}}, ""},
		"it keeps its id":          {`{}`, "Update", "old", "framework", resource.Result{PhysicalID: "old"}, ""},
		"it is deleted":            {`{}`, "Delete", "old", "framework", resource.Result{}, ""},
		"deletion with another id": {`{"PhysicalResourceId":"other"}`, "Delete", "old", "framework", resource.Result{}, "cannot change the physical resource ID"},
		"it was never made":        {`{"fail":true}`, "Delete", createFailed, "framework", resource.Result{}, ""},
		"onEvent fails":            {`{"fail":true}`, "Create", "", "framework", resource.Result{PhysicalID: createFailed}, "as told"},
		"a failed update":          {`{"fail":true}`, "Update", "old", "framework", resource.Result{PhysicalID: "old"}, "as told"},
		"an update without an id":  {`{"fail":true}`, "Update", "", "framework", resource.Result{PhysicalID: missingID}, "as told"},
		"an id of the framework's": {`{"Data":{"A":"1"}}`, "Create", "", "framework", resource.Result{Attributes: map[string]any{"A": "1"}}, ""},
		"complete":                 {`{"PhysicalResourceId":"id","IsComplete":true,"Data":{"A":"1"}}`, "Create", "", "polled", resource.Result{PhysicalID: "id", Attributes: map[string]any{"A": "1"}}, ""},
		"data too early":           {`{"PhysicalResourceId":"id","Data":{"A":"1"}}`, "Create", "", "polled", resource.Result{PhysicalID: "id"}, `"Data" is not allowed`},
		"never complete":           {`{"PhysicalResourceId":"id"}`, "Create", "", "polled", resource.Result{PhysicalID: "id"}, "Operation timed out"},
		"no object":                {`["a"]`, "Create", "", "framework", resource.Result{PhysicalID: createFailed}, "must be JSON objects"},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMachine(t)
			m.answers["AWSStepFunctions.DescribeStateMachine"] = `{"definition":"{\"States\":{\"a\":{\"Retry\":[{\"IntervalSeconds\":15,\"MaxAttempts\":2}]},\"b\":{}}}"}`
			m.responder("machine")
			says(c.answer)(m)
			got, err := m.custom(c.kind, c.function, resource.Request{PhysicalID: c.physical})
			if c.fails == "" && err != nil || c.fails != "" && (err == nil || !strings.Contains(err.Error(), c.fails)) {
				t.Errorf("error %v, want %q", err, c.fails)
			}
			if c.kind != "Delete" && (got.PhysicalID != c.want.PhysicalID && c.want.PhysicalID != "" || got.Attributes["A"] != c.want.Attributes["A"] && c.fails == "") {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
}

func TestTheWaiter(t *testing.T) {
	m := newMachine(t)
	for definition, want := range map[string]time.Duration{
		`{"definition":"{\"States\":{\"a\":{\"Retry\":[{\"IntervalSeconds\":15,\"MaxAttempts\":236}]}}}"}`: 15 * time.Second,
		`{"definition":"{}"}`: usualInterval, `{"definition":"none"}`: usualInterval, `none`: usualInterval,
	} {
		m.answers["AWSStepFunctions.DescribeStateMachine"] = definition
		if interval, _ := (framework{runtime: m.Runtime}).waiter(t.Context()); interval != want {
			t.Errorf("%s: every %v, want %v", definition, interval, want)
		}
	}
	f := framework{runtime: m.Runtime, onEvent: "none"}
	if _, err := f.call(t.Context(), "none", event{}); !missing(err) {
		t.Errorf("called nobody: %v", err)
	}
	if _, err := f.call(t.Context(), "none", event{"x": make(chan int)}); err == nil {
		t.Error("called with what has no JSON")
	}
	m.function("silent", node("index.handler", nil))
	if got := f.handle(t.Context(), []byte("{")); got.failure == "" {
		t.Error("half an event is no failure")
	}
	if got := merged(map[string]any{"A": 1}, map[string]any{"B": 2}); len(got) != 2 {
		t.Errorf("merged %v", got)
	}
}

// As on AWS, a request that CloudFormation has given up is polled for, until the runtime stops.
func TestAGivenUpRequestIsPolledFor(t *testing.T) {
	m := newMachine(t, func(o *Options) { o.Speed = 1 })
	m.responder("machine")
	says(`{"PhysicalResourceId":"id"}`)(m)
	ctx, cancel := context.WithCancel(t.Context())
	log := filepath.Join(m.options.Directory, "logs", "user.log")
	go func() {
		m.wait("a poll", func() bool { content, _ := os.ReadFile(log); return strings.Count(string(content), "invoked") == 2 })
		cancel()
	}()
	_, err := custom{m.Runtime}.Create(ctx, resource.Request{Properties: map[string]any{"ServiceToken": m.arn("function:polled")}})
	if err == nil {
		t.Error("answered, though it never is complete")
	}
}

// Requests carry when they were sent, and every scalar as text, as CloudFormation has it.
func TestRequestsLookLikeCloudFormations(t *testing.T) {
	m := newMachine(t)
	m.responder("")
	made, err := m.custom("Update", "framework", resource.Request{PhysicalID: "id",
		Properties: map[string]any{"Port": 8080.0, "On": true, "List": []any{1.5, nil}, "Map": map[string]any{"A": "b"}, "ServiceTimeout": "300"},
		Old:        map[string]any{"Port": 80.0}})
	if err != nil || made.PhysicalID != "id" {
		t.Fatalf("%+v, %v", made, err)
	}
	if url := m.responseURL("1", time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)); !strings.Contains(url, "&X-Amz-Date=20260102T030405Z") {
		t.Errorf("%s does not say when it was signed", url)
	}
	encoded, _ := json.Marshal(spelled(map[string]any{"Port": 8080.0, "On": true, "List": []any{1.5, nil}, "Map": map[string]any{"A": "b"}}))
	if string(encoded) != `{"List":["1.5",null],"Map":{"A":"b"},"On":"true","Port":"8080"}` {
		t.Errorf("spelled %s", encoded)
	}
}

// Another function takes another resource, on AWS too.
func TestTheServiceTokenStays(t *testing.T) {
	m := newMachine(t)
	m.responder("")
	for before, fails := range map[string]bool{"framework": false, "polled": true} {
		made, err := m.custom("Update", "framework", resource.Request{PhysicalID: "id", Old: map[string]any{"ServiceToken": m.arn("function:" + before)}})
		if made.PhysicalID != "id" || fails != (err != nil) || fails && err.Error() != "Modifying service token is not allowed." {
			t.Errorf("made by %s, then asked of framework: %+v, %v", before, made, err)
		}
	}
}

func TestCustomResourcesThatGetNoAnswer(t *testing.T) {
	m := newMachine(t)
	m.function("user")
	c := custom{m.Runtime}
	for _, token := range []string{"arn:aws:sns:us-east-2:123456789012:topic", "arn:aws:lambda:us-east-2:123456789012:function:none"} {
		if _, err := c.Create(t.Context(), resource.Request{Properties: map[string]any{"ServiceToken": token}}); err == nil {
			t.Errorf("made by %s", token)
		}
	}
	late := custom{m.Runtime}
	timeout := work
	t.Cleanup(func() { work = timeout })
	work = time.Millisecond
	if _, err := late.Create(t.Context(), resource.Request{Properties: map[string]any{"ServiceToken": m.arn("function:user"), "ServiceTimeout": "1"}}); err == nil || !strings.Contains(err.Error(), "did not receive a response") {
		t.Errorf("got %v", err)
	}
	for body, want := range map[string]int{"{": http.StatusBadRequest, `{"Status":"SUCCESS"}`: http.StatusOK} {
		w := httptest.NewRecorder()
		m.ServeResponses(w, httptest.NewRequest(http.MethodPut, responsesPath+"late", strings.NewReader(body)))
		if w.Code != want {
			t.Errorf("%s: %d", body, w.Code)
		}
	}
	w := httptest.NewRecorder()
	if m.ServeResponses(w, httptest.NewRequest(http.MethodPut, responsesPath+"x", &broken{})); w.Code != http.StatusBadRequest {
		t.Errorf("half an answer: %d", w.Code)
	}
	m.respond(t.Context(), event{"ResponseURL": "http://\x00"}, "SUCCESS", "")
}

// The CDK's own handlers in Node have equivalents.
func TestEquivalents(t *testing.T) {
	m := newMachine(t)
	m.function("cdk", node("index.handler", nil))
	for _, operation := range []string{"RevokeSecurityGroupIngress", "RevokeSecurityGroupEgress", "AuthorizeSecurityGroupIngress", "AuthorizeSecurityGroupEgress"} {
		m.answers[operation] = "<R/>"
	}
	list := `GET /b?versions=`
	m.answers[list] = `<R><Version><Key>a b</Key><VersionId>1</VersionId></Version><DeleteMarker><Key>c</Key><VersionId>2</VersionId></DeleteMarker></R>`
	m.answers[list+" again"] = `<R/>`
	m.answers["DELETE /b/a%20b?versionId=1"], m.answers["DELETE /b/c?versionId=2"] = "", ""
	ask := func(kind, operation string, properties, old map[string]any) error {
		r := resource.Request{Type: kind, PhysicalID: "id", Properties: properties, Old: old}
		r.Properties["ServiceToken"] = m.arn("function:cdk")
		if operation == "Create" {
			r.PhysicalID = ""
		}
		_, err := custom{m.Runtime}.ask(t.Context(), operation, r)
		return err
	}
	group := func(id string) map[string]any { return map[string]any{"DefaultSecurityGroupId": id, "Account": "1"} }
	bucket := func(name string) map[string]any { return map[string]any{"BucketName": name} }
	restrict, empty := "Custom::VpcRestrictDefaultSG", "Custom::S3AutoDeleteObjects"
	for name, err := range map[string]error{
		"restrict": ask(restrict, "Create", group("sg-1"), nil), "the same": ask(restrict, "Update", group("sg-1"), group("sg-1")),
		"another": ask(restrict, "Update", group("sg-2"), group("sg-1")), "allow again": ask(restrict, "Delete", group("sg-2"), nil),
		"a new bucket": ask(empty, "Create", bucket("b"), nil), "the same bucket": ask(empty, "Update", bucket("b"), bucket("b")),
		"another bucket": ask(empty, "Update", bucket("d"), bucket("b")), "no bucket": ask(empty, "Delete", bucket("none"), nil),
	} {
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, want := range []string{"RevokeSecurityGroupIngress", "AuthorizeSecurityGroupEgress", "GroupId=sg-2", "DELETE /b/a%20b"} {
		if !m.heard(want) {
			t.Errorf("nobody was asked for %s", want)
		}
	}
	m.answers["RevokeSecurityGroupIngress"], m.answers["AuthorizeSecurityGroupIngress"] = "refuse InvalidPermission.NotFound", "refuse Other"
	m.answers["GET /f?versions="], m.answers["GET /x?versions="] = `<R><Version><Key>a</Key></Version></R>`, "no XML <"
	m.answers["DELETE /f/a?versionId="] = "refuse AccessDenied"
	if err := ask(restrict, "Create", group("sg-1"), nil); err != nil {
		t.Errorf("rules that have gone: %v", err)
	}
	for name, err := range map[string]error{
		"authorize": ask(restrict, "Delete", group("sg-1"), nil), "authorize the old": ask(restrict, "Update", group("sg-2"), group("sg-1")),
		"an object that stays": ask(empty, "Delete", bucket("f"), nil), "no list": ask(empty, "Delete", bucket("x"), nil),
	} {
		if err == nil {
			t.Errorf("%s: nobody hears that it failed", name)
		}
	}
	if property(event{}, "ResourceProperties", "X") != "" {
		t.Error("a property of nothing")
	}
}

// The probe's equivalent asks the model, because tasks are on no network here.
func TestTheProbe(t *testing.T) {
	m := newMachine(t, func(o *Options) {
		o.Tasks = func(address string) (bool, bool) { return address == "10.0.0.1", address != "10.0.0.9" }
	})
	m.function("probe", func(in *lambda.CreateFunctionInput) {})
	m.functions["probe"].code.command = "./lambda/probe/main"
	request := func(address string) any {
		return map[string]any{"Targets": []any{map[string]any{"Address": address, "Port": 8080}}, "Paths": []string{"/health"}}
	}
	for address, want := range map[string]float64{"10.0.0.1": 200, "10.0.0.2": 503, "10.0.0.9": 0} {
		answer, failed := m.invoke("probe", request(address))
		if got := answer["Results"].([]any)[0].(map[string]any)["Status"]; got != want || failed != "" {
			t.Errorf("%s: %v", address, answer)
		}
	}
	if _, failed := m.invoke("probe", request("metadata")); failed == "" {
		t.Error("asked a name")
	}
	if out := m.probe(t.Context(), []byte("{")); out.failure == "" {
		t.Error("half a request is no failure")
	}
}
