package database

import (
	"fmt"
	"math"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"payment-processor/lambda/internal/postgres"
	"payment-processor/lambda/internal/postgrestest"
	"payment-processor/lambda/internal/secretstest"

	"github.com/aws/aws-lambda-go/cfn"
)

// What is tested here against a real server is what a fake would only repeat: that the users can do what they must, no
// more, and that nobody is ever locked out.
//
// Three servers run at a time: what prepares databases changes what all databases of a server have in common.
func TestRealServer(t *testing.T) {
	for group, tests := range map[string]map[string]func(*world){
		"creating": {"creation crashes": creationCrashes},
		"rotating": {"rotations": rotations},
		"using": {
			"created":           created,
			"least privilege":   leastPrivilege,
			"rotation crashes":  rotationCrashes,
			"another database":  anotherDatabase,
			"users are missing": usersAreMissing,
			"repaired":          repaired,
			"hung up":           hungUp,
			"no owner":          noOwner,
		},
	} {
		t.Run(group, func(t *testing.T) {
			t.Parallel()
			server := postgrestest.Start(t)
			makeMaster(t, server)
			for name, test := range tests {
				t.Run(name, func(t *testing.T) {
					name := strings.ReplaceAll(name, " ", "_")
					w := newWorld(t, server, "db-"+name, "app_"+name)
					test(w)
					w.discreet()
				})
			}
		})
	}
}

// A first deployment ends with credentials that log in, and a second request changes nothing.
func created(w *world) {
	event := w.event(cfn.RequestCreate, nil)
	w.must(w.send(event))
	w.must(w.login(secretstest.Current))
	c := w.current()
	for key, want := range map[string]string{
		"engine": "postgres", "host": "localhost", "port": w.server.Port, "username": "app_created", "dbname": "db-created", "database": "db-created",
	} {
		if got := c.text(key); got != want {
			w.t.Errorf("%s is %q, want %q", key, got, want)
		}
	}
	before := w.secrets.ID(secretArn, secretstest.Current)
	w.must(w.send(event))
	w.must(w.send(w.event(cfn.RequestUpdate, nil)))
	w.must(w.send(w.event(cfn.RequestDelete, nil)))
	if after := w.secrets.ID(secretArn, secretstest.Current); after != before {
		w.t.Errorf("the current version is %s, want %s as before: tasks run with it", after, before)
	}
	w.must(w.login(secretstest.Current))
}

// Whoever breaks into the application must not get beyond its own tables.
func leastPrivilege(w *world) {
	w.must(w.send(w.event(cfn.RequestCreate, nil)))
	w.must(w.rotate(w.secrets.Begin(secretArn)))
	first, second := parse(w.secrets.Text(secretArn, secretstest.Previous)).login(), w.current().login()
	w.do(first, "CREATE TABLE payment (id int)", "INSERT INTO payment VALUES (1)")
	w.do(second, "ALTER TABLE payment ADD amount int", "UPDATE payment SET amount = 1", "CREATE TABLE refund (id int)")
	w.do(first, "DROP TABLE refund", "SELECT amount FROM payment")
	w.server.Do(w.t, "CREATE DATABASE others", "REVOKE ALL ON DATABASE others FROM PUBLIC")
	for _, statement := range []string{
		"CREATE DATABASE mine", "CREATE ROLE mine", "CREATE SCHEMA mine", "CREATE TABLE public.mine ()", "CREATE TEMPORARY TABLE mine ()",
		"CREATE EXTENSION pgcrypto", "SELECT * FROM pg_authid", "SELECT pg_read_file('/etc/passwd')", "COPY payment TO PROGRAM 'cat'",
		"ALTER SYSTEM SET log_statement = 'none'", "SET log_statement = 'none'", "SET ROLE master", "ALTER ROLE master PASSWORD NULL",
		"ALTER ROLE CURRENT_USER CREATEDB", "ALTER ROLE " + postgres.Quote(first.User) + " PASSWORD NULL",
		`DROP DATABASE "` + second.Database + `"`,
	} {
		if err := w.try(second, statement); err == nil {
			w.t.Errorf("the application may do %s", statement)
		}
	}
	for _, database := range []string{"postgres", "others"} {
		elsewhere := second
		elsewhere.Database = database
		if w.loginAs(elsewhere) == nil {
			w.t.Errorf("the application may connect to %s", database)
		}
	}
	_ = w.try(second, `GRANT CONNECT ON DATABASE "`+second.Database+`" TO PUBLIC`) // the server only warns that it did nothing
	verifier, _ := postgres.Verifier("a-stranger's-password")
	w.server.Do(w.t, "CREATE ROLE stranger LOGIN PASSWORD '"+verifier+"'")
	stranger := second
	stranger.User, stranger.Password = "stranger", "a-stranger's-password"
	if w.loginAs(stranger) == nil {
		w.t.Error("everybody may connect to the application's database")
	}
}

