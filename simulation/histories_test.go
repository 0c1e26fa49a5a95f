package simulation

import (
	"flag"
	"fmt"
	"log/slog"
	"os"
	"runtime"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var histories = flag.Int("histories", 0, "how many random histories TestHistories runs; 0: the same 2000 every time")

// A plain go test is red because of a change and not of luck: make simulate looks for what is new.
const (
	fixedHistories = 2000
	fixedSeed      = "20260105"
)

func TestMain(m *testing.M) {
	slog.SetDefault(slog.New(slog.DiscardHandler))
	flag.Parse()
	os.Exit(m.Run())
}

// A release that does the wrong thing in any of these histories would do so in production, where nobody can shrink it.
func TestHistories(t *testing.T) {
	report, began := newReport(), time.Now()
	if *histories == 0 {
		set(t, "histories", strconv.Itoa(fixedHistories))
		if flag.Lookup("rapid.seed").Value.String() == "0" {
			set(t, "rapid.seed", fixedSeed)
		}
	}
	shards := runtime.GOMAXPROCS(0)
	if flag.Lookup("rapid.seed").Value.String() != "0" {
		shards = 1 // a seed is of one shard
	}
	set(t, "rapid.checks", strconv.Itoa((*histories+shards-1)/shards))
	set(t, "rapid.nofailfile", "true")
	t.Run("shards", func(t *testing.T) {
		for i := range shards {
			t.Run(fmt.Sprint(i), func(t *testing.T) {
				t.Parallel()
				rapid.Check(t, func(t *rapid.T) { history(t, report) })
			})
		}
	})
	t.Logf("%v in %v", report, time.Since(began).Round(time.Second))
	everyKind(t, report)
}

func history(t *rapid.T, report *Report) {
	w := newWorld(drawPlan(t))
	err := w.Run()
	report.merge(w.report)
	if err != nil {
		t.Fatalf("%v\n%+v\n%s\nrun it again: go test ./simulation -run TestHistories -rapid.seed=<the seed below>", err, w.plan, &w.trace)
	}
}

// A fault that is never injected, or an invariant that is never checked, proves nothing.
func everyKind(t *testing.T, r *Report) {
	if *histories < 400 || t.Failed() {
		return
	}
	for _, kind := range append(append([]string{}, faultKinds...), eventKinds...) {
		if r.Faults[kind] == 0 {
			t.Errorf("no history had the fault %q", kind)
		}
	}
	for _, invariant := range invariants {
		if r.Invariants[invariant] == 0 {
			t.Errorf("%q was never checked", invariant)
		}
	}
}

func set(t *testing.T, name, value string) {
	if err := flag.Set(name, value); err != nil {
		t.Fatal(err)
	}
}
