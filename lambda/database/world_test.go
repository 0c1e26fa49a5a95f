package database

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"payment-processor/lambda/internal/postgres"
	"payment-processor/lambda/internal/postgrestest"
	"payment-processor/lambda/internal/secretstest"

	"github.com/aws/aws-lambda-go/cfn"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/jackc/pgx/v5/pgconn"
)

const (
	secretArn      = "arn:aws:secretsmanager:us-east-2:111122223333:secret:db-credentials-test"
	masterArn      = "arn:aws:secretsmanager:us-east-2:111122223333:secret:master"
	masterPassword = "the-master's-password"
)

var template = `{"engine":"postgres","host":"database.invalid","port":5432,"username":"payment_processor",` +
	`"dbname":"payments","database":"payments","password":"generated-by-secrets-manager"}`

// world is a server, a Secrets Manager and the functions between them.
type world struct {
	t       *testing.T
	server  *postgrestest.Server
	secrets *secretstest.Manager
	log     safeBuffer
	asked   int // rotation releases

	properties map[string]any
	requests   int
	points     int         // that a fault was possible at
	failAt     int         // the point of the fault; 0: none
	hungUp     atomic.Bool // closing a connection ends with an error
	lock       sync.Mutex
}

var errInjected = errors.New("injected")

// newWorld has a user that may what an RDS master may, and no more: it is no superuser.
func newWorld(t *testing.T, server *postgrestest.Server, database, username string) *world {
	t.Helper()
	w := &world{t: t, server: server, secrets: secretstest.New()}
	w.secrets.Create(secretArn, template)
	w.secrets.Create(masterArn, fmt.Sprintf(`{"username":"master","password":%q}`, masterPassword))
	w.properties = map[string]any{
		"SecretArn": secretArn, "MasterSecretArn": masterArn, "Host": "localhost", "Port": server.Port,
		"Database": database, "Username": username,
	}
	w.secrets.Fault = func(operation string, before bool) error { return w.point() }
	return w
}

func makeMaster(t *testing.T, server *postgrestest.Server) {
	t.Helper()
	verifier, err := postgres.Verifier(masterPassword)
	if err != nil {
		t.Fatal(err)
	}
	server.Do(t, "CREATE ROLE master LOGIN CREATEDB CREATEROLE PASSWORD '"+verifier+"'", "ALTER DATABASE postgres OWNER TO master")
}

// point is where a function may die.
func (w *world) point() error {
	w.lock.Lock()
	defer w.lock.Unlock()
	w.points++
	if w.points == w.failAt {
		return errInjected
	}
	return nil
}

// connect logs in over a connection that may break before anything that is sent, which is after everything before it.
// Logging in is one thing: whether it breaks at its first or its last message, nothing has happened yet.
func (w *world) connect(ctx context.Context, login postgres.Login) (*pgconn.PgConn, error) {
	if err := w.point(); err != nil {
		return nil, err
	}
	config, err := login.Config(w.server.Roots, "test")
	if err != nil {
		return nil, err
	}
	dial, in := config.DialFunc, new(atomic.Bool)
	config.DialFunc = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		return breaking{conn, w, in}, err
	}
	connection, err := pgconn.ConnectConfig(ctx, config)
	in.Store(true)
	return connection, err
}

type breaking struct {
	net.Conn
	w  *world
	in *atomic.Bool // logged in
}

func (b breaking) Close() error {
	if err := b.Conn.Close(); err != nil || !b.w.hungUp.Load() {
		return err
	}
	return errInjected
}

func (b breaking) Write(p []byte) (int, error) {
	if !b.in.Load() {
		return b.Conn.Write(p)
	}
	if err := b.w.point(); err != nil {
		_ = b.Close()
		return 0, err
	}
	return b.Conn.Write(p)
}

func (w *world) sleep(ctx context.Context, _ time.Duration) error {
	if w.armed() {
		return errInjected // a function that died tries nothing again
	}
	return ctx.Err()
}

func (w *world) Invoke(context.Context, *lambda.InvokeInput, ...func(*lambda.Options)) (*lambda.InvokeOutput, error) {
	w.asked++
	return &lambda.InvokeOutput{}, w.point()
}

func (w *world) credentials() Credentials {
	return Credentials{
		Secrets: w.secrets, Connect: w.connect, Now: time.Now, Sleep: w.sleep, Log: slog.New(slog.NewJSONHandler(&w.log, nil)),
	}
}

