package functions

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"debug/buildinfo"
	"debug/elf"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// code is an unpacked asset.
type code struct {
	directory string
	command   string // the package of the module's that it was compiled from, empty if it is not ours
	native    bool   // it runs on this machine
}

// source is where code comes from.
type source struct {
	zip         []byte
	bucket, key *string
}

func (s source) given() bool { return s.zip != nil || s.bucket != nil }

func (r *Runtime) fetch(ctx context.Context, from source) ([]byte, error) {
	if from.zip != nil {
		return from.zip, nil
	}
	path := "/" + url.PathEscape(text(from.bucket)) + "/" + (&url.URL{Path: text(from.key)}).EscapedPath()
	zipped, err := r.wire.Send(ctx, "s3", http.MethodGet, path, nil, nil)
	if err != nil {
		return nil, refuse("InvalidParameterValueException", "Error occurred while GetObject. %v", err)
	}
	return zipped, nil
}

// unpack does so once for each asset.
func (r *Runtime) unpack(zipped []byte) (*code, error) {
	sum := sha256.Sum256(zipped)
	hash := hex.EncodeToString(sum[:])
	directory := filepath.Join(r.options.Directory, "code", hash)
	done := r.once(hash)
	done.Do(func() { done.err = unzip(zipped, directory) })
	if done.err != nil {
		return nil, refuse("InvalidParameterValueException", "Could not unzip uploaded file. %v", done.err)
	}
	return inspect(directory), nil
}

func (r *Runtime) once(key string) *once {
	r.lock.Lock()
	defer r.lock.Unlock()
	if r.built[key] == nil {
		r.built[key] = &once{}
	}
	return r.built[key]
}

func unzip(zipped []byte, directory string) error {
	archive, err := zip.NewReader(bytes.NewReader(zipped), int64(len(zipped)))
	if err != nil {
		return err
	}
	for _, entry := range archive.File {
		if err := extract(entry, directory); err != nil {
			return err
		}
	}
	return nil
}

func extract(entry *zip.File, directory string) error {
	if !filepath.IsLocal(entry.Name) {
		return fmt.Errorf("%s is outside of the archive", entry.Name)
	}
	path := filepath.Join(directory, entry.Name) //nolint:gosec // it is local
	if strings.HasSuffix(entry.Name, "/") {
		return os.MkdirAll(path, 0o755)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	content, err := entry.Open()
	if err != nil {
		return err
	}
	defer content.Close()
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o755)
	if err != nil {
		return err
	}
	_, err = io.Copy(file, content) //nolint:gosec // assets are of who runs this
	if closing := file.Close(); err == nil {
		err = closing
	}
	return err
}

// module is the path of this repository's.
const module = "payment-processor/"

// inspect reads what the bootstrap binary says of itself: what machine it is for, and what it was compiled from.
func inspect(directory string) *code {
	c := &code{directory: directory}
	bootstrap := filepath.Join(directory, "bootstrap")
	if built, err := buildinfo.ReadFile(bootstrap); err == nil && strings.HasPrefix(built.Path, module) {
		c.command = "./" + strings.TrimPrefix(built.Path, module)
	}
	c.native = native(bootstrap)
	return c
}

var machines = map[string]elf.Machine{"amd64": elf.EM_X86_64, "arm64": elf.EM_AARCH64}

// native tells whether a file runs on this machine: a script does, and a binary for it.
func native(file string) bool {
	binary, err := elf.Open(file)
	if err != nil {
		content, err := os.ReadFile(file)
		return err == nil && bytes.HasPrefix(content, []byte("#!"))
	}
	defer binary.Close()
	return runtime.GOOS == "linux" && binary.Machine == machines[runtime.GOARCH]
}

// executable is the file to start: the asset's own, or the same command compiled for this machine.
func (r *Runtime) executable(ctx context.Context, c *code) (string, error) {
	if c.native {
		return filepath.Join(c.directory, "bootstrap"), nil
	}
	if c.command == "" {
		return "", fmt.Errorf("the bootstrap in %s does not run on %s/%s and is not of this repository", c.directory, runtime.GOOS, runtime.GOARCH)
	}
	done := r.once(c.command)
	done.Do(func() { done.file, done.err = r.options.Build(ctx, r.options.Root, c.command) })
	return done.file, done.err
}
