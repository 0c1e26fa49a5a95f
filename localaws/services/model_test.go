package services

import (
	"context"
	"errors"
	"testing"
)

func TestAwaitEnds(t *testing.T) {
	m := New(Options{Neighbours: &neighbourhood{}})
	m.options.Emit("", "", nil, nil)
	m.Stop()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := m.await(ctx, func() bool { return false }); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if nothingIf("") != nil {
		t.Error("nothing is nothing")
	}
}
