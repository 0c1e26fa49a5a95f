package fastsynth

import (
	"os"
	"testing"
)

// Who asks for a validated synth in a test gets it.
func TestSetDefaultKeepsWhatIsSet(t *testing.T) {
	t.Setenv("FASTSYNTH_TEST", "") // restores it
	if err := os.Unsetenv("FASTSYNTH_TEST"); err != nil {
		t.Fatal(err)
	}
	setDefault("FASTSYNTH_TEST", "first")
	setDefault("FASTSYNTH_TEST", "second")
	if got := os.Getenv("FASTSYNTH_TEST"); got != "first" {
		t.Errorf("got %q, want what was set first", got)
	}
}
