package deadline

import (
	"context"
	"testing"
	"time"
)

func TestEarly(t *testing.T) {
	killed := time.Now().Add(time.Minute)
	limited, cancel := context.WithDeadline(t.Context(), killed)
	defer cancel()
	ctx, stop := Early(limited, 10*time.Second)
	defer stop()
	if ends, _ := ctx.Deadline(); killed.Sub(ends) != 10*time.Second {
		t.Errorf("ends %v early", killed.Sub(ends))
	}
	unlimited, stop := Early(t.Context(), time.Hour)
	if _, ends := unlimited.Deadline(); ends || unlimited.Err() != nil {
		t.Error("work without a deadline has one")
	}
	stop()
	if unlimited.Err() == nil {
		t.Error("work goes on that was stopped")
	}
}
