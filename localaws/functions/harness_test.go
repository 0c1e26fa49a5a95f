package functions

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"payment-processor/localaws/internal/localtest"
	"payment-processor/localaws/resource"

	lambdaruntime "github.com/aws/aws-lambda-go/lambda"
	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

// TestMain is a function when Lambda's runtime API says so.
func TestMain(m *testing.M) {
	if os.Getenv("AWS_LAMBDA_RUNTIME_API") == "" {
		os.Exit(m.Run())
	}
	switch os.Getenv("_HANDLER") {
	case "dies-at-once":
		fmt.Fprintln(os.Stderr, "cannot start")
		os.Exit(3)
	case "never-asks":
		select {}
	}
	lambdaruntime.Start(serve)
}

// serve does what the event says.
func serve(_ context.Context, event map[string]any) (any, error) {
	fmt.Println("invoked")
	if said := os.Getenv("ANSWER"); said != "" {
		return json.RawMessage(said), told(said)
	}
	switch event["do"] {
	case "fail":
		return nil, errors.New("as told")
	case "die":
		os.Exit(1)
	case "hang":
		select {}
	}
	if answer, given := event["answer"].(map[string]any); given {
		return answer, nil
	}
	return map[string]any{"pid": os.Getpid(), "handler": os.Getenv("_HANDLER"), "variable": os.Getenv("VARIABLE"), "endpoint": os.Getenv("AWS_ENDPOINT_URL"),
		"event": event, "type": event["RequestType"]}, nil
}

// told is the failure that an answer asks for.
func told(answer string) error {
	if strings.Contains(answer, "fail") {
		return errors.New("as told")
	}
	return nil
}

// script is a bootstrap that runs on this machine: the test's own binary.
func script(t *testing.T) string {
	t.Helper()
	binary, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return "#!/bin/sh\nexec " + binary + "\n"
}

func archive(t *testing.T, files map[string]string) []byte {
	t.Helper()
	var buffer bytes.Buffer
	w := zip.NewWriter(&buffer)
	for name, content := range files {
		f, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(f, content)
	}
	_ = w.Close()
	return buffer.Bytes()
}

// machine is a runtime behind a gateway, with services beside it that are answers by operation or path.
type machine struct {
	*Runtime
	t       *testing.T
	client  *lambda.Client
	lock    sync.Mutex
	answers map[string]string
	asked   []string
	url     string
}

func newMachine(t *testing.T, edit ...func(*Options)) *machine {
	t.Helper()
	m := &machine{t: t, answers: map[string]string{}}
	m.url = localtest.Serve(t, m)
	options := Options{
		Config: localtest.Config(m.url), Account: "123456789012", Directory: t.TempDir(), Speed: 1e9,
	}
	for _, e := range edit {
		e(&options)
	}
	m.Runtime = New(options)
	m.client = lambda.NewFromConfig(options.Config)
	t.Cleanup(m.Stop)
	return m
}

func (m *machine) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch path := r.URL.Path; {
	case strings.HasPrefix(path, runtimePath):
		m.ServeRuntime(w, r)
	case strings.HasPrefix(path, responsesPath):
		m.ServeResponses(w, r)
	case strings.HasPrefix(path, "/20"):
		m.Runtime.ServeHTTP(w, r)
	default:
		m.other(w, r)
	}
}

// other is a service of moto's.
func (m *machine) other(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	operation := r.Header.Get("X-Amz-Target")
	if form, err := url.ParseQuery(string(body)); err == nil && form.Get("Action") != "" {
		operation = form.Get("Action")
	}
	if operation == "" {
		operation = r.Method + " " + r.URL.RequestURI()
	}
	m.lock.Lock()
	defer m.lock.Unlock()
	m.asked = append(m.asked, operation+" "+string(body))
	answer, known := m.answers[operation]
	if next, more := m.answers[operation+" again"]; more {
		m.answers[operation] = next
	}
	if !known {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	if code, refused := strings.CutPrefix(answer, "refuse "); refused {
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprintf(w, `<Error><Code>%s</Code></Error>`, code)
		return
	}
	_, _ = io.WriteString(w, answer)
}

func (m *machine) heard(text string) bool {
	m.lock.Lock()
	defer m.lock.Unlock()
	for _, asked := range m.asked {
		if strings.Contains(asked, text) {
			return true
		}
	}
	return false
}

// wait is for what happens in the background.
func (m *machine) wait(what string, done func() bool) {
	m.t.Helper()
	for start := time.Now(); !done(); time.Sleep(time.Millisecond) {
		if time.Since(start) > 20*time.Second {
			m.t.Fatalf("%s does not happen", what)
		}
	}
}

func (m *machine) function(name string, edit ...func(*lambda.CreateFunctionInput)) {
	m.t.Helper()
	in := &lambda.CreateFunctionInput{
		FunctionName: &name, Role: new("role"), Handler: new("main"), Runtime: types.RuntimeProvidedal2023, Timeout: new(int32(20)),
		Code:        &types.FunctionCode{ZipFile: archive(m.t, map[string]string{"bootstrap": script(m.t)})},
		Environment: &types.Environment{Variables: map[string]string{"VARIABLE": "value"}},
	}
	for _, e := range edit {
		e(in)
	}
	if _, err := m.client.CreateFunction(m.t.Context(), in); err != nil {
		m.t.Fatal(err)
	}
}

// invoke returns the answer, and the function's error if it had one.
func (m *machine) invoke(name string, event any) (map[string]any, string) {
	m.t.Helper()
	payload, _ := json.Marshal(event)
	out, err := m.client.Invoke(m.t.Context(), &lambda.InvokeInput{FunctionName: &name, Payload: payload, LogType: types.LogTypeTail})
	if err != nil {
		m.t.Fatal(err)
	}
	answer := map[string]any{}
	_ = json.Unmarshal(out.Payload, &answer)
	return answer, awssdk.ToString(out.FunctionError)
}

// node is a function that cannot run here.
func node(handler string, variables map[string]string) func(*lambda.CreateFunctionInput) {
	return func(in *lambda.CreateFunctionInput) {
		in.Runtime, in.Handler, in.Environment = types.RuntimeNodejs22x, &handler, &types.Environment{Variables: variables}
	}
}

// custom asks a function for a custom resource.
func (m *machine) custom(kind, function string, r resource.Request) (resource.Result, error) {
	m.t.Helper()
	if r.Properties == nil {
		r.Properties = map[string]any{}
	}
	r.Properties["ServiceToken"] = m.arn("function:" + function)
	r.Type, r.LogicalID, r.StackID = "Custom::Thing", "Thing", "stack"
	provider := m.Providers()["Custom::"]
	if kind == "Delete" {
		return resource.Result{}, provider.Delete(m.t.Context(), r)
	}
	if kind == "Update" {
		return provider.Update(m.t.Context(), r)
	}
	return provider.Create(m.t.Context(), r)
}

type broken struct{}

func (*broken) Read([]byte) (int, error) { return 0, os.ErrClosed }
