package functions

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// ListenerGuard is called by these events, with the rule's constant input.
func TestEventsReachFunctions(t *testing.T) {
	m := newMachine(t)
	m.function("guard")
	m.answers["AWSEvents.ListRules"] = `{"Rules":[{"Name":"off","State":"DISABLED","EventPattern":"{}"},{"Name":"other","EventPattern":"{\"source\":[\"aws.s3\"]}"}],"NextToken":"2"}`
	m.answers["AWSEvents.ListRules again"] = `{"Rules":[{"Name":"ended","State":"ENABLED","EventPattern":"{\"detail\":{\"state\":[\"SUCCESS\"]}}"}]}`
	m.answers["AWSEvents.ListTargetsByRule"] = `{"Targets":[{"Arn":"arn:aws:sns:x"},{"Arn":"` + m.arn("function:guard") + `","Input":"{\"Cluster\":\"app\"}"}]}`
	m.Emit("aws.codedeploy", "Deployment", nil, map[string]any{"state": "SUCCESS"})
	log := filepath.Join(m.options.Directory, "logs", "guard.log")
	m.wait("the call", func() bool { content, _ := os.ReadFile(log); return strings.Contains(string(content), "invoked") })
	if m.heard(`"Rule":"other"`) || m.heard(`"Rule":"off"`) {
		t.Error("a rule that does not fit is asked for its targets")
	}
	if m.Deliver(t.Context(), Event{Detail: map[string]any{"x": make(chan int)}}) == nil {
		t.Error("delivered what has no JSON")
	}
	delete(m.answers, "AWSEvents.ListTargetsByRule")
	if m.Deliver(t.Context(), Event{Detail: map[string]any{"state": "SUCCESS"}}) == nil {
		t.Error("nobody hears that there are no targets")
	}
	delete(m.answers, "AWSEvents.ListRules")
	if m.Deliver(t.Context(), Event{}) == nil {
		t.Error("nobody hears that there are no rules")
	}
}

func TestPatterns(t *testing.T) {
	event := map[string]any{"source": "aws.ecs", "resources": []any{"a", "b"}, "detail": map[string]any{"state": "SUCCESS", "count": 3.0, "empty": nil}}
	for pattern, want := range map[string]bool{
		`{"source":["aws.ecs"]}`: true, `{"source":["aws.s3"]}`: false, `{"resources":["b","c"]}`: true, `{"none":["x"]}`: false,
		`{"detail":{"state":["SUCCESS","STOP"],"count":[3]}}`: true, `{"detail":{"empty":[null]}}`: true,
		`{"source":[{"prefix":"aws."}]}`: true, `{"source":[{"suffix":"ecs"}]}`: true, `{"source":[{"prefix":"x"}]}`: false, `{"source":[{"suffix":"x"}]}`: false,
		`{"source":[{"equals-ignore-case":"AWS.ECS"}]}`: true, `{"source":[{"wildcard":"aws.*"}]}`: true, `{"source":[{"wildcard":"s3*"}]}`: false,
		`{"source":[{"anything-but":["aws.s3"]}]}`: true, `{"source":[{"anything-but":"aws.ecs"}]}`: false, `{"source":[{"anything-but":{"prefix":"aws"}}]}`: false,
		`{"detail":{"count":[{"numeric":[">",0,"<=",3]}]}}`: true, `{"detail":{"count":[{"numeric":["=",4]}]}}`: false, `{"detail":{"state":[{"numeric":["=",4]}]}}`: false,
		`{"detail":{"none":[{"exists":false}]}}`: true, `{"detail":{"state":[{"exists":true}]}}`: true, `{"detail":{"none":[{"prefix":"x"}]}}`: false,
		`{"$or":[{"source":["aws.s3"]},{"detail":{"state":["SUCCESS"]}}]}`: true, `{"$or":[{"source":["aws.s3"]},"x"]}`: false,
		`{"source":[{"unknown":"x"}]}`: false, `{"source":[{}]}`: false, `{"source":"aws.ecs"}`: false, ``: false, `{"detail":{"count":[{"prefix":"3"}]}}`: false,
	} {
		if got := matches(pattern, event); got != want {
			t.Errorf("%s: %v", pattern, got)
		}
	}
}

