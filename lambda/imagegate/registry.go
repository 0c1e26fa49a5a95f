package imagegate

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"
)

// Tokens is the part of ECR that lets a client in.
type Tokens interface {
	GetAuthorizationToken(context.Context, *ecr.GetAuthorizationTokenInput, ...func(*ecr.Options)) (*ecr.GetAuthorizationTokenOutput, error)
}

// NewRegistry returns the registry of the account that the tokens are for.
func NewRegistry(tokens Tokens) Registry { return registry{tokens} }

type registry struct{ tokens Tokens }

// A call that hangs must not use up the function's time.
const (
	reading = 15 * time.Second
	pushing = time.Minute
)

func (r registry) Platforms(ctx context.Context, repositoryURI, digest string) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, reading)
	defer cancel()
	host, options, err := r.login(ctx)
	if err != nil {
		return nil, err
	}
	reference, err := name.NewDigest(at(host, repositoryURI) + "@" + digest)
	if err != nil {
		return nil, err
	}
	found, err := remote.Get(reference, options...)
	if err != nil {
		return nil, err
	}
	if found.MediaType.IsIndex() {
		index, err := v1.ParseIndexManifest(bytes.NewReader(found.Manifest))
		if err != nil {
			return nil, err
		}
		var all []*v1.Platform
		for _, manifest := range index.Manifests {
			all = append(all, manifest.Platform)
		}
		return known(all...), nil
	}
	image, err := found.Image()
	if err != nil {
		return nil, err
	}
	config, err := image.ConfigFile()
	if err != nil {
		return nil, err
	}
	return known(config.Platform()), nil
}

// known leaves out what says nothing: an index also lists attestations, for platform unknown/unknown.
func known(platforms ...*v1.Platform) []string {
	var all []string
	for _, p := range platforms {
		if p != nil && p.OS != "" && p.OS != "unknown" && p.Architecture != "" {
			all = append(all, p.OS+"/"+p.Architecture)
		}
	}
	return all
}

func (r registry) Push(ctx context.Context, repositoryURI, tag string, image v1.Image) error {
	ctx, cancel := context.WithTimeout(ctx, pushing)
	defer cancel()
	host, options, err := r.login(ctx)
	if err != nil {
		return err
	}
	reference, err := name.NewTag(at(host, repositoryURI) + ":" + tag)
	if err != nil {
		return err
	}
	return remote.Write(reference, image, options...)
}

// login returns a token of ECR, which is base64 of "AWS:" and a password, and the host that it is for.
// https://docs.aws.amazon.com/AmazonECR/latest/userguide/registry_auth.html#registry-auth-token
func (r registry) login(ctx context.Context) (host string, options []remote.Option, err error) {
	out, err := r.tokens.GetAuthorizationToken(ctx, &ecr.GetAuthorizationTokenInput{})
	if err != nil {
		return "", nil, fmt.Errorf("log in to the registry: %w", err)
	}
	if len(out.AuthorizationData) == 0 {
		return "", nil, errors.New("log in to the registry: ECR gave no token")
	}
	data := out.AuthorizationData[0]
	decoded, err := base64.StdEncoding.DecodeString(*data.AuthorizationToken)
	if err != nil {
		return "", nil, errors.New("log in to the registry: ECR's token is not base64") // the cause would quote the token
	}
	if data.ProxyEndpoint != nil {
		_, host, _ = strings.Cut(*data.ProxyEndpoint, "://")
	}
	user, password, _ := strings.Cut(string(decoded), ":")
	return host, []remote.Option{
		remote.WithContext(ctx), remote.WithAuth(&authn.Basic{Username: user, Password: password}),
	}, nil
}

// at is a repository in the registry that a token is for. That is the repository's own, at another address maybe: ECR
// has several for one registry, and so has who stands in for it.
func at(host, repositoryURI string) string {
	_, repository, found := strings.Cut(repositoryURI, "/")
	if host == "" || !found {
		return repositoryURI
	}
	return host + "/" + repository
}
