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
