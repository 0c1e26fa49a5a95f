package database

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"payment-processor/lambda/deployment"
	"payment-processor/lambda/internal/deadline"
	"payment-processor/lambda/internal/postgres"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	lambdatypes "github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
)

// Step is Secrets Manager's event.
//
// https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html
type Step struct {
	Step               string
	SecretID           string `json:"SecretId"`
	ClientRequestToken string // the id of the new version
}

// Handle takes one step. Each may be repeated at any time, after any interruption.
//
// An external database is not rotated: changing its users' passwords takes a master that nobody has given us.
func (r Rotation) Handle(ctx context.Context, step Step) error {
	ctx, cancel := deadline.Early(ctx, margin)
	defer cancel()
	log := r.Log.With("step", step.Step, "version", step.ClientRequestToken)
	err := persist(ctx, r.Sleep, log, func() error { return r.take(ctx, step) })
	if err != nil {
		log.Error("failed", "error", err)
		return err
	}
	log.Info("done")
	return nil
}

func (r Rotation) take(ctx context.Context, step Step) error {
	steps := map[string]func(context.Context, Step) error{
		"createSecret": r.create, "setSecret": r.set, "testSecret": r.test, "finishSecret": r.finish,
	}
	if steps[step.Step] == nil {
		return deployment.Failure(fmt.Sprintf("step is %q, want createSecret, setSecret, testSecret or finishSecret", step.Step))
	}
	secret, err := r.Secrets.DescribeSecret(ctx, &secretsmanager.DescribeSecretInput{SecretId: &step.SecretID})
	if err != nil {
		return fmt.Errorf("describe secret %s: %w", step.SecretID, err)
	}
	switch stages := secret.VersionIdsToStages[step.ClientRequestToken]; {
	case slices.Contains(stages, stageCurrent):
		if step.Step == "finishSecret" {
			return r.finished(ctx, step)
		}
		return nil
	case !slices.Contains(stages, stagePending):
		return deployment.Failure(fmt.Sprintf("version %s of the secret is not %s", step.ClientRequestToken, stagePending))
	}
	return steps[step.Step](ctx, step)
}

// create makes the new version: the user that is not current, with a new password.
func (r Rotation) create(ctx context.Context, step Step) error {
	current, err := r.current(ctx, step)
	if err != nil {
		return err
	}
	pending, err := read(ctx, r.Secrets, step.SecretID, stagePending, step.ClientRequestToken)
	if err != nil || pending.text("password") != "" {
		return err
	}
	next := current.with(content{"username": other(current.text("username")), "password": newPassword()})
	return put(ctx, r.Secrets, step.SecretID, step.ClientRequestToken, stagePending, next)
}

// set makes the new password valid in the database.
func (r Rotation) set(ctx context.Context, step Step) error {
	_, pending, err := r.pending(ctx, step)
	if err != nil {
		return err
	}
	if err := r.login(ctx, pending); !postgres.Refused(err) {
		return err
	}
	master, err := read(ctx, r.Secrets, r.MasterSecret, stageCurrent, "")
	if err != nil {
		return err
	}
	login := pending.login()
	u := users{login: r.Connect, database: login.Database, base: strings.TrimSuffix(login.User, clone)}
	u.master = postgres.Login{Host: login.Host, Port: login.Port, User: master.text("username"), Password: master.text("password")}
	err = u.setPassword(ctx, login.User, login.Password)
	if !postgres.Unknown(err) {
		return err
	}
	if err = u.prepare(ctx); err == nil {
		err = u.setPassword(ctx, login.User, login.Password)
	}
	return err
}

// test logs in with the new version. Secrets Manager also asks for it, without the other steps, when rotation is turned
// on: there may be no new version then.
func (r Rotation) test(ctx context.Context, step Step) error {
	candidate, err := read(ctx, r.Secrets, step.SecretID, stagePending, step.ClientRequestToken)
	if err != nil {
		return err
	}
	if candidate.text("password") == "" {
		if candidate, err = r.current(ctx, step); err != nil {
			return err
		}
	}
	if candidate.text("host") != r.Host {
		return r.elsewhere(candidate)
	}
	return r.login(ctx, candidate.content)
}

