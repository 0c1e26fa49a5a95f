package simulation

import (
	"fmt"
	"strings"
	"time"
)

// trace remembers what happened and puts it into words only when somebody asks.
type trace struct {
	start time.Time
	lines []line
}

type line struct {
	at     time.Time
	actor  string
	format string
	args   []any
}

func (t *trace) add(at time.Time, actor, format string, args ...any) {
	t.lines = append(t.lines, line{at, actor, format, args})
}

// String is a line for each thing that happened: time since the beginning, actor, what.
func (t *trace) String() string {
	var b strings.Builder
	for _, l := range t.lines {
		fmt.Fprintf(&b, "%10s  %-14s  ", l.at.Sub(t.start).Round(time.Second), l.actor)
		fmt.Fprintf(&b, l.format, l.args...)
		b.WriteByte('\n')
	}
	return b.String()
}
