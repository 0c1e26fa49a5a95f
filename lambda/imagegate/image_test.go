package imagegate

import (
	"archive/tar"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

func assemble(t testing.TB, server, architecture string) v1.Image {
	t.Helper()
	file := filepath.Join(t.TempDir(), "server")
	if err := os.WriteFile(file, []byte(server), 0o600); err != nil {
		t.Fatal(err)
	}
	image, err := Assembler(file)(architecture)
	if err != nil {
		t.Fatal(err)
	}
	return image
}

// Were two builds different, each first deployment and each change of architecture would push another image.
func TestBootstrapImageIsTheSameEachTime(t *testing.T) {
	one, other, changed := assemble(t, "server", "ARM64"), assemble(t, "server", "ARM64"), assemble(t, "server 2", "ARM64")
	if bytesOf(t, one) != bytesOf(t, other) {
		t.Error("two builds differ")
	}
	if bytesOf(t, one) == bytesOf(t, changed) {
		t.Error("another server gives the same image")
	}
}

// bytesOf returns the whole image: manifest, configuration and layers as they are pushed.
func bytesOf(t *testing.T, image v1.Image) string {
	t.Helper()
	manifest, err := image.RawManifest()
	if err != nil {
		t.Fatal(err)
	}
	config, err := image.RawConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	all := string(manifest) + string(config)
	layers, err := image.Layers()
	if err != nil {
		t.Fatal(err)
	}
	for _, layer := range layers {
		reader, err := layer.Compressed()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(reader)
		if err != nil {
			t.Fatal(err)
		}
		all += string(content)
	}
	return all
}

// Fargate must accept the image, and run it as nobody who matters.
func TestBootstrapImage(t *testing.T) {
	for architecture, goarch := range map[string]string{"ARM64": "arm64", "X86_64": "amd64"} {
		image := assemble(t, "server", architecture)
		consistent(t, image)
		if kind, _ := image.MediaType(); kind != types.OCIManifestSchema1 {
			t.Errorf("the manifest is %s, want OCI", kind)
		}
		config, err := image.ConfigFile()
		if err != nil {
			t.Fatal(err)
		}
		if config.Architecture != goarch || config.OS != "linux" {
			t.Errorf("%s: the image is for %s/%s", architecture, config.OS, config.Architecture)
		}
		if config.Config.User != "65532:65532" || fmt.Sprint(config.Config.Entrypoint) != "[/server]" {
			t.Errorf("runs %v as %s", config.Config.Entrypoint, config.Config.User)
		}
	}
	want := map[string]string{"etc/": "-rwxr-xr-x", "etc/passwd": "-rw-r--r--", "etc/group": "-rw-r--r--", "server": "-rwxr-xr-x"}
	got := contents(t, assemble(t, "server", "ARM64"))
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("the image holds %v, want %v", got, want)
	}
}

// consistent checks what a container runtime checks: the layer against the configuration and the manifest.
func consistent(t *testing.T, image v1.Image) {
	t.Helper()
	layers, uncompressed := unpacked(t, image)
	compressed, err := layers[0].Compressed()
	if err != nil {
		t.Fatal(err)
	}
	diff, size, err := v1.SHA256(uncompressed)
	if err != nil {
		t.Fatal(err)
	}
	digest, length, err := v1.SHA256(compressed)
	if err != nil {
		t.Fatal(err)
	}
	config, _ := image.ConfigFile()
	manifest, _ := image.Manifest()
	if len(layers) != 1 || size == 0 || config.RootFS.DiffIDs[0] != diff || manifest.Layers[0].Digest != digest || manifest.Layers[0].Size != length {
		t.Errorf("the layer is %s, %s unpacked, and the image says %v, %v", digest, diff, manifest.Layers, config.RootFS.DiffIDs)
	}
}

func unpacked(t *testing.T, image v1.Image) (layers []v1.Layer, first io.Reader) {
	t.Helper()
	layers, err := image.Layers()
	if err != nil {
		t.Fatal(err)
	}
	first, err = layers[0].Uncompressed()
	if err != nil {
		t.Fatal(err)
	}
	return layers, first
}

func contents(t *testing.T, image v1.Image) map[string]string {
	t.Helper()
	_, uncompressed := unpacked(t, image)
	found := map[string]string{}
	for r := tar.NewReader(uncompressed); ; {
		header, err := r.Next()
		if err == io.EOF {
			return found
		}
		if err != nil {
			t.Fatal(err)
		}
		if !header.ModTime.Equal(epoch) || header.Uid != 0 {
			t.Errorf("%s is of %v and belongs to %d", header.Name, header.ModTime, header.Uid)
		}
		found[header.Name] = os.FileMode(header.Mode).String()
	}
}

// What is missing from the asset must be said, and not pushed as an image without a server.
func TestErrorsOfAssembling(t *testing.T) {
	if _, err := Assemble("/nowhere", "ARM64"); err == nil {
		t.Error("there is no server and no error")
	}
	if _, err := Assemble("/nowhere", "arm64"); err == nil || err.Error() != `architecture is "arm64", want X86_64 or ARM64` {
		t.Errorf("got %v", err)
	}
}
