package cloudformation

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"sync"
	"time"

	"payment-processor/localaws/resource"
)

// Options are what a Server needs from its surroundings. All but Registry may be absent.
type Options struct {
	Registry  resource.Registry
	AccountID string // default 123456789012
	Region    string // of requests that are not signed, default us-east-2

	// FetchTemplate reads a TemplateURL. Absent: templates come in the request.
	FetchTemplate func(ctx context.Context, url string) (string, error)
	// Parameter reads the Parameter Store, for parameters of the type AWS::SSM::Parameter::Value<…>.
	Parameter func(ctx context.Context, region, name string) (string, error)
	// Dynamic answers {{resolve:service:reference}}.
	Dynamic func(ctx context.Context, region, service, reference string) (string, error)
	// Zones are what Fn::GetAZs answers, default a, b and c.
	Zones func(region string) []string
	// Observe is told of every event in order. It must return soon and not call the server.
	Observe func(Event)
	// Grace is how long resources in progress may go on after another has failed or the update was cancelled, before
	// their context ends. Default five seconds.
	Grace time.Duration
}

// Server is CloudFormation: an http.Handler for its query API. Each region has stacks of its own.
type Server struct {
	options Options
	faults  *Faults
	ctx     context.Context
	cancel  context.CancelFunc
	running sync.WaitGroup

	mu      sync.Mutex // of all that follows and of every stack
	regions map[string]*region
}

// region holds its stacks, the deleted ones too.
type region struct {
	name   string
	stacks []*stack
}

// New starts with no stack.
func New(options Options) *Server {
	options.AccountID = or(options.AccountID, "123456789012")
	options.Region = or(options.Region, "us-east-2")
	if options.Grace == 0 {
		options.Grace = 5 * time.Second
	}
	if options.Zones == nil {
		options.Zones = func(region string) []string { return []string{region + "a", region + "b", region + "c"} }
	}
	if options.Observe == nil {
		options.Observe = func(Event) {}
	}
	if options.FetchTemplate == nil {
		options.FetchTemplate = func(context.Context, string) (string, error) { return "", errors.New("there is no bucket here") }
	}
	if options.Parameter == nil {
		options.Parameter = func(context.Context, string, string) (string, error) {
			return "", errors.New("there is no Parameter Store here")
		}
	}
	if options.Dynamic == nil {
		options.Dynamic = func(_ context.Context, _, service, _ string) (string, error) {
			return "", fmt.Errorf("dynamic references to %s are not supported here", service)
		}
	}
	s := &Server{options: options, faults: &Faults{}, regions: map[string]*region{}}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	return s
}

// Faults are those that operations run into.
func (s *Server) Faults() *Faults { return s.faults }

// Close ends every operation where it stands and waits for it.
func (s *Server) Close() {
	s.cancel()
	s.running.Wait()
}

// Wait returns when no operation is in progress.
func (s *Server) Wait() { s.running.Wait() }

func (s *Server) in(name string) *region {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.regions[name] == nil {
		s.regions[name] = &region{name: name}
	}
	return s.regions[name]
}

func or(text, fallback string) string {
	if text == "" {
		return fallback
	}
	return text
}

// token is of 32 hexadecimal digits.
func token() string {
	var raw [16]byte
	_, _ = rand.Read(raw[:]) // never fails
	return hex.EncodeToString(raw[:])
}

func uuid() string {
	t := token()
	return t[:8] + "-" + t[8:12] + "-" + t[12:16] + "-" + t[16:20] + "-" + t[20:]
}