func TestWhatATargetGets(t *testing.T) {
	var plain any
	raw := []byte(`{"detail":{"state":"STOP","ids":["x"]},"resources":["a"]}`)
	_ = json.Unmarshal(raw, &plain)
	for written, want := range map[string]string{
		`{}`: string(raw), `{"InputPath":"$"}`: `{"detail":{"ids":["x"],"state":"STOP"},"resources":["a"]}`, `{"Input":"{}"}`: `{}`, `{"InputPath":"$.detail.ids[0]"}`: `"x"`, `{"InputPath":"$.resources[3]"}`: `null`,
		`{"InputTransformer":{"InputPathsMap":{"s":"$.detail.state"},"InputTemplate":"\"it is <s>.\""}}`:      `"it is STOP."`,
		`{"InputTransformer":{"InputPathsMap":{"s":"$.detail.state"},"InputTemplate":"{\"state\":<s>}"}}`:     `{"state":"STOP"}`,
		`{"InputTransformer":{"InputPathsMap":{"s":"$.detail.state"},"InputTemplate":"{\"state\":\"<s>\"}"}}`: `{"state":"STOP"}`,
	} {
		var one target
		if err := json.Unmarshal([]byte(written), &one); err != nil {
			t.Fatal(err)
		}
		if got := string(one.input(raw, plain)); got != want {
			t.Errorf("%s: got %s, want %s", written, got, want)
		}
	}
}

// Secrets Manager asks the function for its four steps, and moto, which does not know the function, keeps the versions.
func TestRotation(t *testing.T) {
	m := newMachine(t)
	m.function("rotate")
	m.answers["secretsmanager.RotateSecret"] = "refuse not found for ARN rotate"
	m.answers["secretsmanager.DescribeSecret"] = `{"ARN":"secret","Name":"s"}`
	m.answers["secretsmanager.CancelRotateSecret"] = `{}`
	m.answers["secretsmanager.UpdateSecretVersionStage"] = `{}`
	front := m.RotateSecrets(http.HandlerFunc(m.other))
	ask := func(operation, body string) *httptest.ResponseRecorder {
		w, r := httptest.NewRecorder(), httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
		r.Header.Set("X-Amz-Target", "secretsmanager."+operation)
		front.ServeHTTP(w, r)
		return w
	}
	rotated := func() bool {
		return strings.Contains(ask("DescribeSecret", "{}").Body.String(), `"RotationEnabled":true`)
	}
	if rotated() {
		t.Error("rotated by nobody")
	}
	if got := ask("RotateSecret", `{"SecretId":"secret"}`); got.Code != http.StatusBadRequest || !strings.Contains(got.Body.String(), "No Lambda") {
		t.Errorf("a rotation without a function: %d %s", got.Code, got.Body)
	}
	log := filepath.Join(m.options.Directory, "logs", "rotate.log")
	calls := func() int { content, _ := os.ReadFile(log); return strings.Count(string(content), "invoked") }
	if got := ask("RotateSecret", `{"SecretId":"secret","RotationLambdaARN":"rotate","RotateImmediately":false}`); got.Code != http.StatusOK {
		t.Errorf("%d %s", got.Code, got.Body)
	}
	m.wait("the test's end", func() bool { return m.heard("UpdateSecretVersionStage") })
	if got := calls(); got != 1 {
		t.Errorf("turning rotation on asked for %d steps, want the test alone", got)
	}
	if !rotated() {
		t.Error("nobody hears of the rotation")
	}
	if got := ask("RotateSecret", `{"SecretId":"secret","ClientRequestToken":"v9"}`); !strings.Contains(got.Body.String(), `"VersionId":"v9"`) {
		t.Errorf("the version is not the client's: %s", got.Body)
	}
	m.wait("the fourth step", func() bool { return calls() == 5 })
	m.rotate(t.Context(), "none", "secret", "v3", steps...)
	if got := ask("RotateSecret", `{`); got.Code != http.StatusBadRequest {
		t.Errorf("half a request: %d", got.Code)
	}
	if got := ask("PutSecretValue", `{}`); got.Code != http.StatusNotFound {
		t.Errorf("passed on: %d", got.Code)
	}
	if ask("GetSecretValue", `{"SecretId":"secret"}`); !m.heard("AWSCURRENT") {
		t.Error("the value is not asked for by its stage")
	}
	m.answers["secretsmanager.RotateSecret"] = "refuse X"
	if got := ask("RotateSecret", `{}`); got.Code != http.StatusBadRequest {
		t.Errorf("a refusal of moto's: %d", got.Code)
	}
	if ask("CancelRotateSecret", "{}"); rotated() {
		t.Error("rotated after the end of it")
	}
	m.answers["secretsmanager.DescribeSecret"] = "refuse Y"
	if got := ask("RotateSecret", `{}`); got.Code != http.StatusBadRequest {
		t.Errorf("no such secret: %d", got.Code)
	}
}
