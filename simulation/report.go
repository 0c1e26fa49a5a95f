package simulation

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
)

// Report counts what histories did.
type Report struct {
	mutex      sync.Mutex
	Histories  int
	Steps      int
	Calls      int
	Faults     map[string]int
	States     map[string]int
	Invariants map[string]int
	Excused    map[string]int
}

func newReport() *Report {
	return &Report{Faults: map[string]int{}, States: map[string]int{}, Invariants: map[string]int{}, Excused: map[string]int{}}
}

// merge adds one history's counts.
func (r *Report) merge(other *Report) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.Histories++
	r.Steps += other.Steps
	r.Calls += other.Calls
	for _, pair := range [][2]map[string]int{{r.Faults, other.Faults}, {r.States, other.States}, {r.Invariants, other.Invariants}, {r.Excused, other.Excused}} {
		for k, n := range pair[1] {
			pair[0][k] += n
		}
	}
}

// String is the report as `make simulate` prints it.
func (r *Report) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d histories, %d steps, %d API calls of the functions\n", r.Histories, r.Steps, r.Calls)
	for _, part := range []struct {
		title  string
		counts map[string]int
	}{{"faults injected", r.Faults}, {"operations ended", r.States}, {"invariants checked", r.Invariants}, {"not asserted, because", r.Excused}} {
		fmt.Fprintf(&b, "%s:\n", part.title)
		for _, k := range slices.Sorted(maps.Keys(part.counts)) {
			fmt.Fprintf(&b, "  %9d  %s\n", part.counts[k], k)
		}
	}
	return b.String()
}
