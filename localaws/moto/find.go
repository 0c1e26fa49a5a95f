package moto

import (
	"bytes"
	"context"
	"crypto/sha256"
	_ "embed" // what a virtual environment is made of
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// version is the series that localaws was tested with: a patch may differ.
const version = "5.2."

//go:embed requirements.txt
var requirements []byte

// Find returns a Python interpreter that has moto's server in a version that fits: python3 of the PATH, the one that an
// installed moto_server runs with (pipx and the like), or else the one of a virtual environment in the cache folder, made
// on first use.
func Find(ctx context.Context, cache string) (string, error) {
	candidates := []string{"python3", "python"}
	if path, err := exec.LookPath("moto_server"); err == nil {
		candidates = append(candidates, interpreter(path))
	}
	for _, candidate := range candidates {
		if fits(ctx, candidate) {
			return candidate, nil
		}
	}
	return environment(ctx, cache)
}

// interpreter reads the first line of a script.
func interpreter(script string) string {
	content, _ := os.ReadFile(script)
	line, _, _ := bytes.Cut(content, []byte("\n"))
	return strings.TrimSpace(strings.TrimPrefix(string(line), "#!"))
}

func fits(ctx context.Context, python string) bool {
	output, err := exec.CommandContext(ctx, python, "-c",
		"import flask, moto; print(moto.__version__)").Output()
	return err == nil && strings.HasPrefix(string(output), version)
}

// environment makes the virtual environment that has exactly the requirements; their hash names it.
func environment(ctx context.Context, cache string) (string, error) {
	if cache == "" {
		folder, err := os.UserCacheDir()
		if err != nil {
			return "", err
		}
		cache = filepath.Join(folder, "payment-processor", "moto")
	}
	sum := sha256.Sum256(requirements)
	folder := filepath.Join(cache, hex.EncodeToString(sum[:6]))
	python := filepath.Join(folder, "bin", "python")
	if fits(ctx, python) {
		return python, nil
	}
	list := filepath.Join(folder, "requirements.txt")
	steps := []func() error{
		func() error { return run(ctx, "python3", "-m", "venv", "--clear", folder) },
		func() error { return os.WriteFile(list, requirements, 0o600) },
		func() error {
			return run(ctx, python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
				"--only-binary", ":all:", "--requirement", list)
		},
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return "", fmt.Errorf("no moto %sx is installed, and making a virtual environment failed: %w", version, err)
		}
	}
	return python, nil
}

func run(ctx context.Context, name string, arguments ...string) error {
	output, err := exec.CommandContext(ctx, name, arguments...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s %s: %w: %s", name, strings.Join(arguments, " "), err, bytes.TrimSpace(output))
	}
	return nil
}