func (w *world) rotation() Rotation {
	return Rotation{
		Secrets: w.secrets, Lambda: w, Connect: w.connect, Sleep: w.sleep, Log: slog.New(slog.NewJSONHandler(&w.log, nil)),
		MasterSecret: masterArn, Host: "localhost", ReleaseFunction: "release",
	}
}

// event is a new request of CloudFormation with changes to the properties.
func (w *world) event(kind cfn.RequestType, changes map[string]any) Event {
	w.requests++
	all := map[string]any{}
	maps.Copy(all, w.properties)
	maps.Copy(all, changes)
	sent := time.Now().Add(time.Duration(w.requests) * time.Hour).UTC().Format("20060102T150405Z")
	return Event{
		RequestType: kind, RequestID: fmt.Sprintf("00000000-0000-0000-0000-%012d", w.requests), LogicalResourceID: "ApplicationCredentials",
		ResponseURL: "https://example.com/?X-Amz-Date=" + sent, ResourceProperties: all,
	}
}

func (w *world) send(event Event) error {
	response, err := w.credentials().Handle(w.t.Context(), event)
	fmt.Fprintf(&w.log, "CloudFormation and the framework hear %s, %v\n", encode(w.t, response), err)
	return err
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatalf("%v\n%s", err, w.log.String())
	}
}

var steps = []string{"createSecret", "setSecret", "testSecret", "finishSecret"}

// rotate takes the four steps with one version, and stops at the first that fails.
func (w *world) rotate(token string) error {
	for _, step := range steps {
		if err := w.rotation().Handle(w.t.Context(), Step{step, secretArn, token}); err != nil {
			return err
		}
	}
	return nil
}

// login tries the secret's version with the stage.
func (w *world) login(stage string) error {
	return w.loginAs(parse(w.secrets.Text(secretArn, stage)).login())
}

func (w *world) loginAs(login postgres.Login) error {
	connection, err := (postgres.Connector{Roots: w.server.Roots, Application: "task"}).Connect(w.t.Context(), login)
	if err == nil {
		_ = connection.Close(w.t.Context())
	}
	return err
}

// discreet checks that no password is in a log: neither the functions' nor the server's, which logs every statement.
func (w *world) discreet() {
	w.t.Helper()
	logs := w.log.String() + w.server.Log(w.t)
	if !strings.Contains(logs, "ALTER ROLE") {
		w.t.Error("the server logs no statements, so that its log proves nothing")
	}
	for _, text := range append(w.secrets.All(secretArn), w.secrets.All(masterArn)...) {
		if password := parse(text).text("password"); password != "" && strings.Contains(logs, password) {
			w.t.Errorf("a log holds the password %q", password)
		}
	}
}

func (w *world) current() content { return parse(w.secrets.Text(secretArn, secretstest.Current)) }

// arm lets the point fail; the driver cancels requests in the background, so counting needs the lock.
func (w *world) arm(point int) {
	w.lock.Lock()
	defer w.lock.Unlock()
	w.points, w.failAt = 0, point
}

// disarm returns how many points were reached.
func (w *world) disarm() int {
	w.lock.Lock()
	defer w.lock.Unlock()
	w.failAt = 0
	return w.points
}

func (w *world) armed() bool {
	w.lock.Lock()
	defer w.lock.Unlock()
	return w.failAt > 0
}

// everyPoint lets try fail at each point in turn, and afterwards succeed.
func (w *world) everyPoint(before func(), try func() error, after func(point int)) {
	w.t.Helper()
	for point := 1; ; point++ {
		before()
		w.arm(point)
		first := try()
		reached := w.disarm() >= point
		if !reached {
			w.must(first)
			w.t.Logf("%d points", point-1)
			return
		}
		w.must(try())
		after(point)
		if w.t.Failed() {
			return
		}
	}
}

// safeBuffer is a log that several write.
type safeBuffer struct {
	lock sync.Mutex
	bytes.Buffer
}

func (b *safeBuffer) Write(p []byte) (int, error) {
	b.lock.Lock()
	defer b.lock.Unlock()
	return b.Buffer.Write(p)
}

func encode(t *testing.T, value any) string {
	t.Helper()
	encoded, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(encoded)
}
