package gateway

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestTheLogForgetsTheOldest(t *testing.T) {
	log := &requestLog{}
	for i := range logged + 3 {
		_, done := log.begin(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, fmt.Sprintf("/%d", i), http.NoBody), "s3", "")
		done()
	}
	entries := log.entries()
	if len(entries) != logged || entries[0].Path != "/3" || entries[logged-1].Path != fmt.Sprintf("/%d", logged+2) {
		t.Errorf("%d entries from %s to %s", len(entries), entries[0].Path, entries[len(entries)-1].Path)
	}
	recorder := httptest.NewRecorder()
	if (&watchedWriter{ResponseWriter: recorder}).Unwrap() != recorder {
		t.Error("the writer cannot be unwrapped: nothing could be flushed")
	}
}
