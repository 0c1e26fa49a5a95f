package bundle

import (
	"context"
	"path"
	"path/filepath"
	"runtime"
)

// Host compiles the binary of one of the module's commands, such as ./lambda/hook/main, for this machine, and returns its
// file. Where a function's asset is for another machine, this is what can run here in its place.
func Host(ctx context.Context, root, command string) (string, error) {
	toolchain, err := newToolchain(ctx, root)
	if err != nil {
		return "", err
	}
	toolchain.env = append(toolchain.env, "GOOS="+runtime.GOOS)
	b := binary{command, filepath.Join(root, "build", "host"), path.Base(path.Dir(command)), runtime.GOARCH}
	return b.file(), toolchain.link(ctx, b)
}
