// Package bundle builds what the functions' assets hold: a Lambda binary each, and the bootstrap image's server.
//
// The same source gives the same bytes on every machine, whatever its Go settings, so that an asset's hash, and
// with it a template, changes only when a function does.
package bundle

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// Functions holds the asset directory of each function: its content is what Lambda unpacks.
type Functions struct {
	Release         string
	LiveTargetGroup string
	ImageGate       string // holds the bootstrap image's server too
	Hook            string
	Probe           string
	Database        string // two handlers: credentials and rotate
	RotationRelease string
}

// patience is how long a build may be silent.
const patience = 2 * time.Second

// Build compiles every function of the module at root for Lambda on arm64, and the bootstrap image's server for
// architecture (X86_64 or ARM64, as ECS spells them), and returns where they are. What is up to date is not
// linked again. Errors say what to do about them.
func Build(ctx context.Context, root, architecture string) (Functions, error) {
	return build(ctx, root, architecture, os.Stderr, patience)
}

func build(ctx context.Context, root, architecture string, progress io.Writer, patience time.Duration) (Functions, error) {
	serverArch, known := map[string]string{"X86_64": "amd64", "ARM64": "arm64"}[architecture]
	if !known {
		return Functions{}, fmt.Errorf("bootstrap server: architecture is %q, want X86_64 or ARM64", architecture)
	}
	assets := filepath.Join(root, "build", "lambda")
	functions := Functions{
		Release:         filepath.Join(assets, "release"),
		LiveTargetGroup: filepath.Join(assets, "livetarget"),
		ImageGate:       filepath.Join(assets, "imagegate-"+serverArch),
		Hook:            filepath.Join(assets, "hook"),
		Probe:           filepath.Join(assets, "probe"),
		Database:        filepath.Join(assets, "database"),
		RotationRelease: filepath.Join(assets, "rotationrelease"),
	}
	binaries := []binary{
		{"./lambda/release/main", functions.Release, "bootstrap", "arm64"},
		{"./lambda/livetarget/main", functions.LiveTargetGroup, "bootstrap", "arm64"},
		{"./lambda/imagegate/main", functions.ImageGate, "bootstrap", "arm64"},
		{"./lambda/hook/main", functions.Hook, "bootstrap", "arm64"},
		{"./lambda/probe/main", functions.Probe, "bootstrap", "arm64"},
		{"./lambda/database/main", functions.Database, "bootstrap", "arm64"},
		{"./lambda/rotationrelease/main", functions.RotationRelease, "bootstrap", "arm64"},
		{"./lambda/bootstrap/main", functions.ImageGate, "server", serverArch},
	}
	slow := time.AfterFunc(patience, func() {
		fmt.Fprintln(progress, "building the functions' binaries; the first time takes about a minute, later a second")
	})
	defer slow.Stop()
	if err := compile(ctx, root, binaries); err != nil {
		return Functions{}, err
	}
	return functions, tidy(binaries)
}

// binary is one executable: the package it is made of, and the name and asset directory it is put under.
type binary struct{ pkg, dir, name, arch string }

func (b binary) file() string { return filepath.Join(b.dir, b.name) }

// compile compiles the packages of each architecture once, which the later links of several binaries share.
func compile(ctx context.Context, root string, binaries []binary) error {
	toolchain, err := newToolchain(ctx, root)
	if err != nil {
		return err
	}
	packages := map[string][]string{}
	for _, b := range binaries {
		packages[b.arch] = append(packages[b.arch], b.pkg)
	}
	var all group
	for arch, packages := range packages {
		all.start(func() error { return toolchain.compile(ctx, arch, packages) })
	}
	if err := all.wait(); err != nil {
		return err
	}
	for _, b := range binaries {
		all.start(func() error { return toolchain.link(ctx, b) })
	}
	return all.wait()
}

// tidy leaves nothing in the asset directories but the binaries, readable and executable for Lambda's user, who is
// not the one that built them.
func tidy(binaries []binary) error {
	wanted := map[string]bool{}
	for _, b := range binaries {
		wanted[b.file()] = true
	}
	var problems []error
	for _, b := range binaries {
		problems = append(problems, os.Chmod(b.file(), 0o755))
		entries, err := os.ReadDir(b.dir)
		problems = append(problems, err)
		for _, entry := range entries {
			if stray := filepath.Join(b.dir, entry.Name()); !wanted[stray] {
				problems = append(problems, os.RemoveAll(stray))
			}
		}
	}
	return errors.Join(problems...)
}

// group runs functions at once and gathers their errors. Its zero value is ready, and again after wait.
type group struct {
	running  sync.WaitGroup
	lock     sync.Mutex
	problems []error
}

func (g *group) start(run func() error) {
	g.running.Go(func() {
		err := run()
		g.lock.Lock()
		defer g.lock.Unlock()
		g.problems = append(g.problems, err)
	})
}

func (g *group) wait() error {
	g.running.Wait()
	return errors.Join(g.problems...)
}
