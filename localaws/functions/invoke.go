package functions

import (
	"context"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

// invoke calls a function and waits for its answer. The error is a refusal of Lambda's, not the function's failure.
func (r *Runtime) invoke(ctx context.Context, called string, payload []byte) (outcome, error) {
	f, err := r.function(called)
	if err != nil {
		return outcome{}, err
	}
	r.lock.Lock()
	config, code := f.config, f.code
	r.lock.Unlock()
	if len(payload) == 0 {
		payload = []byte("{}")
	}
	if replaced := r.equivalent(config, code); replaced != nil {
		ctx, cancel := context.WithTimeout(ctx, time.Duration(*config.Timeout)*time.Second)
		defer cancel()
		return replaced(ctx, payload), nil
	}
	if !strings.HasPrefix(string(config.Runtime), "provided") {
		return failed("Runtime.Unsupported", "%s is a function for %s, whose AWS SDK is not on this machine, and there is no equivalent for it here",
			*config.FunctionName, config.Runtime), nil
	}
	return r.run(ctx, f, config, code, payload), nil
}

// run hands the event to a process of the function, which serves only that.
func (r *Runtime) run(ctx context.Context, f *function, config *types.FunctionConfiguration, c *code, payload []byte) outcome {
	p, err := r.process(ctx, f, config, c)
	if err != nil {
		return failed("Runtime.InvalidEntrypoint", "%v", err)
	}
	limit := time.Duration(*config.Timeout) * time.Second
	i := &invocation{
		id: uuid(identity()), arn: *config.FunctionArn, payload: payload, deadline: time.Now().Add(limit), done: make(chan outcome, 1),
	}
	timer := time.NewTimer(limit)
	defer timer.Stop()
	answered := p.serve(ctx, i, timer, limit)
	if !p.over() {
		r.release(f, config, p)
	}
	r.record(config, p.id, answered.log)
	return answered
}

// serve waits for the process to take the event, and then for its answer.
func (p *process) serve(ctx context.Context, i *invocation, timer *time.Timer, limit time.Duration) outcome {
	var late bool
	select {
	case p.events <- i:
	case <-p.exited:
		return p.ended(i)
	case <-timer.C:
		late = true
	case <-ctx.Done():
	}
	if !late && ctx.Err() == nil {
		select {
		case answered := <-i.done:
			return answered
		case <-p.exited:
			return p.ended(i)
		case <-timer.C:
			late = true
		case <-ctx.Done():
		}
	}
	p.kill()
	<-p.exited
	answered := failed("Sandbox.Timedout", "RequestId: %s Error: Task timed out after %.2f seconds", i.id, limit.Seconds())
	if !late {
		answered = failed("Sandbox.Interrupted", "RequestId: %s Error: %v", i.id, ctx.Err())
	}
	answered.log = p.log.take()
	return answered
}

// ended is the answer of a process that has none, unless it gave one with its last breath.
func (p *process) ended(i *invocation) outcome {
	select {
	case answered := <-i.done:
		return answered
	default:
	}
	answered := failed("Runtime.ExitError", "RequestId: %s Error: Runtime exited with error: %v", i.id, p.command.ProcessState)
	answered.log = p.log.take()
	return answered
}

func (p *process) over() bool {
	select {
	case <-p.exited:
		return true
	default:
		return false
	}
}

// process is one that waits for an event, or a new one.
func (r *Runtime) process(ctx context.Context, f *function, config *types.FunctionConfiguration, c *code) (*process, error) {
	r.lock.Lock()
	for len(f.idle) > 0 && f.config == config {
		p := f.idle[len(f.idle)-1]
		f.idle = f.idle[:len(f.idle)-1]
		if p.idle.Stop() && !p.over() {
			r.lock.Unlock()
			return p, nil
		}
	}
	r.lock.Unlock()
	return r.start(ctx, config, c)
}

// release lets a process wait for the next event, unless the function is another by now.
func (r *Runtime) release(f *function, config *types.FunctionConfiguration, p *process) {
	r.lock.Lock()
	defer r.lock.Unlock()
	if f.config != config || r.functions[*config.FunctionName] != f {
		p.kill()
		return
	}
	p.idle = time.AfterFunc(r.options.Idle, p.kill)
	f.idle = append(f.idle, p)
}

// attempts are made of an asynchronous event.
//
// https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
const attempts = 3

// Send invokes a function without waiting for it, and again when it fails.
func (r *Runtime) Send(called string, payload []byte) error {
	if _, err := r.function(called); err != nil {
		return err
	}
	r.try(called, payload, 1)
	return nil
}

func (r *Runtime) try(called string, payload []byte, attempt int) {
	r.later(time.Duration(attempt-1)*time.Minute, func(ctx context.Context) {
		answered, err := r.invoke(ctx, called, payload)
		if (err != nil || answered.failure != "") && attempt < attempts && !missing(err) {
			r.try(called, payload, attempt+1)
		}
	})
}

// record sends what a function has written to its log group, which may not be there.
func (r *Runtime) record(config *types.FunctionConfiguration, stream string, log []byte) {
	if strings.TrimSpace(string(log)) == "" {
		return
	}
	r.background.Go(func() {
		where := map[string]any{"logGroupName": config.LoggingConfig.LogGroup, "logStreamName": stream}
		_ = r.wire.JSON(r.ended, "logs", "Logs_20140328.CreateLogStream", where, nil) // it may be there
		var events []map[string]any
		for line := range strings.Lines(string(log)) {
			events = append(events, map[string]any{"timestamp": time.Now().UnixMilli(), "message": strings.TrimSuffix(line, "\n")})
		}
		where["logEvents"] = events
		_ = r.wire.JSON(r.ended, "logs", "Logs_20140328.PutLogEvents", where, nil) // the file has it too
	})
}
