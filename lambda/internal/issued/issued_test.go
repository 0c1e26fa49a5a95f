package issued

import (
	"testing"
	"time"
)

// Without the time a late replay would take over from the request that CloudFormation waits for.
func TestAt(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	for responseURL, want := range map[string]time.Time{
		"https://bucket.s3.amazonaws.com/answer?X-Amz-Date=20261122T113000Z&X-Amz-Expires=7200": now.Add(-30 * time.Minute),
		"https://bucket.s3.amazonaws.com/answer":                                                now,
		"%":                                                                                     now,
		"":                                                                                      now,
	} {
		if got := At(responseURL, now); !got.Equal(want) {
			t.Errorf("%q: got %v, want %v", responseURL, got, want)
		}
	}
}
