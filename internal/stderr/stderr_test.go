package stderr

import (
	"bytes"
	"os"
	"strings"
	"testing"
)

func TestCalmWorksWithoutAPipe(t *testing.T) {
	stderr := os.Stderr
	Calm(func() (*os.File, *os.File, error) { return nil, nil, os.ErrPermission })()
	if os.Stderr != stderr {
		t.Error("standard error is lost")
	}
}

func TestOnlyTheFalseAlarmIsTakenOut(t *testing.T) {
	var got bytes.Buffer
	withoutFalseAlarm(&got, strings.NewReader("a warning\n"+
		"Runtime process exited abnormally: waitid: no child processes"+
		"Runtime process exited abnormally: signal: killed\nno end of line"))
	if want := "a warning\nRuntime process exited abnormally: signal: killed\nno end of line"; got.String() != want {
		t.Errorf("got %q, want %q", got.String(), want)
	}
}
