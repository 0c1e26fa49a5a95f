package database

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"payment-processor/lambda/deployment"
	"payment-processor/lambda/internal/postgres"
	"payment-processor/lambda/internal/secretstest"

	"github.com/aws/aws-lambda-go/cfn"
	"github.com/jackc/pgx/v5/pgconn"
)

// external is a world without a server: an external database's is never asked.
func external(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, secrets: secretstest.New()}
	w.secrets.Create(secretArn, template)
	w.properties = map[string]any{
		"SecretArn": secretArn, "MasterSecretArn": "", "Host": "db.example.com", "Port": "5432", "Database": "theirs",
	}
	return w
}

func TestPropertiesThatNameNoDatabase(t *testing.T) {
	for want, changes := range map[string]map[string]any{
		"property Host is empty":     {"Host": ""},
		`property Port is "none"`:    {"Port": "none"},
		"property Username is empty": {"MasterSecretArn": masterArn},
		"decode":                     {"Database": 5},
	} {
		w := external(t)
		if err := w.send(w.event(cfn.RequestCreate, changes)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v gives %v, want %q", changes, err, want)
		}
	}
}

// What an operator has not set yet cannot be guessed; what he has left out can.
func TestExternalDatabase(t *testing.T) {
	w := external(t)
	w.secrets.Create(secretArn, `{"username":"theirs","password":"their-password"}`)
	event := w.event(cfn.RequestCreate, nil)
	w.must(w.send(event))
	if got, want := encode(t, w.current()), `{"database":"theirs","dbname":"theirs","engine":"postgres","host":"db.example.com",`+
		`"password":"their-password","port":5432,"username":"theirs"}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	for _, text := range []string{"no JSON", "null"} {
		w.secrets.Create(secretArn, text)
		if err := w.send(w.event(cfn.RequestUpdate, map[string]any{"Host": "elsewhere.example.com"})); err == nil || !strings.Contains(err.Error(), "no username") {
			t.Errorf("%s gives %v", text, err)
		}
	}
}

// An operator may prepare the credentials of the next database: then the switch is one deployment.
func TestPreparedCredentials(t *testing.T) {
	w := external(t)
	w.must(w.send(w.event(cfn.RequestCreate, nil)))
	w.secrets.Stage(secretArn, `{"host":"next.example.com","port":"5432","database":"theirs","username":"u","password":"p"}`, Elsewhere)
	next := map[string]any{"Host": "next.example.com"}
	w.must(w.send(w.event(cfn.RequestUpdate, next)))
	if w.current().text("username") != "u" {
		t.Errorf("got %v", w.current())
	}
	w.must(w.send(w.event(cfn.RequestUpdate, next)))
	w.must(w.send(w.event(cfn.RequestUpdate, nil)))
	if w.current().text("host") != "db.example.com" {
		t.Errorf("got %v", w.current())
	}
}

// A rotation that a switch has cut short must not keep Secrets Manager from the next: it would refuse to turn rotation on,
// and the way back to a created database would end there.
func TestSwitchEndsARotation(t *testing.T) {
	w := external(t)
	w.must(w.send(w.event(cfn.RequestCreate, nil)))
	id := w.secrets.Stage(secretArn, `{"host":"db.example.com","username":"u_clone","password":"p"}`, secretstest.Pending)
	w.must(w.send(w.event(cfn.RequestUpdate, nil)))
	if got := w.secrets.ID(secretArn, secretstest.Pending); got != id {
		t.Errorf("a request that changes nothing leaves %q AWSPENDING, want %q: the rotation goes on", got, id)
	}
	next := map[string]any{"Host": "next.example.com"}
	w.secrets.Fault = func(operation string, before bool) error {
		if operation == "UpdateSecretVersionStage" && before {
			return deployment.Failure("no moves")
		}
		return nil
	}
	if err := w.send(w.event(cfn.RequestUpdate, next)); err == nil || w.current().text("host") != "db.example.com" {
		t.Errorf("with the old rotation pending the secret is %v: %v", w.current(), err)
	}
	w.secrets.Fault = nil
	w.must(w.send(w.event(cfn.RequestUpdate, next)))
	if got := w.secrets.ID(secretArn, secretstest.Pending); got != "" {
		t.Errorf("%s is still AWSPENDING", got)
	}
}

// A request that was cancelled must not write over what the rollback has brought back.
func TestSupersededRequest(t *testing.T) {
	w := external(t)
	w.must(w.send(w.event(cfn.RequestCreate, nil)))
	before := encode(t, w.current())
	cancelled := w.event(cfn.RequestUpdate, map[string]any{"Host": "wrong.example.com"})
	rollback := w.event(cfn.RequestUpdate, nil)
	calls := 0
	w.secrets.Fault = func(operation string, before bool) error {
		if calls++; calls == 7 { // in the middle of the cancelled one
			w.secrets.Fault = nil
			w.must(w.send(rollback))
		}
		return nil
	}
	for range 2 { // it may be delivered again, much later
		if err := w.send(cancelled); err == nil || !strings.Contains(err.Error(), deployment.ErrSuperseded.Error()) {
			t.Errorf("the cancelled request ends with %v", err)
		}
	}
	if calls != 7 || encode(t, w.current()) != before {
		t.Errorf("after %d calls the secret is %v", calls, w.current())
	}
}

// What the cancelled request wrote in the last moment is put right.
func TestWaitsForTheRequestBefore(t *testing.T) {
	w := external(t)
	first, second := w.event(cfn.RequestCreate, nil), w.event(cfn.RequestUpdate, nil)
	first.ResponseURL = "https://example.com/?X-Amz-Date=20261122T120000Z"
	second.ResponseURL = "https://example.com/?X-Amz-Date=20261122T120100Z"
	w.must(w.send(first))
	c := w.credentials()
	waited := time.Duration(0)
	c.Sleep = func(_ context.Context, d time.Duration) error {
		waited += d
		w.secrets.Create(secretArn, `{"host":"late.example.com","username":"u","password":"p"}`)
		return nil
	}
	if _, err := c.Handle(t.Context(), second); err != nil || waited != grace || w.current().text("host") != "db.example.com" {
		t.Errorf("after %v the secret is %v: %v", waited, w.current(), err)
	}
	c.Sleep = func(context.Context, time.Duration) error { return context.DeadlineExceeded }
	second.RequestID += "-again"
	if _, err := c.Handle(t.Context(), second); err == nil || !strings.Contains(err.Error(), "deadline") {
		t.Errorf("got %v", err)
	}
}

// A request of so long ago is at work no more: nobody waits for it.
func TestWaitsForNobodyWhoseTimeIsOver(t *testing.T) {
	w := external(t)
	first, second := w.event(cfn.RequestCreate, nil), w.event(cfn.RequestUpdate, nil)
	first.ResponseURL = "https://example.com/?X-Amz-Date=20261122T120000Z"
	second.ResponseURL = "https://example.com/?X-Amz-Date=20261122T120500Z"
	w.must(w.send(first))
	c := w.credentials()
	c.Sleep = func(context.Context, time.Duration) error { return errors.New("waited") }
	if _, err := c.Handle(t.Context(), second); err != nil {
		t.Errorf("%v after the first, the second ends with %v", Timeout, err)
	}
}

// A schedule asks, too; but who looks into the log must not be told of a failure that was none.
func TestWhoWarnsOfARelease(t *testing.T) {
	for failAt, warns := range map[int]bool{0: false, 1: true} {
		w := &world{t: t, failAt: failAt}
		w.rotation().release(t.Context())
		if got := strings.Contains(w.log.String(), "left to its schedule"); got != warns || w.asked != 1 {
			t.Errorf("with a fault %v warned %v, asked %d times", warns, got, w.asked)
		}
	}
}

// Secrets Manager asks for a test alone when rotation is turned on, and for steps that make no sense when somebody
// has changed the secret meanwhile.
func TestStepsOutOfTurn(t *testing.T) {
	w := external(t)
	w.properties["Host"] = "localhost"
	w.must(w.send(w.event(cfn.RequestCreate, nil)))
	reached := 0
	r := w.rotation()
	r.Connect = func(context.Context, postgres.Login) (*pgconn.PgConn, error) {
		reached++
		return nil, &pgconn.PgError{Code: "42501"}
	}
	step := func(name, token string) string {
		return fmt.Sprint(r.Handle(t.Context(), Step{name, secretArn, token}))
	}
	token := w.secrets.Begin(secretArn)
	if got := step("testSecret", token); reached != 1 || !strings.Contains(got, "42501") {
		t.Errorf("a test alone reaches the database %d times: %s", reached, got)
	}
	for want, got := range map[string]string{
		"want createSecret":         step("deleteSecret", token),
		"is not AWSPENDING":         step("setSecret", "another"),
		"was changed during its":    step("setSecret", token),
		"can't find the specified ": fmt.Sprint(r.Handle(t.Context(), Step{"setSecret", "no such secret", token})),
	} {
		if !strings.Contains(got, want) {
			t.Errorf("got %s, want %q", got, want)
		}
	}
	w.must(r.Handle(t.Context(), Step{"createSecret", secretArn, token})) // what is empty can still be finished
	if got := step("setSecret", token); !strings.Contains(got, "42501") {
		t.Errorf("got %s", got)
	}
	r.Host = "payments.example.com"
	for _, name := range steps[1:] {
		if got := step(name, token); !strings.Contains(got, "an external database is not rotated") {
			t.Errorf("%s of a secret that points elsewhere: %s", name, got)
		}
	}
	r.Host = "localhost"
	w.secrets.Create(secretArn, `{"host":"localhost","port":5432,"database":"theirs","username":"operator","password":"p"}`)
	w.secrets.Fault = func(operation string, before bool) error {
		if operation == "UpdateSecretVersionStage" && before {
			return deployment.Failure("no moves")
		}
		return nil
	}
	if got := step("finishSecret", token); !strings.Contains(got, "no moves") {
		t.Errorf("a version that stays AWSPENDING: %s", got)
	}
	w.secrets.Fault = nil
	if got := step("finishSecret", token); !strings.Contains(got, "was changed during its rotation") || w.current().text("username") != "operator" {
		t.Errorf("what an operator set has become %v: %s", w.current(), got)
	}
	if left := w.secrets.ID(secretArn, secretstest.Pending); left != "" {
		t.Errorf("version %s is still AWSPENDING: Secrets Manager would try it for ever, and begin no other rotation", left)
	}
	w.secrets.Stage(secretArn, `{"host":"other.example.com","password":"p"}`, secretstest.Pending)
	if got := step("testSecret", w.secrets.ID(secretArn, secretstest.Pending)); !strings.Contains(got, "not rotated") {
		t.Errorf("got %s", got)
	}
	w.secrets.Create(secretArn, `{"host":"other.example.com","password":"p"}`)
	if got := step("testSecret", w.secrets.Begin(secretArn)); !strings.Contains(got, "not rotated") {
		t.Errorf("got %s", got)
	}
}

func TestPasswordThatCannotBeSet(t *testing.T) {
	if err := (users{}).setPassword(t.Context(), "somebody", "pässword"); !errors.Is(err, postgres.ErrPassword) {
		t.Errorf("got %v", err)
	}
}
