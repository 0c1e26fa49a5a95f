// Package secretstest is a Secrets Manager for tests: versions and stages behave as AWS's do.
package secretstest

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"
)

// The stages that Secrets Manager itself knows.
const (
	Current  = "AWSCURRENT"
	Previous = "AWSPREVIOUS"
	Pending  = "AWSPENDING"
)

// Manager holds secrets by their ids.
type Manager struct {
	// Fault is asked before (before true) and after every effect of a call; an error is what the caller gets. Nil: none.
	Fault func(operation string, before bool) error

	lock    sync.Mutex
	secrets map[string]*secret
	serial  int
}

type secret struct {
	versions map[string]*version
}

type version struct {
	id      string
	text    string
	stages  []string
	created time.Time
}

// New returns a manager without secrets.
func New() *Manager { return &Manager{secrets: map[string]*secret{}} }

// Create makes a secret, or gives it a new current version, as a person does, and returns the version's id.
func (m *Manager) Create(id, text string) string { return m.Stage(id, text, Current) }

// Stage makes a version with the stages.
func (m *Manager) Stage(id, text string, stages ...string) string {
	m.lock.Lock()
	defer m.lock.Unlock()
	if m.secrets[id] == nil {
		m.secrets[id] = &secret{versions: map[string]*version{}}
	}
	m.serial++
	token := fmt.Sprintf("version-%024d", m.serial)
	m.secrets[id].put(token, text, stages)
	return token
}

// Begin makes the version without a value that a rotation starts with.
func (m *Manager) Begin(id string) string { return m.Stage(id, "", Pending) }

// Text is the value of the version with the stage; empty if there is none.
func (m *Manager) Text(id, stage string) string {
	m.lock.Lock()
	defer m.lock.Unlock()
	if v := m.secrets[id].staged(stage); v != nil {
		return v.text
	}
	return ""
}

// ID is that of the version with the stage; empty if there is none.
func (m *Manager) ID(id, stage string) string {
	m.lock.Lock()
	defer m.lock.Unlock()
	if v := m.secrets[id].staged(stage); v != nil {
		return v.id
	}
	return ""
}

// All are the values of all versions there ever were.
func (m *Manager) All(id string) []string {
	m.lock.Lock()
	defer m.lock.Unlock()
	var all []string
	for _, v := range m.secrets[id].versions {
		all = append(all, v.text)
	}
	return all
}

func (s *secret) staged(stage string) *version {
	for _, v := range s.versions {
		if slices.Contains(v.stages, stage) {
			return v
		}
	}
	return nil
}

func (s *secret) put(id, text string, stages []string) {
	s.versions[id] = &version{id: id, text: text, created: time.Now()}
	for _, stage := range stages {
		s.stage(stage, id)
	}
}

// stage gives a stage to a version. AWSPREVIOUS goes to the one that loses AWSCURRENT.
func (s *secret) stage(stage, id string) {
	if holder := s.staged(stage); holder != nil && holder.id != id {
		holder.stages = slices.DeleteFunc(holder.stages, func(held string) bool { return held == stage })
		if stage == Current {
			s.stage(Previous, holder.id)
		}
	}
	if v := s.versions[id]; !slices.Contains(v.stages, stage) {
		v.stages = append(v.stages, stage)
	}
}

func call[T any](m *Manager, operation string, effect func() (*T, error)) (*T, error) {
	if m.Fault != nil {
		if err := m.Fault(operation, true); err != nil {
			return nil, err
		}
	}
	m.lock.Lock()
	out, err := effect()
	m.lock.Unlock()
	if m.Fault != nil && err == nil {
		if err := m.Fault(operation, false); err != nil {
			return nil, err
		}
	}
	return out, err
}

func (m *Manager) find(id *string) (*secret, error) {
	if s := m.secrets[*id]; s != nil {
		return s, nil
	}
	return nil, &types.ResourceNotFoundException{Message: new("Secrets Manager can't find the specified secret.")}
}

