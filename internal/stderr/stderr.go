// Package stderr keeps a false alarm of jsii out of what people read.
package stderr

import (
	"bufio"
	"io"
	"os"
	"regexp"
)

// falseAlarm is what jsii-runtime-go reports of every orderly end. It waits for its Node.js process twice, in
// Process.Close and in a goroutine of ensureStarted; the kernel tells only one of them how the process ended, and the
// other takes "no child processes" for a crash (v1.140.0, internal/kernel/process/process.go).
var falseAlarm = regexp.MustCompile(`Runtime process exited abnormally: wait\w*: no child processes`)

// Calm takes the false alarm, and nothing else, out of standard error. It has to come before the first use of jsii.
// flush passes on what is left and ends it: nothing is written to os.Stderr after. If pipe, os.Pipe but for tests, fails,
// the false alarm stays.
func Calm(pipe func() (r, w *os.File, err error)) (flush func()) {
	stderr := os.Stderr
	read, write, err := pipe()
	if err != nil {
		return func() {}
	}
	os.Stderr = write
	done := make(chan struct{})
	go func() {
		defer close(done)
		withoutFalseAlarm(stderr, read)
	}()
	return func() {
		_ = write.Close()
		<-done
	}
}

func withoutFalseAlarm(to io.Writer, from io.Reader) {
	lines := bufio.NewReader(from)
	for {
		line, err := lines.ReadBytes('\n')
		_, _ = to.Write(falseAlarm.ReplaceAll(line, nil))
		if err != nil {
			return
		}
	}
}
