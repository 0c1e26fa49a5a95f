package cloud

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"
)

// SecretsManager holds one secret: the credentials that tasks are given.
type SecretsManager struct {
	cloud *Cloud
	// Rotated is told when a new version has become the current one; nil: nobody is.
	Rotated func()

	versions []time.Time // when each was made
	current  int
	rotated  time.Time
}

// Current is the number of the current version, from 0.
func (s *SecretsManager) Current() int { return s.current }

// Rotation is when the last one ended.
func (s *SecretsManager) Rotation() time.Time { return s.rotated }

// Rotate makes a new version, and some seconds later the current one of it; false while it is doing so already.
func (s *SecretsManager) Rotate() bool {
	if len(s.versions) > s.current+1 {
		return false
	}
	s.versions = append(s.versions, s.cloud.Now())
	s.cloud.After(s.cloud.between(time.Second, time.Minute), func() {
		s.current = len(s.versions) - 1
		s.cloud.Log("secretsmanager", "version %d is current", s.current)
		s.cloud.After(s.cloud.between(0, 5*time.Second), func() { s.rotated = s.cloud.Now() })
		if s.Rotated != nil {
			s.Rotated()
		}
	})
	return true
}

// DescribeSecret tells when the last rotation ended.
func (s *SecretsManager) DescribeSecret(ctx context.Context, _ *secretsmanager.DescribeSecretInput, _ ...func(*secretsmanager.Options)) (*secretsmanager.DescribeSecretOutput, error) {
	return call(ctx, "secretsmanager:DescribeSecret", func() (*secretsmanager.DescribeSecretOutput, error) {
		out := &secretsmanager.DescribeSecretOutput{RotationEnabled: new(true)}
		if !s.rotated.IsZero() {
			out.LastRotatedDate = new(s.rotated)
		}
		return out, nil
	})
}

// ListSecretVersionIds lists those with a stage.
//
//nolint:revive // the SDK's name
func (s *SecretsManager) ListSecretVersionIds(ctx context.Context, _ *secretsmanager.ListSecretVersionIdsInput, _ ...func(*secretsmanager.Options)) (*secretsmanager.ListSecretVersionIdsOutput, error) {
	return call(ctx, "secretsmanager:ListSecretVersionIds", func() (*secretsmanager.ListSecretVersionIdsOutput, error) {
		out := &secretsmanager.ListSecretVersionIdsOutput{}
		for i, made := range s.versions {
			stage := map[int]string{s.current: "AWSCURRENT", s.current - 1: "AWSPREVIOUS", s.current + 1: "AWSPENDING"}[i]
			if stage != "" {
				out.Versions = append(out.Versions, types.SecretVersionsListEntry{
					VersionId: new(fmt.Sprint("version-", i)), CreatedDate: new(made), VersionStages: []string{stage},
				})
			}
		}
		return out, nil
	})
}
