// Package functions is AWS Lambda on one machine: functions run as processes of their own, by the Lambda runtime protocol,
// with the gateway as their AWS. Around it is what calls functions: custom resources, EventBridge's rules, and the
// rotation of secrets.
//
// A function for provided.al2023 runs as its asset has it, if that is for this machine. The assets of this repository are
// for Linux on arm64: elsewhere the same command is compiled for this machine, from the source as it is now.
//
// Functions in Node and Python can be created, and fail when they are invoked, because the AWS SDK of Lambda's runtime is
// not here. Some are replaced by equivalents in Go, known by what they are called with:
//
//	framework.onEvent            the CDK's provider framework: onEvent once, isComplete until it is done, at the state
//	                             machine's interval divided by the speed. As on AWS a request that CloudFormation has
//	                             given up is polled for to the end.
//	Custom::VpcRestrictDefaultSG takes the rules of a VPC's default security group away, and puts them back on deletion
//	Custom::S3AutoDeleteObjects  empties a bucket before it is deleted
//
// And two of ours: the probe asks tasks over the VPC's network, which is not here. Its equivalent asks the model. The
// database's functions decide what they always do, and log in to a database in memory (localaws/postgres).
package functions

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"payment-processor/lambda/bundle"
	"payment-processor/localaws/postgres"
	"payment-processor/localaws/wire"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/smithy-go"
	smithytime "github.com/aws/smithy-go/time"
)

// Options are what a Runtime is made of.
type Options struct {
	Config    aws.Config // whose endpoint is the gateway's, and functions' too
	Account   string
	Directory string  // for code and logs
	Root      string  // of the module whose functions are compiled for this machine
	Speed     float64 // divides the intervals and time-outs of AWS, though not those of functions; 0 is 1
	// Tasks tells what a task at an address answers; false if there is none.
	Tasks func(address string) (healthy, there bool)
	// Patience is how long the framework's waiter polls at least, and a custom resource has to answer: functions wait for
	// some things at the wall's speed. 0: what AWS gives, divided by the speed.
	Patience time.Duration
	// Idle is how long a process waits for its next event; 0: ten minutes.
	Idle time.Duration
	// Build compiles a command of the module for this machine; nil: bundle.Host.
	Build func(ctx context.Context, root, command string) (file string, err error)
}

// Runtime is the functions of one account in one region.
type Runtime struct {
	options Options
	wire    wire.Client

	lock      sync.Mutex
	functions map[string]*function
	layers    map[string]int // versions by name
	processes map[string]*process
	answers   map[string]chan answer // of custom resources, by request
	built     map[string]*once       // by command, and by the hash of a zip
	rotations map[string]string      // functions by secret
	databases *postgres.Servers

	background sync.WaitGroup
	ended      context.Context
	end        context.CancelFunc
}

// once does something a first time, and tells everybody how it went.
type once struct {
	sync.Once
	file string
	err  error
}

// New returns an account without functions.
func New(options Options) *Runtime {
	if options.Idle == 0 {
		options.Idle = 10 * time.Minute
	}
	if options.Speed == 0 {
		options.Speed = 1
	}
	if options.Build == nil {
		options.Build = bundle.Host
	}
	ended, end := context.WithCancel(context.Background())
	return &Runtime{
		options: options, wire: wire.Client{Config: options.Config}, functions: map[string]*function{}, layers: map[string]int{},
		processes: map[string]*process{}, answers: map[string]chan answer{}, built: map[string]*once{}, rotations: map[string]string{},
		databases: postgres.New(),
		ended:     ended, end: end,
	}
}

// Stop ends all processes, by their ids, and whatever waits for a function.
func (r *Runtime) Stop() {
	r.end()
	r.lock.Lock()
	processes := make([]*process, 0, len(r.processes))
	for _, p := range r.processes {
		processes = append(processes, p)
	}
	r.lock.Unlock()
	for _, p := range processes {
		p.kill()
		<-p.exited
	}
	r.background.Wait()
}

// later does something after a delay of AWS, unless the runtime stops before.
func (r *Runtime) later(delay time.Duration, do func(context.Context)) {
	r.background.Go(func() {
		if r.pause(r.ended, delay) == nil {
			do(r.ended)
		}
	})
}

// pause waits as long as AWS would, divided by the speed.
func (r *Runtime) pause(ctx context.Context, delay time.Duration) error {
	if delay <= 0 {
		return ctx.Err()
	}
	return smithytime.SleepWithContext(ctx, r.hurried(delay))
}

func (r *Runtime) hurried(d time.Duration) time.Duration {
	return time.Duration(float64(d) / r.options.Speed)
}

func (r *Runtime) arn(resource string) string {
	return fmt.Sprintf("arn:aws:lambda:%s:%s:%s", r.options.Config.Region, r.options.Account, resource)
}

// name is of a function that is called by its name, its ARN, or either with a version or alias.
func name(of string) string {
	parts := strings.Split(of, ":")
	if at := slices.Index(parts, "function"); at >= 0 && at+1 < len(parts) {
		return parts[at+1]
	}
	return parts[0]
}

// function is looked up by name or ARN.
func (r *Runtime) function(of string) (*function, error) {
	r.lock.Lock()
	defer r.lock.Unlock()
	if found := r.functions[name(of)]; found != nil {
		return found, nil
	}
	return nil, refuse("ResourceNotFoundException", "Function not found: %s", r.arn("function:"+name(of)))
}

func refuse(code, format string, args ...any) error {
	return &smithy.GenericAPIError{Code: code, Message: fmt.Sprintf(format, args...)}
}

func missing(err error) bool {
	var refusal smithy.APIError
	return errors.As(err, &refusal) && refusal.ErrorCode() == "ResourceNotFoundException"
}
