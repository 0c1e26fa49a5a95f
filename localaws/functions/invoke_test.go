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

	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

// A function runs for real: with its variables, this endpoint as AWS, in a process that serves more than one event.
func TestAFunctionRuns(t *testing.T) {
	m := newMachine(t)
	m.answers["Logs_20140328.CreateLogStream"], m.answers["Logs_20140328.PutLogEvents"] = "{}", "{}"
	m.function("f", func(in *lambda.CreateFunctionInput) { in.LoggingConfig = &types.LoggingConfig{LogGroup: new("group")} })
	first, failed := m.invoke("f", map[string]string{"a": "b"})
	if failed != "" || first["variable"] != "value" || first["handler"] != "main" || first["endpoint"] != m.url {
		t.Errorf("answered %v (%s)", first, failed)
	}
	if _, err := m.client.Invoke(t.Context(), &lambda.InvokeInput{FunctionName: new("f")}); err != nil {
		t.Errorf("without an event: %v", err)
	}
	second, _ := m.invoke(m.arn("function:f"), nil)
	if second["pid"] != first["pid"] {
		t.Error("each event gets a process of its own")
	}
	m.wait("the log", func() bool { return m.heard(`"message":"invoked"`) && m.heard(`"logGroupName":"group"`) })
	if log, err := os.ReadFile(filepath.Join(m.options.Directory, "logs", "f.log")); err != nil || !strings.Contains(string(log), "invoked") {
		t.Errorf("log %q, %v", log, err)
	}
	if _, err := m.client.UpdateFunctionConfiguration(t.Context(), &lambda.UpdateFunctionConfigurationInput{
		FunctionName: new("f"), Environment: &types.Environment{Variables: map[string]string{"VARIABLE": "other"}}, Timeout: new(int32(15)),
		Runtime: types.RuntimeProvidedal2, TracingConfig: &types.TracingConfig{Mode: types.TracingModeActive},
	}); err != nil {
		t.Fatal(err)
	}
	third, _ := m.invoke("f:1", nil)
	if third["variable"] != "other" || third["pid"] == first["pid"] {
		t.Errorf("after a change: %v", third)
	}
}

func TestFunctionsThatFail(t *testing.T) {
	m := newMachine(t)
	m.function("f")
	m.function("short", func(in *lambda.CreateFunctionInput) { in.Timeout = new(int32(1)) })
	m.function("dead", func(in *lambda.CreateFunctionInput) { in.Handler = new("dies-at-once") })
	m.function("deaf", func(in *lambda.CreateFunctionInput) { in.Handler, in.Timeout = new("never-asks"), new(int32(1)) })
	for _, c := range []struct{ function, do, want string }{
		{"f", "fail", "as told"}, {"f", "die", "Runtime exited"}, {"short", "hang", "Task timed out after 1.00 seconds"},
		{"dead", "", "Runtime exited"}, {"deaf", "", "Task timed out"},
	} {
		answer, failed := m.invoke(c.function, map[string]string{"do": c.do})
		if message, _ := answer["errorMessage"].(string); failed != "Unhandled" || !strings.Contains(message, c.want) {
			t.Errorf("%s %s: %v (%s), want %s", c.function, c.do, answer, failed, c.want)
		}
	}
	if answer, failed := m.invoke("f", nil); failed != "" || answer["handler"] != "main" {
		t.Errorf("after a failure: %v (%s)", answer, failed)
	}
	for _, function := range []string{"f", "deaf"} {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		out, err := m.Runtime.invoke(ctx, function, []byte(`{"do":"hang"}`))
		if err != nil || out.failure == "" {
			t.Errorf("%s goes on when nobody waits: %+v, %v", function, out, err)
		}
	}
	if len(m.processes) > 1 {
		t.Errorf("%d processes are left", len(m.processes))
	}
}

// What a caller gives up on in the middle must not go on.
func TestACallerThatLeaves(t *testing.T) {
	m := newMachine(t)
	m.function("f")
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan outcome)
	go func() {
		out, _ := m.Runtime.invoke(ctx, "f", []byte(`{"do":"hang"}`))
		done <- out
	}()
	log := filepath.Join(m.options.Directory, "logs", "f.log")
	m.wait("the start", func() bool { content, _ := os.ReadFile(log); return strings.Contains(string(content), "invoked") })
	cancel()
	if out := <-done; !strings.Contains(string(out.payload), "canceled") {
		t.Errorf("got %s", out.payload)
	}
}

