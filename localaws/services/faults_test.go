package services

import (
	"net/http"
	"testing"
)

func TestFaultsAreChecked(t *testing.T) {
	a := newAccount(t, hasty)
	for _, body := range []string{`{"at":"noon"}`, `{"what":true}`, `{`} {
		if got := a.faulty(http.MethodPut, body); got != http.StatusBadRequest {
			t.Errorf("%s: %d", body, got)
		}
	}
	a.faulty(http.MethodPut, `{"slow":true}`)
	if a.faulty(http.MethodGet, ""); !a.faults.Slow || (chance{a.Model}).IntN(5) != 4 {
		t.Error("not slow")
	}
	if a.faulty(http.MethodDelete, ""); a.faults != (Faults{}) {
		t.Errorf("left %+v", a.faults)
	}
}
