// Package services is ECS and CodeDeploy on one machine: the model of the release simulation, simulation/cloud, behind
// the protocols of AWS. Deployments, task sets, canaries, hooks and refusals are the model's; here are the requests that
// it does not need to know, and what AWS refuses in them.
//
// Durations are divided by a factor, and timestamps are the wall's. Tasks are no processes: they have an address and a
// zone, and whether they are healthy the model knows.
package services

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"strings"
	"sync"
	"time"

	"payment-processor/simulation/cloud"

	"github.com/aws/smithy-go"
)

// Options are what a Model is made of.
type Options struct {
	Neighbours Neighbours
	Account    string
	Region     string
	Speed      float64 // divides the durations of AWS; 0 is 1
	// Emit is told of what EventBridge would deliver; nil: nobody is.
	Emit func(source, kind string, resources []string, detail map[string]any)
}

// Model is the services of one account in one region.
type Model struct {
	options Options

	lock         sync.Mutex
	clock        *cloud.Clock
	next         *time.Timer   // of the clock's next event
	changed      chan struct{} // closed when anything may have
	clusters     map[string]*cluster
	revisions    []*revision
	services     []*service
	applications map[string]*application
	configs      map[string]*deploymentConfig
	tags         map[string]map[string]string
	alarms       map[string]string // state by name, as last seen
	faults       Faults
}

// New returns the services of an empty account.
func New(options Options) *Model {
	m := &Model{
		options: options, clock: cloud.NewClock(time.Now()), changed: make(chan struct{}),
		clusters: map[string]*cluster{}, applications: map[string]*application{}, configs: predefined(),
		tags: map[string]map[string]string{}, alarms: map[string]string{},
	}
	m.clock.Speed = options.Speed
	if m.options.Emit == nil {
		m.options.Emit = func(string, string, []string, map[string]any) {}
	}
	return m
}

// enter lets everything happen that is due, and returns what ends a look at the model.
func (m *Model) enter() (leave func()) {
	m.lock.Lock()
	m.clock.Advance(time.Since(m.clock.Now()))
	return func() {
		close(m.changed)
		m.changed = make(chan struct{})
		if m.next != nil {
			m.next.Stop()
		}
		if at, due := m.clock.Next(); due {
			m.next = time.AfterFunc(time.Until(at), func() { m.enter()() })
		}
		m.lock.Unlock()
	}
}

// await returns when done, which is asked under the lock, says so.
func (m *Model) await(ctx context.Context, done func() bool) error {
	for {
		m.lock.Lock()
		over, changed := done(), m.changed
		m.lock.Unlock()
		if over {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Stop ends the clock.
func (m *Model) Stop() {
	m.lock.Lock()
	defer m.lock.Unlock()
	if m.next != nil {
		m.next.Stop()
	}
}

func (m *Model) arn(service, resource string) string {
	return fmt.Sprintf("arn:aws:%s:%s:%s:%s", service, m.options.Region, m.options.Account, resource)
}

// chance is the least that the model allows, so that waiting is short; or the most, where a rehearsal wants that.
type chance struct{ model *Model }

// IntN is the first or the last possibility.
func (c chance) IntN(n int) int {
	if c.model.faults.Slow {
		return n - 1
	}
	return 0
}

// identify makes ids that look like those of AWS and differ between services.
func identify(prefix string) string {
	random := make([]byte, 8)
	_, _ = rand.Read(random) // it never fails
	if prefix == "d-" {
		return prefix + strings.ToUpper(hex.EncodeToString(random)[:9])
	}
	return prefix + hex.EncodeToString(random)
}

func refuse(code, format string, args ...any) error {
	return &smithy.GenericAPIError{Code: code, Message: fmt.Sprintf(format, args...)}
}

// last is the part of an ARN, or name, behind the last slash.
func last(arn string) string { return arn[strings.LastIndex(arn, "/")+1:] }

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// nothingIf is nil instead of an empty text.
func nothingIf(empty string) *string {
	if empty == "" {
		return nil
	}
	return &empty
}
