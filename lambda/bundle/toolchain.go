package bundle

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// toolchain is the go command with an environment in which nothing of the user's changes what comes out.
type toolchain struct {
	root string
	env  []string
}

// kept are the settings that say where modules come from and where caches are; they do not reach the binaries.
var kept = []string{
	"GOAUTH", "GOCACHE", "GOCACHEPROG", "GOINSECURE", "GOMODCACHE", "GONOPROXY", "GONOSUMDB", "GOPATH",
	"GOPRIVATE", "GOPROXY", "GOSUMDB", "GOVCS",
}

var goVersion = regexp.MustCompile(`(?m)^go (\d+\.\d+\.\d+)$`)

func newToolchain(ctx context.Context, root string) (toolchain, error) {
	mod, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		return toolchain{}, fmt.Errorf("find the module that holds the functions: %w", err)
	}
	version := goVersion.FindSubmatch(mod)
	if version == nil {
		return toolchain{}, fmt.Errorf("%s/go.mod: want a line like \"go 1.26.8\", which pins the toolchain", root)
	}
	out := filepath.Join(root, "build")
	if err := os.MkdirAll(out, 0o755); err != nil {
		return toolchain{}, err
	}
	t := toolchain{root: root, env: withoutGo(os.Environ())}
	// Read outside the module and with the toolchain at hand: go.mod may ask for one that is not there yet.
	settings, err := t.settings(ctx)
	if err != nil {
		return toolchain{}, err
	}
	t.env = append(t.env,
		"GOENV=off", "GOWORK=off", "GOOS=linux", "GOARM64=v8.0", "GOAMD64=v1", "CGO_ENABLED=0",
		"GOTOOLCHAIN=go"+string(version[1]),
		"GOTMPDIR="+out, // on the output's file system, where go build moves instead of copies: never half a file
	)
	for _, name := range kept {
		t.env = append(t.env, name+"="+settings[name])
	}
	return t, nil
}

// settings returns the user's own, from the environment or from `go env -w`.
func (t toolchain) settings(ctx context.Context) (map[string]string, error) {
	command := exec.CommandContext(ctx, "go", append([]string{"env", "-json"}, kept...)...)
	command.Dir = os.TempDir()
	command.Env = append(os.Environ(), "GOTOOLCHAIN=local", "GOWORK=off")
	settings := map[string]string{}
	out, err := output(command)
	if err != nil {
		return nil, err
	}
	err = json.Unmarshal(out, &settings)
	return settings, err
}

// withoutGo drops what configures the go command: some of it (GOFLAGS, GOEXPERIMENT, GOFIPS140) changes binaries.
func withoutGo(environment []string) []string {
	var rest []string
	for _, variable := range environment {
		if !strings.HasPrefix(variable, "GO") && !strings.HasPrefix(variable, "CGO_") {
			rest = append(rest, variable)
		}
	}
	return rest
}

// The flags leave out of a binary what differs between machines and what Lambda never reads. lambda.norpc, a tag of
// aws-lambda-go, leaves out the go1.x runtime's net/rpc: its templates call methods by name, for which the linker keeps
// every operation of every AWS client (28 MB instead of 12).
var flags = []string{"-mod=readonly", "-trimpath", "-buildvcs=false", "-tags=lambda.norpc", "-ldflags=-s -w"}

func (t toolchain) compile(ctx context.Context, arch string, packages []string) error {
	arguments := append([]string{"list", "-export", "-deps", "-f", ""}, flags...)
	return t.run(ctx, arch, append(arguments, packages...))
}

func (t toolchain) link(ctx context.Context, b binary) error {
	arguments := append([]string{"build", "-o", b.file()}, flags...)
	return t.run(ctx, b.arch, append(arguments, b.pkg))
}

func (t toolchain) run(ctx context.Context, arch string, arguments []string) error {
	command := exec.CommandContext(ctx, "go", arguments...)
	command.Dir = t.root
	command.Env = append(slices.Clip(t.env), "GOARCH="+arch)
	_, err := output(command)
	return err
}

func output(command *exec.Cmd) ([]byte, error) {
	var complaint bytes.Buffer
	command.Stderr = &complaint
	out, err := command.Output()
	if errors.Is(err, exec.ErrNotFound) {
		return nil, errors.New("build the functions: there is no go command on the PATH; install Go from https://go.dev/dl and try again")
	}
	if err != nil {
		return nil, fmt.Errorf("build the functions: %s: %w\n%s", strings.Join(command.Args, " "), err, &complaint)
	}
	return out, nil
}