// A process that nobody calls must not stay for ever, and neither must one of a function that is gone.
func TestIdleProcessesEnd(t *testing.T) {
	m := newMachine(t, func(o *Options) { o.Idle = time.Millisecond })
	m.function("f")
	m.invoke("f", nil)
	m.wait("the end", func() bool { m.Runtime.lock.Lock(); defer m.Runtime.lock.Unlock(); return len(m.processes) == 0 })
	if answer, failed := m.invoke("f", nil); failed != "" {
		t.Errorf("after the end of its process: %v", answer)
	}
	m = newMachine(t)
	m.function("f")
	m.invoke("f", nil)
	if _, err := m.client.DeleteFunction(t.Context(), &lambda.DeleteFunctionInput{FunctionName: new("f")}); err != nil {
		t.Fatal(err)
	}
	m.wait("the end", func() bool { m.Runtime.lock.Lock(); defer m.Runtime.lock.Unlock(); return len(m.processes) == 0 })
}

// A function that is deleted or changed while it serves must not serve the next event.
func TestAFunctionThatChangesMeanwhile(t *testing.T) {
	m := newMachine(t)
	m.function("f")
	f := m.functions["f"]
	p, err := m.start(t.Context(), f.config, f.code)
	if err != nil {
		t.Fatal(err)
	}
	old := *f.config
	m.release(f, &old, p)
	<-p.exited
	if len(f.idle) != 0 {
		t.Error("a process with old settings waits for the next event")
	}
}

// Lambda tries an asynchronous event three times.
func TestAsynchronousEvents(t *testing.T) {
	m := newMachine(t)
	m.function("f")
	send := func(event string) {
		if _, err := m.client.Invoke(t.Context(), &lambda.InvokeInput{FunctionName: new("f"), Payload: []byte(event), InvocationType: types.InvocationTypeEvent}); err != nil {
			t.Fatal(err)
		}
	}
	log := filepath.Join(m.options.Directory, "logs", "f.log")
	count := func() int { content, _ := os.ReadFile(log); return strings.Count(string(content), "invoked") }
	send(`{"do":"fail"}`)
	m.wait("the third attempt", func() bool { return count() == 3 })
	send(`{}`)
	m.wait("another event", func() bool { return count() == 4 })
	if err := m.Send("none", nil); !missing(err) {
		t.Errorf("sent to nobody: %v", err)
	}
	if r := New(Options{}); r.options.Speed != 1 || r.options.Idle == 0 {
		t.Errorf("without options: %+v", r.options)
	}
	if m.pause(t.Context(), 0) != nil {
		t.Error("no pause is no error")
	}
}

