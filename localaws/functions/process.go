package functions

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

// process is a running function. It serves one event after the other.
type process struct {
	id      string
	command *exec.Cmd
	events  chan *invocation
	exited  chan struct{}
	log     *output
	idle    *time.Timer

	lock    sync.Mutex
	current *invocation
}

// invocation is one event for a function.
type invocation struct {
	id       string
	arn      string
	payload  []byte
	deadline time.Time
	done     chan outcome // has room for one
}

// outcome is what Invoke answers.
type outcome struct {
	payload []byte
	failure string // Unhandled, or empty
	log     []byte
}

func failed(kind, format string, args ...any) outcome {
	payload, _ := json.Marshal(map[string]string{"errorMessage": fmt.Sprintf(format, args...), "errorType": kind})
	return outcome{payload: payload, failure: "Unhandled"}
}

// output gathers what a process writes.
type output struct {
	lock   sync.Mutex
	file   io.WriteCloser
	unsent bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.lock.Lock()
	defer o.lock.Unlock()
	o.unsent.Write(p)
	return o.file.Write(p)
}

// take returns what was written since the last time.
func (o *output) take() []byte {
	o.lock.Lock()
	defer o.lock.Unlock()
	taken := bytes.Clone(o.unsent.Bytes())
	o.unsent.Reset()
	return taken
}

// start begins a process of a function.
func (r *Runtime) start(ctx context.Context, config *types.FunctionConfiguration, c *code) (*process, error) {
	executable, err := r.executable(ctx, c)
	if err != nil {
		return nil, err
	}
	logs := filepath.Join(r.options.Directory, "logs")
	if err := os.MkdirAll(logs, 0o750); err != nil {
		return nil, err
	}
	file, err := os.OpenFile(filepath.Join(logs, *config.FunctionName+".log"), os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o640)
	if err != nil {
		return nil, err
	}
	p := &process{id: identity(), events: make(chan *invocation), exited: make(chan struct{}), log: &output{file: file}}
	p.command = exec.CommandContext(r.ended, executable)
	p.command.Dir, p.command.Env = c.directory, r.environment(config, c, p.id)
	p.command.Stdout, p.command.Stderr = p.log, p.log
	if err := r.begin(p); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	r.background.Go(func() {
		_ = p.command.Wait() // however it ended
		r.forget(p)
	})
	return p, nil
}

// begin starts a process and makes it known, before it can ask for an event.
func (r *Runtime) begin(p *process) error {
	r.lock.Lock()
	defer r.lock.Unlock()
	if err := p.command.Start(); err != nil {
		return err
	}
	r.processes[p.id] = p
	return nil
}

func (r *Runtime) forget(p *process) {
	r.lock.Lock()
	defer r.lock.Unlock()
	delete(r.processes, p.id)
	_ = p.log.file.Close()
	close(p.exited)
}

// environment is what Lambda sets, the function's own variables, and the way to this AWS.
//
// https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
func (r *Runtime) environment(config *types.FunctionConfiguration, c *code, id string) []string {
	endpoint := text(r.options.Config.BaseEndpoint)
	host := endpoint[strings.Index(endpoint, "://")+3:]
	region := r.options.Config.Region
	env := []string{
		"PATH=" + os.Getenv("PATH"), "LANG=en_US.UTF-8", "TZ=:UTC",
		"AWS_LAMBDA_RUNTIME_API=" + strings.TrimSuffix(host, "/") + runtimePath + id,
		"AWS_REGION=" + region, "AWS_DEFAULT_REGION=" + region, "AWS_ENDPOINT_URL=" + endpoint,
		"AWS_ACCESS_KEY_ID=local", "AWS_SECRET_ACCESS_KEY=local", "AWS_EC2_METADATA_DISABLED=true",
		"LAMBDA_TASK_ROOT=" + c.directory, "_HANDLER=" + text(config.Handler),
		"AWS_LAMBDA_FUNCTION_NAME=" + text(config.FunctionName), "AWS_LAMBDA_FUNCTION_VERSION=$LATEST",
		fmt.Sprintf("AWS_LAMBDA_FUNCTION_MEMORY_SIZE=%d", *config.MemorySize),
		"AWS_LAMBDA_LOG_GROUP_NAME=" + text(config.LoggingConfig.LogGroup), "AWS_LAMBDA_LOG_STREAM_NAME=" + id,
	}
	if config.Environment != nil {
		for name, value := range config.Environment.Variables {
			env = append(env, name+"="+value)
		}
	}
	return env
}

// kill ends a process by its id.
func (p *process) kill() { _ = p.command.Process.Kill() }

// runtimePath begins the runtime API of a process; its id follows.
const runtimePath = "/_localaws/runtime/"

// ServeRuntime is the runtime API, for the path /_localaws/runtime/.
//
// https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
func (r *Runtime) ServeRuntime(w http.ResponseWriter, request *http.Request) {
	id, call, _ := strings.Cut(strings.TrimPrefix(request.URL.Path, runtimePath), "/2018-06-01/runtime/")
	r.lock.Lock()
	p := r.processes[id]
	r.lock.Unlock()
	if p == nil {
		http.NotFound(w, request)
		return
	}
	switch parts := strings.Split(call, "/"); {
	case call == "invocation/next":
		p.next(w, request)
	case call == "init/error", len(parts) == 3 && parts[2] == "error":
		p.answer(w, request, "Unhandled")
	case len(parts) == 3 && parts[2] == "response":
		p.answer(w, request, "")
	default:
		http.NotFound(w, request)
	}
}

func (p *process) next(w http.ResponseWriter, request *http.Request) {
	select {
	case i := <-p.events:
		p.lock.Lock()
		p.current = i
		p.lock.Unlock()
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Lambda-Runtime-Aws-Request-Id", i.id)
		w.Header().Set("Lambda-Runtime-Invoked-Function-Arn", i.arn)
		w.Header().Set("Lambda-Runtime-Deadline-Ms", fmt.Sprint(i.deadline.UnixMilli()))
		_, _ = w.Write(i.payload) // a process that has gone is noticed elsewhere
	case <-p.exited:
	case <-request.Context().Done():
	}
}

func (p *process) answer(w http.ResponseWriter, request *http.Request, failure string) {
	body, err := io.ReadAll(request.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	p.lock.Lock()
	i := p.current
	p.current = nil
	p.lock.Unlock()
	if i != nil {
		i.done <- outcome{payload: body, failure: failure, log: p.log.take()}
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusAccepted)
	_, _ = io.WriteString(w, `{"status":"OK"}`)
}

func identity() string {
	random := make([]byte, 16)
	_, _ = rand.Read(random) // it never fails
	return hex.EncodeToString(random)
}

// uuid is how AWS writes an identity.
func uuid(id string) string {
	return id[:8] + "-" + id[8:12] + "-" + id[12:16] + "-" + id[16:20] + "-" + id[20:]
}