// GetSecretValue finds a version by stage, by id, or by both.
func (m *Manager) GetSecretValue(_ context.Context, in *secretsmanager.GetSecretValueInput, _ ...func(*secretsmanager.Options)) (*secretsmanager.GetSecretValueOutput, error) {
	return call(m, "GetSecretValue", func() (*secretsmanager.GetSecretValueOutput, error) {
		s, err := m.find(in.SecretId)
		if err != nil {
			return nil, err
		}
		v := s.staged(Current)
		if in.VersionStage != nil {
			v = s.staged(*in.VersionStage)
		}
		if v == nil || v.text == "" || in.VersionId != nil && v.id != *in.VersionId {
			return nil, &types.ResourceNotFoundException{Message: new("Secrets Manager can't find the specified secret value.")}
		}
		return &secretsmanager.GetSecretValueOutput{
			VersionId: new(v.id), SecretString: new(v.text), VersionStages: slices.Clone(v.stages), CreatedDate: &v.created,
		}, nil
	})
}

// PutSecretValue accepts the same version twice, and under the same token no other value.
func (m *Manager) PutSecretValue(_ context.Context, in *secretsmanager.PutSecretValueInput, _ ...func(*secretsmanager.Options)) (*secretsmanager.PutSecretValueOutput, error) {
	return call(m, "PutSecretValue", func() (*secretsmanager.PutSecretValueOutput, error) {
		s, err := m.find(in.SecretId)
		if err != nil {
			return nil, err
		}
		token := *in.ClientRequestToken
		if len(token) < 32 || len(token) > 64 {
			return nil, &types.InvalidParameterException{Message: new("ClientRequestToken must be 32-64 characters long.")}
		}
		if v := s.versions[token]; v != nil && v.text != "" {
			if v.text != *in.SecretString {
				return nil, &types.ResourceExistsException{Message: new("You can't use ClientRequestToken again.")}
			}
			return &secretsmanager.PutSecretValueOutput{}, nil
		}
		stages := in.VersionStages
		if len(stages) == 0 {
			stages = []string{Current}
		}
		s.put(token, *in.SecretString, stages)
		return &secretsmanager.PutSecretValueOutput{}, nil
	})
}

// UpdateSecretVersionStage insists on the right version to take the stage from. AWSCURRENT can only be moved.
func (m *Manager) UpdateSecretVersionStage(_ context.Context, in *secretsmanager.UpdateSecretVersionStageInput, _ ...func(*secretsmanager.Options)) (*secretsmanager.UpdateSecretVersionStageOutput, error) {
	return call(m, "UpdateSecretVersionStage", func() (*secretsmanager.UpdateSecretVersionStageOutput, error) {
		s, err := m.find(in.SecretId)
		if err != nil {
			return nil, err
		}
		holder := s.staged(*in.VersionStage)
		if in.MoveToVersionId == nil && holder != nil && holder.id == *in.RemoveFromVersionId && *in.VersionStage != Current {
			holder.stages = slices.DeleteFunc(holder.stages, func(held string) bool { return held == *in.VersionStage })
			return &secretsmanager.UpdateSecretVersionStageOutput{}, nil
		}
		if holder != nil && holder.id != *in.MoveToVersionId && (in.RemoveFromVersionId == nil || *in.RemoveFromVersionId != holder.id) {
			return nil, &types.InvalidParameterException{Message: new("You must remove the stage from the version that has it.")}
		}
		if s.versions[*in.MoveToVersionId] == nil {
			return nil, &types.ResourceNotFoundException{Message: new("Secrets Manager can't find the specified secret version.")}
		}
		s.stage(*in.VersionStage, *in.MoveToVersionId)
		return &secretsmanager.UpdateSecretVersionStageOutput{}, nil
	})
}

// DescribeSecret lists the versions that have a stage.
func (m *Manager) DescribeSecret(_ context.Context, in *secretsmanager.DescribeSecretInput, _ ...func(*secretsmanager.Options)) (*secretsmanager.DescribeSecretOutput, error) {
	return call(m, "DescribeSecret", func() (*secretsmanager.DescribeSecretOutput, error) {
		s, err := m.find(in.SecretId)
		if err != nil {
			return nil, err
		}
		staged := map[string][]string{}
		for id, v := range s.versions {
			if len(v.stages) > 0 {
				staged[id] = slices.Clone(v.stages)
			}
		}
		return &secretsmanager.DescribeSecretOutput{RotationEnabled: new(true), VersionIdsToStages: staged}, nil
	})
}
