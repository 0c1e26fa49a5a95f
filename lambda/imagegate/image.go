package imagegate

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/partial"
	"github.com/google/go-containerregistry/pkg/v1/static"
	media "github.com/google/go-containerregistry/pkg/v1/types"
)

const bootstrapPrefix = "bootstrap-"

func isBootstrap(tag string) bool { return strings.HasPrefix(tag, bootstrapPrefix) }

// goarch is the registry's word for an architecture of ECS.
func goarch(architecture string) string {
	return map[string]string{"X86_64": "amd64", "ARM64": "arm64"}[architecture]
}

// bootstrap returns the digest of the bootstrap image, which it pushes if the repository does not have it.
func (h Handler) bootstrap(ctx context.Context, p Properties) (string, error) {
	image, err := h.Bootstrap(p.Architecture)
	if err != nil {
		return "", fmt.Errorf("assemble the bootstrap image: %w", err)
	}
	hash, err := image.Digest()
	if err != nil {
		return "", fmt.Errorf("assemble the bootstrap image: %w", err)
	}
	digest := hash.String()
	id := types.ImageIdentifier{ImageDigest: &digest}
	if there, err := h.describe(ctx, p, id); err != nil || there != nil {
		return digest, err
	}
	err = h.Registry.Push(ctx, p.RepositoryURI, bootstrapPrefix+short(digest), image)
	if err == nil {
		return digest, nil
	}
	// Another request may have pushed it meanwhile, and a tag cannot be pushed twice.
	if there, _ := h.describe(ctx, p, id); there != nil {
		return digest, nil
	}
	return "", fmt.Errorf("push the bootstrap image to %s: %w", p.RepositoryURI, err)
}

// Assembler returns a function that assembles the bootstrap image of that server binary.
func Assembler(server string) func(architecture string) (v1.Image, error) {
	return func(architecture string) (v1.Image, error) { return Assemble(server, architecture) }
}

// Assemble makes the bootstrap image of a static server binary: the same bytes for the same server. It has no shell,
// nothing to write to, and no user but an unprivileged one.
func Assemble(server, architecture string) (v1.Image, error) {
	if goarch(architecture) == "" {
		return nil, fmt.Errorf("architecture is %q, want X86_64 or ARM64", architecture)
	}
	binary, err := os.ReadFile(server)
	if err != nil {
		return nil, err
	}
	files, tarError := archive(
		file{"etc/", 0o755, nil},
		file{"etc/passwd", 0o644, []byte("bootstrap:x:65532:65532::/:/sbin/nologin\n")},
		file{"etc/group", 0o644, []byte("bootstrap:x:65532:\n")},
		file{"server", 0o755, binary},
	)
	compressed, zipError := compress(files)
	config, configError := json.Marshal(configuration(architecture, files))
	layer := static.NewLayer(compressed, media.OCILayer)
	manifest, manifestError := json.Marshal(v1.Manifest{
		SchemaVersion: 2, MediaType: media.OCIManifestSchema1,
		Config: descriptor(config, media.OCIConfigJSON), Layers: []v1.Descriptor{descriptor(compressed, media.OCILayer)},
	})
	image, err := partial.CompressedToImage(assembled{config, manifest, layer})
	return image, errors.Join(tarError, zipError, configError, manifestError, err)
}

// configuration is what the container runs, and what ECS may override.
func configuration(architecture string, files []byte) v1.ConfigFile {
	return v1.ConfigFile{
		Architecture: goarch(architecture), OS: "linux", Created: v1.Time{Time: epoch},
		Config: v1.Config{
			Entrypoint: []string{"/server"}, User: "65532:65532", WorkingDir: "/",
			ExposedPorts: map[string]struct{}{"8080/tcp": {}},
			Labels:       map[string]string{"org.opencontainers.image.title": "payment-processor bootstrap"},
		},
		RootFS:  v1.RootFS{Type: "layers", DiffIDs: []v1.Hash{hash(files)}},
		History: []v1.History{{Created: v1.Time{Time: epoch}, CreatedBy: "ImageGate"}},
	}
}

// assembled is an image whose parts are known as bytes.
type assembled struct {
	config, manifest []byte
	layer            v1.Layer
}

func (a assembled) MediaType() (media.MediaType, error)                    { return media.OCIManifestSchema1, nil }
func (a assembled) RawConfigFile() ([]byte, error)                         { return a.config, nil }
func (a assembled) RawManifest() ([]byte, error)                           { return a.manifest, nil }
func (a assembled) LayerByDigest(v1.Hash) (partial.CompressedLayer, error) { return a.layer, nil }

func descriptor(content []byte, kind media.MediaType) v1.Descriptor {
	return v1.Descriptor{MediaType: kind, Size: int64(len(content)), Digest: hash(content)}
}

func hash(content []byte) v1.Hash {
	return v1.Hash{Algorithm: "sha256", Hex: fmt.Sprintf("%x", sha256.Sum256(content))}
}

// epoch stands for every time: an image of the same server has the same digest whenever it is made.
var epoch = time.Unix(0, 0).UTC()

type file struct {
	name    string
	mode    int64
	content []byte
}

func archive(files ...file) ([]byte, error) {
	var buffer bytes.Buffer
	var problems []error
	w := tar.NewWriter(&buffer)
	for _, f := range files {
		header := &tar.Header{Name: f.name, Mode: f.mode, Size: int64(len(f.content)), ModTime: epoch, Format: tar.FormatUSTAR}
		problems = append(problems, w.WriteHeader(header))
		_, err := w.Write(f.content)
		problems = append(problems, err)
	}
	problems = append(problems, w.Close())
	return buffer.Bytes(), errors.Join(problems...)
}

func compress(content []byte) ([]byte, error) {
	var buffer bytes.Buffer
	w := gzip.NewWriter(&buffer)
	_, err := w.Write(content)
	err = errors.Join(err, w.Close())
	return buffer.Bytes(), err
}
