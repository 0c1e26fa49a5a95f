package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

func (o options) ours() string     { return fmt.Sprintf("http://127.0.0.1:%d", o.port) }
func (o options) endpoint() string { return cmp.Or(o.url, o.ours()) }

// patience is how long the endpoint may take to start, or to end.
var patience = 90 * time.Second

// start runs serve in the background, unless it runs already, and returns when it answers.
func start(ctx context.Context, o options, out io.Writer) error {
	if o.endpoint() != o.ours() {
		fmt.Fprintf(out, "using what answers at %s\n", o.endpoint())
		return nil
	}
	if running, err := ask(ctx, o); err == nil {
		fmt.Fprintf(out, "localaws runs at %s already (process %d)\n", running.Endpoint, running.PID)
		return nil
	}
	if connection, err := new(net.Dialer).DialContext(ctx, "tcp", fmt.Sprintf("127.0.0.1:%d", o.port)); err == nil {
		return errors.Join(fmt.Errorf("port %d is busy with another program: end it, or choose another port with LOCAL_PORT=N", o.port), connection.Close())
	}
	if err := os.MkdirAll(o.state, 0o750); err != nil {
		return err
	}
	name := filepath.Join(o.state, "localaws.log")
	log, err := os.Create(name)
	if err != nil {
		return err
	}
	defer log.Close()
	self, unknown := os.Executable()
	command := exec.Command(self, "serve", "-port", strconv.Itoa(o.port), "-speed", fmt.Sprint(o.speed), "-state", o.state) //nolint:noctx // it outlives this process
	command.Dir, command.Stdout, command.Stderr = o.root, log, log
	command.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := errors.Join(unknown, command.Start()); err != nil {
		return err
	}
	ended := make(chan struct{})
	go func() {
		_ = command.Wait() // its log says why
		close(ended)
	}()
	deadline := time.After(patience)
	for {
		if running, err := ask(ctx, o); err == nil {
			fmt.Fprintf(out, "localaws runs at %s (process %d)\n", running.Endpoint, running.PID)
			return nil
		}
		select {
		case <-ended:
			said, _ := os.ReadFile(name)
			return fmt.Errorf("it did not start:\n%s", said)
		case <-deadline:
			return errors.Join(fmt.Errorf("it does not answer; its log is %s", name), command.Process.Kill())
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// ask asks who answers on the port.
func ask(ctx context.Context, o options) (state, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, o.endpoint()+"/_localaws/status", http.NoBody)
	if err != nil {
		return state{}, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return state{}, err
	}
	defer response.Body.Close()
	var who state
	if err := json.NewDecoder(response.Body).Decode(&who); err != nil || who.PID == 0 {
		return state{}, fmt.Errorf("what answers at %s is not localaws", o.endpoint())
	}
	return who, nil
}

// stop ends the process that answers on the port, by its id, and returns when it is gone.
func stop(ctx context.Context, o options, out io.Writer) error {
	running, err := ask(ctx, o)
	if err != nil || o.endpoint() != o.ours() {
		fmt.Fprintf(out, "localaws does not run at %s\n", o.endpoint())
		return nil //nolint:nilerr // that nobody answers is what was wanted
	}
	if err := syscall.Kill(running.PID, syscall.SIGTERM); err != nil {
		return err
	}
	deadline := time.Now().Add(patience)
	for syscall.Kill(running.PID, 0) == nil {
		if time.Now().After(deadline) {
			return fmt.Errorf("process %d does not end", running.PID)
		}
		time.Sleep(50 * time.Millisecond)
	}
	fmt.Fprintln(out, "localaws has ended")
	return nil
}

// report tells whether it runs.
func report(ctx context.Context, o options, out io.Writer) error {
	running, err := ask(ctx, o)
	if err != nil {
		return fmt.Errorf("nothing of ours answers on port %d: %w", o.port, err)
	}
	fmt.Fprintf(out, "localaws runs at %s (process %d)\n", running.Endpoint, running.PID)
	return nil
}