// Tasks hold the credentials they were started with, and the release that follows a rotation takes its time: each
// client here gets new ones only after it has used its old ones after a rotation.
func rotations(w *world) {
	const clients, times = 8, 100
	w.must(w.send(w.event(cfn.RequestCreate, nil)))
	var turn [times + 1]chan struct{} // closed after that many rotations
	for i := range turn {
		turn[i] = make(chan struct{})
	}
	var fresh, old atomic.Int64
	var all sync.WaitGroup
	connect := func(client, generation int, login postgres.Login, counter *atomic.Int64) {
		if err := w.loginAs(login); err != nil {
			w.t.Errorf("client %d, after %d rotations: %v", client, generation, err)
		}
		counter.Add(1)
	}
	var releases [times + 1]sync.WaitGroup
	for i := range releases {
		releases[i].Add(clients)
	}
	for i := range clients {
		all.Go(func() {
			for generation := range times {
				login := w.current().login()
				releases[generation].Done()
				for range 1 + i%2 {
					connect(i, generation, login, &fresh)
				}
				<-turn[generation+1]
				connect(i, generation+1, login, &old)
			}
		})
	}
	for generation := range times {
		releases[generation].Wait()
		err := w.rotate(w.secrets.Begin(secretArn))
		close(turn[generation+1])
		if err != nil {
			w.t.Error(err)
		}
	}
	all.Wait()
	w.t.Logf("%d connections during %d rotations, %d with credentials that were one rotation old", fresh.Load()+old.Load(), times, old.Load())
	if w.asked != times {
		w.t.Errorf("%d releases were asked for, want %d", w.asked, times)
	}
}

// A function that dies at any moment, and is called again, must leave credentials that work.
func creationCrashes(w *world) {
	attempt := 0
	var event Event
	w.everyPoint(func() {
		attempt++
		w.secrets.Create(secretArn, template)
		event = w.event(cfn.RequestCreate, map[string]any{"Username": fmt.Sprint("crash_", attempt), "Database": fmt.Sprint("crash-", attempt)})
	}, func() error { return w.send(event) }, func(point int) {
		if err := w.login(secretstest.Current); err != nil || w.current().text("host") != "localhost" {
			w.t.Errorf("after a crash at point %d the secret is for %s: %v", point, w.current().address(), err)
		}
	})
}

func rotationCrashes(w *world) {
	w.must(w.send(w.event(cfn.RequestCreate, nil)))
	var token, user string
	w.everyPoint(func() {
		token, user = w.secrets.Begin(secretArn), w.current().text("username")
	}, func() error {
		err := w.rotate(token)
		if w.login(secretstest.Current) != nil {
			w.t.Error("the current credentials do not log in")
		}
		return err
	}, func(point int) {
		if err := w.login(secretstest.Previous); err != nil {
			w.t.Errorf("after a crash at point %d those of the tasks do not log in: %v", point, err)
		}
		if got := w.current().text("username"); got != other(user) {
			w.t.Errorf("after a crash at point %d user %q is current, want %q", point, got, other(user))
		}
		if w.secrets.ID(secretArn, secretstest.Pending) != "" {
			w.t.Errorf("after a crash at point %d a version is still AWSPENDING: the next that an operator makes would be the last", point)
		}
	})
}

