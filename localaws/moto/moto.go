// Package moto starts and stops a moto server: the service APIs that localaws does not make itself.
package moto

import (
	"bufio"
	"context"
	_ "embed" // the program that serves
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"time"
)

// AccountID is the account that everything in moto belongs to.
const AccountID = "123456789012"

//go:embed serve.py
var program string

var announced = regexp.MustCompile(`Running on (http://127\.0\.0\.1:\d+)`)

// Server is a moto server that runs.
type Server struct {
	URL string // http://127.0.0.1:port

	process *exec.Cmd
	ended   chan struct{}
}

// Options say how a server is started. The zero value will do.
type Options struct {
	Python string        // the interpreter that has moto; absent: Find looks for one
	Cache  string        // where Find may make a virtual environment; absent: the user's cache folder
	Log    io.Writer     // what moto prints; absent: nowhere
	Wait   time.Duration // how long it may take to answer; absent: one minute
}

// Start starts a server on a free port and returns when it answers. It ends with Stop, with the context, or with this
// process, however that ends.
func Start(ctx context.Context, options Options) (*Server, error) {
	python := options.Python
	if python == "" {
		found, err := Find(ctx, options.Cache)
		if err != nil {
			return nil, err
		}
		python = found
	}
	command := exec.CommandContext(ctx, python, "-c", program)
	command.Env = append(os.Environ(),
		"MOTO_IAM_LOAD_MANAGED_POLICIES=true", // bootstrap attaches AWS's own policies
		"S3_IGNORE_SUBDOMAIN_BUCKETNAME=true", // there is one host name: buckets are in the path
		"MOTO_EC2_LOAD_DEFAULT_AMIS=false",    // nobody starts instances; two seconds saved
		"PYTHONUNBUFFERED=1",
	)
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // Ctrl-C is for us: we delete our stacks first
	_, noInput := command.StdinPipe()                         // held open until this process ends
	output, noOutput := command.StderrPipe()
	if err := errors.Join(noInput, noOutput, command.Start()); err != nil {
		return nil, fmt.Errorf("starting moto: %w", err)
	}
	server := &Server{process: command, ended: make(chan struct{})}
	err := server.await(output, options)
	return server, err
}

// await reads what moto prints until it says where it listens, and goes on reading so that moto never blocks.
func (s *Server) await(output io.Reader, options Options) error {
	log := options.Log
	if log == nil {
		log = io.Discard
	}
	wait := options.Wait
	if wait == 0 {
		wait = time.Minute
	}
	address := make(chan string, 1)
	var said []string
	go func() {
		defer close(s.ended)
		lines := bufio.NewScanner(output)
		for lines.Scan() {
			if found := announced.FindStringSubmatch(lines.Text()); found != nil {
				address <- found[1]
			} else if len(said) < 20 {
				said = append(said, lines.Text())
			}
			_, _ = fmt.Fprintln(log, lines.Text())
		}
		_ = s.process.Wait() // the pipe is at its end: so is the process
	}()
	select {
	case s.URL = <-address:
		return nil
	case <-s.ended:
		return fmt.Errorf("moto ended before it answered: %s", strings.Join(said, "; "))
	case <-time.After(wait):
		return errors.Join(fmt.Errorf("moto did not answer within %s", wait), s.Stop())
	}
}

// PID is the process, and the process group, that Stop ends.
func (s *Server) PID() int { return s.process.Process.Pid }

// Stop ends the server and returns when it is gone. A second Stop does nothing.
func (s *Server) Stop() error {
	select {
	case <-s.ended:
		return nil
	default:
	}
	err := syscall.Kill(-s.PID(), syscall.SIGKILL) // it holds nothing that is worth saving
	<-s.ended
	return err
}
