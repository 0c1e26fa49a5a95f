package database

import (
	"context"
	"crypto/sha256"
	"fmt"
	"time"

	"payment-processor/lambda/deployment"
)

// request is one of CloudFormation's. Which came last is kept in the secret: the function runs in the VPC, where it
// reaches Secrets Manager and the database, and perhaps nothing else.
//
// When an update is cancelled, CloudFormation sends the rollback's request while the function may still be at work on the
// cancelled one, which must not write any more.
type request struct {
	secrets Secrets
	secret  string
	id      string
	issued  time.Time
}

// claim makes the request the current one, unless a later one is. It reports whether the one before may still be at work.
func (r request) claim(ctx context.Context) (interrupts bool, err error) {
	held, err := read(ctx, r.secrets, r.secret, stageRequest, "")
	if err != nil || held.text("request") == r.id {
		return false, err
	}
	before, _ := time.Parse(time.RFC3339, held.text("issued"))
	if before.After(r.issued) {
		return false, deployment.ErrSuperseded
	}
	err = put(ctx, r.secrets, r.secret, r.token("claim"), stageRequest, content{
		"request": r.id, "issued": r.issued.UTC().Format(time.RFC3339),
	})
	return r.issued.Sub(before) < Timeout, err
}

// check returns an error unless the request is still the current one.
func (r request) check(ctx context.Context) error {
	held, err := read(ctx, r.secrets, r.secret, stageRequest, "")
	if err == nil && held.text("request") != r.id {
		return deployment.ErrSuperseded
	}
	return err
}

// token is the id of the version that the request makes.
func (r request) token(purpose string) string {
	return fmt.Sprintf("%x", sha256.Sum256([]byte(purpose+" of "+r.id)))
}