// A switch to an external database and back brings the old credentials back, rotated or not.
func anotherDatabase(w *world) {
	w.must(w.send(w.event(cfn.RequestCreate, nil)))
	w.must(w.rotate(w.secrets.Begin(secretArn)))
	before := w.current()
	external := map[string]any{"MasterSecretArn": "", "Host": "db.example.com", "Database": "theirs", "Username": ""}
	w.must(w.send(w.event(cfn.RequestUpdate, external)))
	if got := w.current(); got.address() != "db.example.com:"+w.server.Port+"/theirs" || got.text("password") != before.text("password") {
		w.t.Errorf("the external database's credentials are %v", got)
	}
	theirs := w.current().with(content{"username": "their_user", "password": "their-password"})
	for range 2 { // the operator makes a mistake first
		w.secrets.Create(secretArn, *theirs.encode())
	}
	if err := w.rotate(w.secrets.Begin(secretArn)); err == nil || !strings.Contains(err.Error(), "an external database is not rotated") {
		w.t.Errorf("rotated with %v", err)
	}
	w.must(w.send(w.event(cfn.RequestUpdate, external))) // leaves alone what the operator has set
	if got := w.current().text("username"); got != "their_user" {
		w.t.Errorf("the operator's user has become %q", got)
	}
	w.must(w.send(w.event(cfn.RequestUpdate, nil)))
	if got := w.current(); encode(w.t, got) != encode(w.t, before) {
		w.t.Errorf("back are %v, want %v", got, before)
	}
	w.must(w.login(secretstest.Current))
	w.must(w.send(w.event(cfn.RequestUpdate, external)))
	if got := w.current(); encode(w.t, got) != encode(w.t, theirs) {
		w.t.Errorf("there again are %v, want %v", got, theirs)
	}
}

// After a restore from a snapshot users and passwords may be those of another time.
func usersAreMissing(w *world) {
	w.must(w.send(w.event(cfn.RequestCreate, nil)))
	missing := other(w.current().text("username"))
	w.server.Do(w.t, "DROP ROLE "+postgres.Quote(missing))
	w.must(w.rotate(w.secrets.Begin(secretArn)))
	w.must(w.login(secretstest.Current))
	if got := w.current().text("username"); got != missing {
		w.t.Errorf("%q is current, want %q", got, missing)
	}
}

// Passwords that somebody changed in the database alone are set to what the secret says; one that cannot be is replaced.
func repaired(w *world) {
	w.must(w.send(w.event(cfn.RequestCreate, nil)))
	before := w.current()
	w.server.Do(w.t, "ALTER ROLE "+postgres.Quote(before.text("username"))+" PASSWORD NULL")
	w.must(w.send(w.event(cfn.RequestUpdate, nil)))
	w.must(w.login(secretstest.Current))
	if encode(w.t, before) != encode(w.t, w.current()) {
		w.t.Error("the secret has changed, although tasks run with it")
	}
	w.secrets.Create(secretArn, *before.with(content{"password": "pässword"}).encode())
	w.must(w.send(w.event(cfn.RequestUpdate, nil)))
	w.must(w.login(secretstest.Current))
	// Another name for the same server: what logs in stays.
	moved := w.current()
	w.must(w.send(w.event(cfn.RequestUpdate, map[string]any{"Database": "second-" + moved.text("database")})))
	if w.current().text("password") != moved.text("password") {
		w.t.Error("a password that tasks run with was changed")
	}
	// Another user: the password was somebody else's.
	w.must(w.send(w.event(cfn.RequestUpdate, map[string]any{"Username": "another"})))
	w.must(w.login(secretstest.Current))
	if w.current().text("password") == moved.text("password") {
		w.t.Error("another user has the same password")
	}
}

// A server that hangs up first has let the user in all the same: an update must not fail for it, least of all on the way back.
func hungUp(w *world) {
	w.must(w.send(w.event(cfn.RequestCreate, nil)))
	w.arm(math.MaxInt) // nothing is tried again
	w.hungUp.Store(true)
	w.must(w.send(w.event(cfn.RequestUpdate, nil)))
}

// A master that may not close the maintenance database to others must still get the application's made.
func noOwner(w *world) {
	w.server.Do(w.t, "ALTER DATABASE postgres OWNER TO root", "GRANT CONNECT ON DATABASE postgres TO PUBLIC")
	defer w.server.Do(w.t, "ALTER DATABASE postgres OWNER TO master")
	w.must(w.send(w.event(cfn.RequestCreate, nil)))
	w.must(w.login(secretstest.Current))
}

func (w *world) try(login postgres.Login, statements ...string) error {
	connection, err := (postgres.Connector{Roots: w.server.Roots, Application: "task"}).Connect(w.t.Context(), login)
	if err != nil {
		return err
	}
	defer connection.Close(w.t.Context())
	return run(w.t.Context(), connection, statements...)
}

func (w *world) do(login postgres.Login, statements ...string) {
	w.t.Helper()
	w.must(w.try(login, statements...))
}
