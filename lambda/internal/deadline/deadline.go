// Package deadline ends a function's work before Lambda ends the function: one that is killed answers nobody.
package deadline

import (
	"context"
	"time"
)

// Early returns a context that ends earlier than ctx, which is the function's, by the margin. Without a deadline, as in
// tests, it ends when ctx does.
func Early(ctx context.Context, margin time.Duration) (context.Context, context.CancelFunc) {
	if end, limited := ctx.Deadline(); limited {
		return context.WithDeadline(ctx, end.Add(-margin))
	}
	return context.WithCancel(ctx)
}
