package database

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"strings"

	"payment-processor/lambda/internal/postgres"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"
)

// The stages of a secret's versions. The first three are AWS's.
const (
	stageCurrent  = "AWSCURRENT"
	stagePrevious = "AWSPREVIOUS"
	stagePending  = "AWSPENDING"

	// Elsewhere is the version with the credentials of another database than the current one: of the one before, so
	// that a rollback finds them, or of one that an operator prepares.
	Elsewhere = "ELSEWHERE"
	// stageRequest is the version that tells which request of CloudFormation came last.
	stageRequest = "REQUEST"
)

// content is a secret's JSON. Keys that are not ours stay.
type content map[string]any

// version is one of a secret's; the zero value, one that does not exist.
type version struct {
	id string
	content
}

// parse reads what has no JSON object as an empty one.
func parse(text string) content {
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	parsed := content{}
	if err := decoder.Decode(&parsed); err != nil || parsed == nil {
		return content{}
	}
	return parsed
}

func (c content) text(key string) string {
	if c[key] == nil {
		return ""
	}
	return fmt.Sprint(c[key])
}

func (c content) login() postgres.Login {
	return postgres.Login{
		Host: c.text("host"), Port: c.text("port"), Database: c.text("database"),
		User: c.text("username"), Password: c.text("password"),
	}
}

func (c content) address() string {
	return Properties{Host: c.text("host"), Port: c.text("port"), Database: c.text("database")}.address()
}

// real is false of the secret's template, whose host never resolves.
func (c content) real() bool {
	host := c.text("host")
	return host != "" && !strings.HasSuffix(host, ".invalid")
}

func (c content) with(changes content) content {
	changed := maps.Clone(c)
	maps.Copy(changed, changes)
	return changed
}

func (c content) encode() *string {
	encoded, _ := json.Marshal(c) // it was decoded from JSON
	return aws.String(string(encoded))
}

// newPassword survives a connection URL and a shell unquoted.
func newPassword() string { return rand.Text() }

// read returns the version with the stage, and with the id unless that is empty.
func read(ctx context.Context, secrets Secrets, arn, stage, id string) (version, error) {
	input := &secretsmanager.GetSecretValueInput{SecretId: &arn, VersionStage: &stage}
	if id != "" {
		input.VersionId = &id
	}
	answer, err := secrets.GetSecretValue(ctx, input)
	if missing := new(types.ResourceNotFoundException); errors.As(err, &missing) {
		return version{}, nil
	}
	if err != nil {
		return version{}, fmt.Errorf("read version %s of secret %s: %w", stage, arn, err)
	}
	return version{aws.ToString(answer.VersionId), parse(aws.ToString(answer.SecretString))}, nil
}

// put makes a version under a token, which is its id: at a retry it is there already.
func put(ctx context.Context, secrets Secrets, arn, token, stage string, value content) error {
	_, err := secrets.PutSecretValue(ctx, &secretsmanager.PutSecretValueInput{
		SecretId: &arn, ClientRequestToken: &token, SecretString: value.encode(), VersionStages: []string{stage},
	})
	if err != nil {
		return fmt.Errorf("write version %s of secret %s: %w", stage, arn, err)
	}
	return nil
}

// move takes a stage from one version and gives it to another. Either may be empty: then nobody has, or gets, it.
func move(ctx context.Context, secrets Secrets, arn, stage, to, from string) error {
	input := &secretsmanager.UpdateSecretVersionStageInput{SecretId: &arn, VersionStage: &stage}
	if to != "" {
		input.MoveToVersionId = &to
	}
	if from != "" {
		input.RemoveFromVersionId = &from
	}
	if _, err := secrets.UpdateSecretVersionStage(ctx, input); err != nil {
		return fmt.Errorf("move %s from version %q to %q of secret %s: %w", stage, from, to, arn, err)
	}
	return nil
}