// finish makes the new version the current one, and asks for the release that gives it to the tasks.
func (r Rotation) finish(ctx context.Context, step Step) error {
	current, _, err := r.pending(ctx, step)
	if err != nil {
		return err
	}
	if err := move(ctx, r.Secrets, step.SecretID, stageCurrent, step.ClientRequestToken, current.id); err != nil {
		return err
	}
	return r.finished(ctx, step)
}

// finished takes AWSPENDING from the version that is current now, unless Secrets Manager has: the next version, which an
// operator makes perhaps, would leave it behind on this one, and no rotation begins after that.
//
// https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RotateSecret.html
func (r Rotation) finished(ctx context.Context, step Step) error {
	pending, err := read(ctx, r.Secrets, step.SecretID, stagePending, "")
	if err == nil && pending.id == step.ClientRequestToken {
		err = r.discard(ctx, step, pending.content)
	}
	if err != nil {
		return err
	}
	r.release(ctx)
	return nil
}

// current is the secret's current version, if it is of the database that the master belongs to. The master's credentials
// are shown to no other host.
func (r Rotation) current(ctx context.Context, step Step) (version, error) {
	current, err := read(ctx, r.Secrets, step.SecretID, stageCurrent, "")
	if err == nil && current.text("host") != r.Host {
		err = r.elsewhere(current)
	}
	return current, err
}

func (r Rotation) elsewhere(v version) error {
	return deployment.Failure(fmt.Sprintf("the secret is set to host %q, want %s, whose master's credentials there are: "+
		"an external database is not rotated", v.text("host"), r.Host))
}

// pending is the new version too, if it still fits the current one: the secret may have been set to another database, or
// to the other user, meanwhile.
func (r Rotation) pending(ctx context.Context, step Step) (current version, pending content, err error) {
	if current, err = r.current(ctx, step); err != nil {
		return current, nil, err
	}
	found, err := read(ctx, r.Secrets, step.SecretID, stagePending, step.ClientRequestToken)
	if err != nil {
		return current, nil, err
	}
	if found.address() != current.address() || found.text("username") != other(current.text("username")) {
		changed := deployment.Failure(fmt.Sprintf("the new version is of user %q at %s, want %q at %s: the secret was "+
			"changed during its rotation. Rotate it again", found.text("username"), found.address(),
			other(current.text("username")), current.address()))
		return current, nil, cmp.Or(r.discard(ctx, step, found.content), error(changed))
	}
	return current, found.content, nil
}

// discard takes AWSPENDING from a version. As long as another than the current one has it, Secrets Manager begins no
// rotation: it would try this one for ever. A version that is empty is left to createSecret.
func (r Rotation) discard(ctx context.Context, step Step, pending content) error {
	if pending.text("password") == "" {
		return nil
	}
	return move(ctx, r.Secrets, step.SecretID, stagePending, "", step.ClientRequestToken)
}

// login logs in and out again.
func (r Rotation) login(ctx context.Context, as content) error {
	connection, err := r.Connect(ctx, as.login())
	if err != nil {
		return fmt.Errorf("log in as the application: %w", err)
	}
	defer func() { _ = connection.Close(ctx) }()
	return run(ctx, connection, "SELECT 1")
}

// release asks for one. That it cannot is no failure of the rotation: a schedule asks too.
func (r Rotation) release(ctx context.Context) {
	_, err := r.Lambda.Invoke(ctx, &lambda.InvokeInput{
		FunctionName: aws.String(r.ReleaseFunction), InvocationType: lambdatypes.InvocationTypeEvent,
	})
	if err != nil {
		r.Log.Warn("the rotation release is left to its schedule", "error", err)
	}
}
