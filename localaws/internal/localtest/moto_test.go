package localtest

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// tests are those of a binary.
type tests func()

func (run tests) Run() int { run(); return 7 }

// witness is a test that goes on after its end, so that another can read what it said.
type witness struct {
	testing.TB
	said string
}

func (w *witness) Helper() {}

func (w *witness) Fatalf(format string, args ...any) {
	w.said = "failed: " + fmt.Sprintf(format, args...)
}

func (w *witness) Skipf(format string, args ...any) {
	w.said = "skipped: " + fmt.Sprintf(format, args...)
}

func TestWithMoto(t *testing.T) {
	code := WithMoto(tests(func() {
		response, err := http.Get(Moto(t) + "/moto-api/data.json")
		if err != nil || response.StatusCode != http.StatusOK {
			t.Fatalf("moto does not answer: %v", err)
		}
		_ = response.Body.Close()
	}))
	if code != 7 {
		t.Errorf("the tests end with %d, which is lost", code)
	}
}

// A test that CI skips is a test that nobody runs.
func TestWithoutMoto(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	server = ""
	for ci, want := range map[string]string{"": "skipped: moto is not installed", "true": "failed: moto is not installed"} {
		t.Setenv("CI", ci)
		w := &witness{}
		if code := WithMoto(tests(func() { Moto(w) })); code != 7 || !strings.HasPrefix(w.said, want) {
			t.Errorf("CI=%q: %d, %q; want %q", ci, code, w.said, want)
		}
	}
}