// Where the asset is for another machine the same command is compiled for this one; what is neither has to say so.
func TestCodeForAnotherMachine(t *testing.T) {
	built := 0
	m := newMachine(t, func(o *Options) {
		o.Build = func(_ context.Context, _, command string) (string, error) {
			built++
			if command != "./lambda/hook/main" {
				t.Errorf("built %s", command)
			}
			file := filepath.Join(o.Directory, "hook")
			return file, os.WriteFile(file, []byte(script(t)), 0o700)
		}
	})
	m.function("f", func(in *lambda.CreateFunctionInput) {
		in.Code.ZipFile = archive(t, map[string]string{"bootstrap": "\x7fELF none", "lib/": "", "lib/a": "b"})
	})
	m.functions["f"].code.command = "./lambda/hook/main"
	for range 2 {
		if answer, failed := m.invoke("f", nil); failed != "" {
			t.Errorf("%v", answer)
		}
	}
	m.functions["f"].code.command = ""
	m.functions["f"].idle = nil
	if answer, _ := m.invoke("f", nil); !strings.Contains(answer["errorMessage"].(string), "does not run on") || built != 1 {
		t.Errorf("%v, built %d times", answer, built)
	}
	if inspect(filepath.Dir(os.Args[0])).native {
		t.Error("a directory without a bootstrap runs")
	}
	binary, err := os.ReadFile(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	own := t.TempDir()
	if err := os.WriteFile(filepath.Join(own, "bootstrap"), binary, 0o600); err != nil {
		t.Fatal(err)
	}
	if c := inspect(own); !c.native || c.command == "" {
		t.Errorf("this machine's own binary: %+v", c)
	}
}

func TestProcessesThatCannotStart(t *testing.T) {
	m := newMachine(t)
	m.function("f", func(in *lambda.CreateFunctionInput) {
		in.Code.ZipFile = archive(t, map[string]string{"bootstrap": "#!/none\n"})
	})
	if answer, failed := m.invoke("f", nil); failed == "" || len(m.processes) != 0 {
		t.Errorf("%v", answer)
	}
	logs := filepath.Join(m.options.Directory, "logs")
	_ = os.RemoveAll(logs)
	if err := os.MkdirAll(filepath.Join(logs, "f.log"), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, failed := m.invoke("f", nil); failed == "" {
		t.Error("runs without a log")
	}
	_ = os.RemoveAll(logs)
	if err := os.WriteFile(logs, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, failed := m.invoke("f", nil); failed == "" {
		t.Error("runs without a folder for logs")
	}
}

func TestTheRuntimeAPI(t *testing.T) {
	m := newMachine(t)
	p := &process{exited: make(chan struct{}), events: make(chan *invocation), log: &output{}}
	m.processes["1"] = p
	ask := func(path string, body *broken) int {
		w := httptest.NewRecorder()
		request := httptest.NewRequest(http.MethodPost, runtimePath+path, strings.NewReader("{}"))
		if body != nil {
			request = httptest.NewRequest(http.MethodPost, runtimePath+path, body)
		}
		m.ServeRuntime(w, request)
		return w.Code
	}
	for path, want := range map[string]int{
		"none/2018-06-01/runtime/invocation/next": 404, "1/2018-06-01/runtime/other": 404, "1/2018-06-01/runtime/init/error": 202,
		"1/2018-06-01/runtime/invocation/x/response": 202,
	} {
		if got := ask(path, nil); got != want {
			t.Errorf("%s: %d, want %d", path, got, want)
		}
	}
	if got := ask("1/2018-06-01/runtime/invocation/x/response", &broken{}); got != 400 {
		t.Errorf("half an answer: %d", got)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	p.next(httptest.NewRecorder(), httptest.NewRequestWithContext(ctx, http.MethodGet, "/", http.NoBody))
	close(p.exited)
	p.next(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", http.NoBody))
	i := &invocation{done: make(chan outcome, 1)}
	i.done <- outcome{payload: []byte("1")}
	if got := p.ended(i); string(got.payload) != "1" {
		t.Error("an answer with the last breath is lost")
	}
	delete(m.processes, "1")
	m.record(m.functionless(), "s", []byte(" \n"))
}

func (m *machine) functionless() *types.FunctionConfiguration {
	return &types.FunctionConfiguration{LoggingConfig: &types.LoggingConfig{LogGroup: new("g")}}
}

type broken struct{}

func (*broken) Read([]byte) (int, error) { return 0, os.ErrClosed }

// Node is here, but not the AWS SDK of Lambda's runtime: who calls such a function has to hear why it fails.
func TestFunctionsInOtherLanguages(t *testing.T) {
	m := newMachine(t)
	m.function("js", node("index.handler", nil))
	m.function("py", func(in *lambda.CreateFunctionInput) { in.Runtime = types.RuntimePython313 })
	for _, name := range []string{"js", "py"} {
		answer, failed := m.invoke(name, map[string]string{"ResourceType": "Custom::Other"})
		if message, _ := answer["errorMessage"].(string); failed == "" || !strings.Contains(message, "not on this machine") {
			t.Errorf("%s: %v", name, answer)
		}
	}
	if string(valid([]byte("x"))) != "null" {
		t.Error("answers that are no JSON")
	}
	encoded, _ := json.Marshal(titled([]string{"a"}))
	if string(encoded) != `["a"]` {
		t.Errorf("titled %s", encoded)
	}
}
