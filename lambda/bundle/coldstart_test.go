package bundle

import (
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"

	"payment-processor/lambda/internal/runtimetest"
)

// BenchmarkColdStart measures from the start of a function's process to its first question for an event. The limit is
// 150 ms. The binaries are those of the assets, for this machine's architecture instead of Lambda's.
func BenchmarkColdStart(b *testing.B) {
	if runtime.GOOS != "linux" {
		b.Skip("Lambda's binaries run on Linux only")
	}
	toolchain, err := newToolchain(b.Context(), moduleRoot(b))
	if err != nil {
		b.Fatal(err)
	}
	for _, name := range []string{"release", "livetarget", "imagegate", "hook", "probe", "database", "rotationrelease"} {
		function := binary{"./lambda/" + name + "/main", filepath.Join(b.TempDir(), name), "bootstrap", runtime.GOARCH}
		if err := toolchain.link(b.Context(), function); err != nil {
			b.Fatal(err)
		}
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				coldStart(b, function.file())
			}
		})
	}
}

func coldStart(b *testing.B, file string) {
	b.StopTimer()
	api := runtimetest.New()
	command := exec.CommandContext(b.Context(), file)
	command.Env = []string{
		"AWS_LAMBDA_RUNTIME_API=" + api.Address, "AWS_REGION=us-east-2",
		"AWS_ACCESS_KEY_ID=none", "AWS_SECRET_ACCESS_KEY=none",
	}
	b.StartTimer()
	if err := command.Start(); err != nil {
		b.Fatal(err)
	}
	api.WaitReady(b)
	b.StopTimer()
	_ = command.Process.Kill()
	_ = command.Wait() // killed
	b.StartTimer()
}
