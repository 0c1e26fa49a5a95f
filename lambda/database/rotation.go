package database

import (
	"context"
	"errors"
)

// Step is Secrets Manager's event.
//
// https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html
type Step struct {
	Step               string
	SecretID           string `json:"SecretId"`
	ClientRequestToken string // the id of the new version
}

// Handle takes one step.
func (r Rotation) Handle(context.Context, Step) error { return errors.New("not built yet") }
