package cloudformation_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"payment-processor/localaws/cloudformation"
)

// Without a signature the region is the server's; what is not supported is named; what is no form is refused.
func TestRequestsByHand(t *testing.T) {
	server := cloudformation.New(cloudformation.Options{Registry: newWorld().registry()})
	defer server.Close()
	ask := func(body string) string {
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		server.ServeHTTP(w, r)
		return fmt.Sprint(w.Code, w.Body.String())
	}
	for body, want := range map[string]string{
		"Action=DescribeStacks":                            "200<DescribeStacksResponse",
		"Action=SetStackPolicy&StackName=x":                "400<ErrorResponse xmlns=\"http://cloudformation.amazonaws.com/doc/2010-05-15/\"><Error><Type>Sender</Type><Code>UnsupportedOperation</Code><Message>SetStackPolicy is not supported here</Message>",
		"Action=DescribeStacks&x=%zz":                      "400<ErrorResponse",
		"Action=DescribeStacks&StackName=%3Ca%3E":          "Stack with id &lt;a&gt; does not exist",
		"Action=CancelUpdateStack":                         "Member must not be null",
		"Action=UpdateTerminationProtection&StackName=app": "EnableTerminationProtection must not be null",
		"Action=CreateStack&StackName=app&TemplateBody=Resources:%20%7BA:%20%7BType:%20AWS::SQS::Queue%7D%7D&TimeoutInMinutes=5": "arn:aws:cloudformation:us-east-2:123456789012:stack/app/",
		strings.Repeat("x", 5<<20): "request body too large",
	} {
		if strings.HasPrefix(body, "Action=UpdateTermination") {
			ask("Action=CreateStack&StackName=app&TemplateBody=Resources:%20%7BA:%20%7BType:%20AWS::SQS::Queue%7D%7D")
		}
		if strings.HasPrefix(body, "Action=CreateStack") {
			server = cloudformation.New(cloudformation.Options{Registry: newWorld().registry()})
		}
		if got := ask(body); !strings.Contains(got, want) {
			t.Errorf("%.60s\ngot  %s\nwant %s", body, got, want)
		}
	}
}

func TestFaultsOverHTTP(t *testing.T) {
	b := newBench(t)
	ask := func(method, path, body string) string {
		w := httptest.NewRecorder()
		b.server.Faults().ServeHTTP(w, httptest.NewRequest(method, path, bytes.NewBufferString(body)))
		return strings.TrimSpace(fmt.Sprint(w.Code, " ", w.Body.String()))
	}
	if got := ask("POST", "/", `{"stack": "app", "logicalId": "Queue", "operation": "Create", "fail": "by hand", "after": true, "delay": "1ms"}`); got != `200 [{"id":1,"stack":"app","logicalId":"Queue","operation":"Create","fail":"by hand","after":true,"delay":"1ms","hits":0}]` {
		t.Error(got)
	}
	ask("POST", "/", `{"logicalId": "Nobody", "always": true}`)
	if got := b.create("app", template()); got != "ROLLBACK_COMPLETE" || b.names() != "" {
		t.Error(got, b.names())
	}
	b.want("app", "Queue CREATE_FAILED: by hand", "Queue DELETE_COMPLETE")
	b.remove("app")
	if got := b.create("app", template()); got != "CREATE_COMPLETE" {
		t.Error("a fault fired twice:", got)
	}
	if got := ask("GET", "/", ""); !strings.Contains(got, `"hits":1`) {
		t.Error(got)
	}
	if got := ask("DELETE", "/?id=1", ""); got != `200 [{"id":2,"logicalId":"Nobody","always":true,"hits":0}]` {
		t.Error(got)
	}
	for body, want := range map[string]string{`{"delay": "long"}`: "400 time: invalid duration", `{"foo": 1}`: `400 json: unknown field "foo"`, "": "400 EOF"} {
		if got := ask("POST", "/", body); !strings.HasPrefix(got, want) {
			t.Error(got)
		}
	}
	if got := ask("PUT", "/", ""); got != "405 GET, POST or DELETE" {
		t.Error(got)
	}
	if got := ask("DELETE", "/", ""); got != "200 []" {
		t.Error(got)
	}
	// Before, the provider is not asked.
	b.log = nil
	b.fault(cloudformation.Fault{LogicalID: "Queue", Operation: "Update", Fail: "early", Always: true, Phase: "forward"})
	if got := b.update("app", template("DelaySeconds: 5", "DelaySeconds: 6")); got != "UPDATE_ROLLBACK_COMPLETE" || strings.Join(b.log, " ") != "Update Queue" {
		t.Error(got, b.log)
	}
}
