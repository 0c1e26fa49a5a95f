package database

import (
	"cmp"
	"context"
	"encoding/json"
	"log/slog"
	"time"

	"payment-processor/lambda/deployment"
	"payment-processor/lambda/internal/deadline"
	"payment-processor/lambda/internal/issued"
	"payment-processor/lambda/internal/postgres"

	"github.com/aws/aws-lambda-go/cfn"
)

// grace is how long a request that interrupts another waits before it looks whether the other has written meanwhile.
const grace = 30 * time.Second

// Response is what the CDK's provider framework answers CloudFormation with. Both may log it: nothing in it is secret.
type Response struct {
	PhysicalResourceID string            `json:"PhysicalResourceId"`
	Data               map[string]string `json:",omitempty"`
}

// Handle does what CloudFormation requests. A Delete drops nothing.
//
// It sends CloudFormation no answer itself: where it runs, the database and Secrets Manager are all that it reaches.
func (c Credentials) Handle(ctx context.Context, event Event) (Response, error) {
	response := Response{PhysicalResourceID: cmp.Or(event.PhysicalResourceID, "database-credentials/"+event.LogicalResourceID)}
	if event.RequestType == cfn.RequestDelete {
		return response, nil
	}
	ctx, cancel := deadline.Early(ctx, margin)
	defer cancel()
	log := c.Log.With("request", event.RequestID, "type", string(event.RequestType))
	p, err := properties(event.ResourceProperties)
	if err == nil {
		log = log.With("address", p.address())
		err = c.serve(ctx, log, request{c.Secrets, p.SecretArn, event.RequestID, issued.At(event.ResponseURL, c.Now())}, p)
	}
	if err != nil {
		log.Error("failed", "error", err)
		return Response{}, deployment.Short(err)
	}
	log.Info("the secret is set")
	response.Data = map[string]string{Attribute: p.address()}
	return response, nil
}

func (c Credentials) serve(ctx context.Context, log *slog.Logger, r request, p Properties) error {
	var interrupts bool
	err := persist(ctx, c.Sleep, log, func() (err error) {
		interrupts, err = r.claim(ctx)
		return err
	})
	if err != nil {
		return err
	}
	set := func() error { return persist(ctx, c.Sleep, log, func() error { return c.set(ctx, log, r, p) }) }
	if err := set(); err != nil || !interrupts {
		return err
	}
	if err := c.Sleep(ctx, grace); err != nil {
		return err
	}
	return set()
}

// set makes the secret's current version one of the wanted database. What is current and of that database already is
// right, whoever wrote it: a rotation, or an operator. What was current the last time that the secret was set to this
// database is next best.
func (c Credentials) set(ctx context.Context, log *slog.Logger, r request, p Properties) error {
	current, err := read(ctx, c.Secrets, p.SecretArn, stageCurrent, "")
	if err != nil {
		return err
	}
	wanted, known := current.content, p.means(current.content)
	for _, stage := range []string{Elsewhere, stagePrevious} {
		if known {
			break
		}
		remembered, err := read(ctx, c.Secrets, p.SecretArn, stage, "")
		if err != nil {
			return err
		}
		if known = p.means(remembered.content); known {
			wanted = remembered.content
		}
	}
	if !known {
		wanted = p.rewrite(current.content)
	}
	if p.MasterSecretArn != "" {
		wanted, err = c.provide(ctx, p, wanted, known || !current.real())
		if err != nil {
			return err
		}
	}
	if wanted.text("username") == "" || wanted.text("password") == "" {
		return deployment.Failure("the secret has no username or no password for " + p.address() + ": put both there " +
			"(see the README, external database), then deploy again")
	}
	if !p.means(current.content) || wanted.text("password") != current.text("password") {
		if err := r.check(ctx); err != nil {
			return err
		}
		if err := c.endRotation(ctx, p); err != nil {
			return err
		}
		log.Info("writing the secret", "username", wanted.text("username"), "known", known)
		if err := put(ctx, c.Secrets, p.SecretArn, r.token("successor of "+current.id), stageCurrent, wanted); err != nil {
			return err
		}
	}
	return c.remember(ctx, p)
}

// means reports whether the content is complete and of this database.
func (p Properties) means(c content) bool {
	if c.address() != p.address() || c.text("username") == "" || c.text("password") == "" {
		return false
	}
	return p.MasterSecretArn == "" || p.owns(c.text("username"))
}

// owns reports whether the user is one of the two.
func (p Properties) owns(username string) bool {
	return username == p.Username || username == other(p.Username)
}

// rewrite is the content with the database's address in it. Who the user is remains, unless this resource makes it.
func (p Properties) rewrite(c content) content {
	rewritten := c.with(content{"host": p.Host, "port": json.Number(p.Port), "database": p.Database, "dbname": p.Database})
	if c.text("engine") == "" {
		rewritten["engine"] = "postgres"
	}
	if p.MasterSecretArn != "" && !p.owns(c.text("username")) {
		rewritten["username"] = p.Username
	}
	return rewritten
}

// provide makes the database, and the users in it, and returns the content with a password that logs in. One that does
// is kept: tasks may run on it. Otherwise the user gets the content's if that is its own, or a new one.
func (c Credentials) provide(ctx context.Context, p Properties, wanted content, own bool) (content, error) {
	u := users{login: c.Connect, database: p.Database, base: p.Username}
	master, err := read(ctx, c.Secrets, p.MasterSecretArn, stageCurrent, "")
	if err != nil {
		return nil, err
	}
	u.master = postgres.Login{Host: p.Host, Port: p.Port, User: master.text("username"), Password: master.text("password")}
	if err := u.prepare(ctx); err != nil {
		return nil, err
	}
	connection, err := c.Connect(ctx, wanted.login())
	if err == nil {
		_ = connection.Close(ctx) // the server may have hung up first
		return wanted, nil
	}
	if !postgres.Refused(err) {
		return nil, err
	}
	if !own || !postgres.Printable(wanted.text("password")) {
		wanted = wanted.with(content{"password": newPassword()})
	}
	return wanted, u.setPassword(ctx, wanted.text("username"), wanted.text("password"))
}

// endRotation takes AWSPENDING from the version that has it, when another than it or the one before is to be current: as
// long as it has, Secrets Manager turns no rotation on, and begins none.
//
// https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RotateSecret.html
func (c Credentials) endRotation(ctx context.Context, p Properties) error {
	pending, err := read(ctx, c.Secrets, p.SecretArn, stagePending, "")
	if err != nil || pending.id == "" {
		return err
	}
	return move(ctx, c.Secrets, p.SecretArn, stagePending, "", pending.id)
}

// remember keeps what was current before, if that is another database's: a rollback will want it.
func (c Credentials) remember(ctx context.Context, p Properties) error {
	previous, err := read(ctx, c.Secrets, p.SecretArn, stagePrevious, "")
	if err != nil || !previous.real() || previous.address() == p.address() {
		return err
	}
	elsewhere, err := read(ctx, c.Secrets, p.SecretArn, Elsewhere, "")
	if err != nil || elsewhere.id == previous.id {
		return err
	}
	return move(ctx, c.Secrets, p.SecretArn, Elsewhere, previous.id, elsewhere.id)
}
