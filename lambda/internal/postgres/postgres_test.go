package postgres

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"

	"payment-processor/lambda/internal/postgrestest"

	"github.com/jackc/pgx/v5/pgconn"
)

// A password that the server takes from a verifier must be the one that logs in, and a wrong one must not.
func TestVerifierIsWhatTheServerKeeps(t *testing.T) {
	server := postgrestest.Start(t)
	const password = `a pass'word with "quotes" \ and ~`
	verifier, err := Verifier(password)
	if err != nil {
		t.Fatal(err)
	}
	server.Do(t, "CREATE ROLE somebody LOGIN PASSWORD '"+verifier+"'")
	connector := Connector{Roots: server.Roots, Application: "test"}
	login := Login{Host: "localhost", Port: server.Port, Database: "postgres", User: "somebody", Password: password}
	connection, err := connector.Connect(t.Context(), login)
	if err != nil {
		t.Fatal(err)
	}
	_, err = connection.Exec(t.Context(), "ALTER ROLE nobody_of_that_name NOLOGIN").ReadAll()
	if !Unknown(err) && !strings.Contains(err.Error(), "42501") {
		t.Errorf("got %v", err)
	}
	_ = connection.Close(t.Context())
	login.Password = "another"
	if _, err := connector.Connect(t.Context(), login); !Refused(err) || strings.Contains(err.Error(), login.Password) {
		t.Errorf("a wrong password gives %v", err)
	}
	login.Database = "nowhere"
	login.Password = password
	if _, err := connector.Connect(t.Context(), login); !Refused(err) {
		t.Errorf("a missing database gives %v", err)
	}
	server.Do(t, "SET password_encryption = 'md5'", "ALTER ROLE somebody PASSWORD NULL")
	if _, err := (Connector{}).Connect(t.Context(), login); err == nil || Refused(err) {
		t.Errorf("a server that nobody vouches for gives %v", err)
	}
}

// RFC 7677 has one example, with its own salt.
func TestVerifierOfTheStandardsExample(t *testing.T) {
	got, err := verifier("pencil", []byte("W\x22\x47\xa2\x21\x18\x8f\xa2\x9d\x1b\x06\x1c\x0e\x98\x3a\x4e"))
	if err != nil || !strings.HasPrefix(got, "SCRAM-SHA-256$4096:") || strings.Count(got, ":") != 2 {
		t.Errorf("got %q, %v", got, err)
	}
	for _, password := range []string{"", "pässword", "tab\t"} {
		if _, err := Verifier(password); !errors.Is(err, ErrPassword) {
			t.Errorf("%q gives %v", password, err)
		}
	}
}

func TestConfigTakesNothingFromElsewhere(t *testing.T) {
	t.Setenv("PGSSLMODE", "disable")
	t.Setenv("PGUSER", "somebody")
	t.Setenv("PGHOST", "elsewhere")
	config, err := Login{Host: "localhost", Port: "5432", User: "me"}.Config(nil, "test")
	if err != nil || config.User != "me" || config.Host != "localhost" || config.TLSConfig == nil || config.TLSConfig.InsecureSkipVerify ||
		config.TLSConfig.ServerName != "localhost" || len(config.Fallbacks) > 0 {
		t.Errorf("got %+v, %v", config, err)
	}
	if _, err := (Connector{}).Connect(t.Context(), Login{Port: "none"}); !errors.Is(err, ErrPort) {
		t.Errorf("got %v", err)
	}
	t.Setenv("PGCONNECT_TIMEOUT", "soon")
	if _, err := (Login{Port: "5432"}).Config(nil, "test"); !errors.Is(err, ErrEnvironment) {
		t.Errorf("got %v", err)
	}
}

func TestWhatPasses(t *testing.T) {
	for code, want := range map[string]bool{"57P03": true, "53300": true, "40001": true, "XX000": true, "42501": false, "28P01": false} {
		if got := Passes(&pgconn.PgError{Code: code}); got != want {
			t.Errorf("%s passes: %v", code, got)
		}
	}
	if !Passes(context.DeadlineExceeded) {
		t.Error("a server that did not answer may answer later")
	}
}

func TestQuote(t *testing.T) {
	if got := Quote(`a"b`); got != `"a""b"` {
		t.Errorf("got %s", got)
	}
}

// A dialer of one's own gets the host as it stands: its network has names of its own.
func TestAnotherNetwork(t *testing.T) {
	unreachable := errors.New("unreachable")
	connector := Connector{Dial: func(_ context.Context, _, address string) (net.Conn, error) {
		if address != "database.invalid:5432" {
			t.Errorf("dials %s", address)
		}
		return nil, unreachable
	}}
	if _, err := connector.Connect(t.Context(), Login{Host: "database.invalid", Port: "5432"}); !errors.Is(err, unreachable) {
		t.Errorf("got %v", err)
	}
}
