package moto_test

import (
	"bytes"
	"context"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"payment-processor/localaws/internal/localtest"
	"payment-processor/localaws/moto"
)

func installed(t *testing.T) {
	t.Helper()
	if _, err := moto.Find(t.Context(), t.TempDir()); err != nil {
		localtest.Missing(t, "moto")
	}
}

// script is an executable file: tests put them where programs are looked for.
func script(t *testing.T, folder, name, body string) string {
	t.Helper()
	path := filepath.Join(folder, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(body), 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

func alive(pid int) bool { return syscall.Kill(pid, 0) == nil }

type buffer struct {
	sync.Mutex
	bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.Lock()
	defer b.Unlock()
	return b.Buffer.Write(p)
}

func TestAServerAnswersUntilItIsStopped(t *testing.T) {
	installed(t)
	log := &buffer{}
	server, err := moto.Start(t.Context(), moto.Options{Log: log})
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.Get(server.URL + "/moto-api/data.json")
	if err != nil || response.StatusCode != http.StatusOK {
		t.Errorf("the server does not answer: %v %v", response, err)
	} else {
		_ = response.Body.Close()
	}
	for range 2 {
		if err := server.Stop(); err != nil {
			t.Errorf("Stop: %v", err)
		}
	}
	if alive(server.PID()) {
		t.Errorf("process %d is left behind", server.PID())
	}
	if !strings.Contains(log.String(), "Running on "+server.URL) {
		t.Errorf("the log has not what moto printed: %q", log.String())
	}
}

// A program that is killed cannot stop its server: the server has to notice by itself.
func TestAServerEndsWithItsParent(t *testing.T) {
	if os.Getenv("MOTO_TEST_PARENT") != "" {
		server, err := moto.Start(context.Background(), moto.Options{})
		if err != nil {
			t.Fatal(err)
		}
		_, _ = os.Stdout.WriteString("url " + server.URL + "\n")
		select {}
	}
	installed(t)
	parent := exec.Command(os.Args[0], "-test.run=^TestAServerEndsWithItsParent$")
	parent.Env = append(os.Environ(), "MOTO_TEST_PARENT=1")
	output, err := parent.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	line := make([]byte, 200)
	n, _ := output.Read(line)
	url := strings.TrimSpace(strings.TrimPrefix(string(line[:n]), "url "))
	_ = parent.Process.Kill()
	_ = parent.Wait()
	for deadline := time.Now().Add(20 * time.Second); ; {
		response, err := http.Get(url)
		if err != nil {
			return
		}
		_ = response.Body.Close()
		if time.Now().After(deadline) {
			t.Fatalf("%s still answers though its parent was killed", url)
		}
	}
}

func TestStartSaysWhyThereIsNoServer(t *testing.T) {
	folder := t.TempDir()
	for name, c := range map[string]struct {
		options moto.Options
		want    string
	}{
		"no such interpreter": {moto.Options{Python: filepath.Join(folder, "none")}, "starting moto"},
		"it ends at once":     {moto.Options{Python: script(t, folder, "ends", "#!/bin/sh\necho no module named moto >&2\n")}, "no module named moto"},
		"it never answers": {moto.Options{
			Python: script(t, folder, "silent", "#!/bin/sh\ncat\n"), Wait: 100 * time.Millisecond,
		}, "moto did not answer within 100ms"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := moto.Start(t.Context(), c.options); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

func TestStartNeedsAnInterpreter(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	if _, err := moto.Start(t.Context(), moto.Options{Cache: t.TempDir()}); err == nil ||
		!strings.Contains(err.Error(), "no moto 5.2.x is installed") {
		t.Errorf("got %v", err)
	}
}

const (
	fitting = "#!/bin/sh\necho 5.2.9\n"
	old     = "#!/bin/sh\necho 4.1.0\n"
)

func TestFindPrefersWhatIsInstalled(t *testing.T) {
	folder := t.TempDir()
	t.Setenv("PATH", folder)
	isolated := script(t, folder, "pipx/python", fitting)
	script(t, folder, "python3", old)
	script(t, folder, "moto_server", "#!"+isolated+"\nimport moto\n")
	if python, err := moto.Find(t.Context(), t.TempDir()); err != nil || python != isolated {
		t.Errorf("got %q %v, want the interpreter of moto_server", python, err)
	}
	script(t, folder, "python3", fitting)
	if python, err := moto.Find(t.Context(), t.TempDir()); err != nil || python != "python3" {
		t.Errorf("got %q %v, want python3", python, err)
	}
}

// maker stands for a python3 that has no moto: it makes a virtual environment whose interpreter installs what fits.
const maker = `#!/bin/sh
[ "$1" = -c ] && exit 1
[ "$2" = venv ] || exit 2
/bin/mkdir -p "$4/bin"
/bin/cat >"$4/bin/python" <<'END'
#!/bin/sh
folder=$(/usr/bin/dirname "$0")
if [ "$1" = -c ]; then /bin/cat "$folder/version" 2>/dev/null; exit $?; fi
/bin/echo 5.2.1 >"$folder/version"
END
/bin/chmod +x "$4/bin/python"
`

func TestFindMakesAVirtualEnvironmentOnce(t *testing.T) {
	folder, home := t.TempDir(), t.TempDir()
	t.Setenv("PATH", folder)
	t.Setenv("HOME", home)
	t.Setenv("XDG_CACHE_HOME", "")
	script(t, folder, "python3", maker)
	made, err := moto.Find(t.Context(), "")
	if err != nil || !strings.HasPrefix(made, home) {
		t.Fatalf("got %q %v, want an interpreter in the user's cache folder", made, err)
	}
	script(t, folder, "python3", "#!/bin/sh\nexit 3\n")
	if again, err := moto.Find(t.Context(), ""); err != nil || again != made {
		t.Errorf("got %q %v, want the environment made before", again, err)
	}
}

func TestFindSaysWhichStepFailed(t *testing.T) {
	folder := t.TempDir()
	t.Setenv("PATH", folder)
	script(t, folder, "python3", "#!/bin/sh\necho no module named venv >&2\nexit 1\n")
	if _, err := moto.Find(t.Context(), t.TempDir()); err == nil || !strings.Contains(err.Error(), "no module named venv") {
		t.Errorf("got %v", err)
	}
	t.Setenv("HOME", "")
	t.Setenv("XDG_CACHE_HOME", "")
	if _, err := moto.Find(t.Context(), ""); err == nil {
		t.Error("want an error where there is no cache folder")
	}
}
