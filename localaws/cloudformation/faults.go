package cloudformation

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"
)

// Fault makes a request to a provider fail or wait. Empty fields match everything.
type Fault struct {
	ID        int    `json:"id"`
	Stack     string `json:"stack,omitempty"`
	LogicalID string `json:"logicalId,omitempty"`
	Operation string `json:"operation,omitempty"` // Create, Update or Delete
	Phase     string `json:"phase,omitempty"`     // forward or rollback
	Fail      string `json:"fail,omitempty"`      // the reason; empty: only the delay
	After     bool   `json:"after,omitempty"`     // the provider does its work, and then it fails
	Delay     string `json:"delay,omitempty"`     // 90s
	Always    bool   `json:"always,omitempty"`    // else once
	Hits      int    `json:"hits"`
}

// Faults is the list of those to come. Its handler is for /_localaws/faults.
type Faults struct {
	mu   sync.Mutex
	last int
	all  []Fault
}

// hit is a request that may run into a fault.
type hit struct {
	stack, id, operation string
	rolling              bool
}

// Add answers the fault's id.
func (f *Faults) Add(fault Fault) (int, error) {
	if _, err := fault.delay(); err != nil {
		return 0, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.last++
	fault.ID, fault.Hits = f.last, 0
	f.all = append(f.all, fault)
	return fault.ID, nil
}

// List has the faults in the order in which they were added, those that have fired too.
func (f *Faults) List() []Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]Fault{}, f.all...)
}

// Remove takes one away, or all with 0.
func (f *Faults) Remove(id int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.all = slices.DeleteFunc(f.all, func(fault Fault) bool { return id == 0 || fault.ID == id })
}

func (f Fault) delay() (time.Duration, error) {
	if f.Delay == "" {
		return 0, nil
	}
	return time.ParseDuration(f.Delay)
}

func (f Fault) matches(h hit) bool {
	phase := "forward"
	if h.rolling {
		phase = "rollback"
	}
	is := func(wanted, got string) bool { return wanted == "" || wanted == got }
	return (f.Always || f.Hits == 0) && is(f.Stack, h.stack) && is(f.LogicalID, h.id) && is(f.Operation, h.operation) && is(f.Phase, phase)
}

// take finds the fault for a request.
func (f *Faults) take(h hit) Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	i := slices.IndexFunc(f.all, func(fault Fault) bool { return fault.matches(h) })
	if i < 0 {
		return Fault{}
	}
	f.all[i].Hits++
	return f.all[i]
}

// around sends a request through the fault that waits for it.
func (f *Faults) around(ctx context.Context, h hit, send func() error) error {
	fault := f.take(h)
	if wait, _ := fault.delay(); wait > 0 {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(wait):
		}
	}
	if fault.Fail != "" && !fault.After {
		return errors.New(fault.Fail)
	}
	err := send()
	if fault.Fail != "" && err == nil {
		err = errors.New(fault.Fail)
	}
	return err
}

// ServeHTTP lists faults with GET, adds one with POST, and removes all, or the one of ?id=, with DELETE.
func (f *Faults) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.Method {
	case http.MethodGet:
	case http.MethodPost:
		var fault Fault
		decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<16))
		decoder.DisallowUnknownFields()
		err := decoder.Decode(&fault)
		if err == nil {
			_, err = f.Add(fault)
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
	case http.MethodDelete:
		id, _ := strconv.Atoi(r.URL.Query().Get("id"))
		f.Remove(id)
	default:
		http.Error(w, "GET, POST or DELETE", http.StatusMethodNotAllowed)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(f.List())
}
