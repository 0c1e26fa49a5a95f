package functions

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

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
