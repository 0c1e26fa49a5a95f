package postgres

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"
)

// verifier is that of "pencil": RFC 7677's example, with PostgreSQL's words around it.
const verifier = "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU="

func login(t *testing.T, servers *Servers, user, password, database string) (*pgconn.PgConn, error) {
	t.Helper()
	config, err := pgconn.ParseConfig("sslmode=disable")
	if err != nil {
		t.Fatal(err)
	}
	config.Host, config.Port, config.User, config.Password, config.Database = "db.example.com", 5432, user, password, database
	config.TLSConfig = &tls.Config{ServerName: "db.example.com", RootCAs: servers.Roots(), MinVersion: tls.VersionTLS12}
	config.DialFunc = servers.Dial
	config.LookupFunc = func(_ context.Context, host string) ([]string, error) { return []string{host}, nil }
	config.RequireAuth = "scram-sha-256,md5"
	connection, err := pgconn.ConnectConfig(t.Context(), config)
	if err == nil {
		t.Cleanup(func() { _ = connection.Close(context.Background()) })
	}
	return connection, err
}

func TestUsersLogInWithTheirPasswordAlone(t *testing.T) {
	servers := New()
	master, err := login(t, servers, "postgres", "whatever RDS made", "postgres")
	if err != nil {
		t.Fatal(err)
	}
	exists := func(name string) bool {
		found := master.ExecParams(t.Context(), "SELECT 1 FROM pg_roles WHERE rolname = $1", [][]byte{[]byte(name)}, nil, nil, nil).Read()
		if found.Err != nil {
			t.Fatal(found.Err)
		}
		return len(found.Rows) == 1
	}
	if exists("app") || exists("payments") {
		t.Error("there is something in an empty server")
	}
	refused := func(code, password, database string) {
		t.Helper()
		_, err := login(t, servers, "app", password, database)
		if refusal, is := errors.AsType[*pgconn.PgError](err); !is || refusal.Code != code {
			t.Errorf("got %v, want %s", err, code)
		}
	}
	for _, step := range []struct {
		statement string
		then      func()
	}{
		{`CREATE ROLE "app" LOGIN`, func() { refused("28P01", "pencil", "postgres") }},
		{`ALTER ROLE "app" PASSWORD '` + verifier + `'`, func() { refused("3D000", "pencil", "payments") }},
		{`CREATE DATABASE "payments"`, func() { refused("28P01", "pen", "payments") }},
		{`GRANT "owner" TO "app"`, func() {
			if _, err := login(t, servers, "app", "pencil", "payments"); err != nil {
				t.Error(err)
			}
		}},
		{`ALTER ROLE "app" PASSWORD 'SCRAM-SHA-256$1:AA==$AA==:AA=='`, func() { refused("28P01", "pencil", "payments") }},
	} {
		if _, err := master.Exec(t.Context(), step.statement).ReadAll(); err != nil {
			t.Fatal(err)
		}
		step.then()
	}
	if !exists("app") || !exists("payments") {
		t.Error("what was made is not there")
	}
}

// Whoever goes in the middle, or speaks something else, is let go of.
func TestClientsThatSpeakSomethingElse(t *testing.T) {
	servers := New()
	if _, err := servers.Dial(t.Context(), "tcp", "no port"); err == nil {
		t.Error("dialed an address without a port")
	}
	dial := func() (*tls.Conn, *pgproto3.Frontend) {
		plain, err := servers.Dial(t.Context(), "tcp", "h:1")
		if err != nil {
			t.Fatal(err)
		}
		f := pgproto3.NewFrontend(plain, plain)
		f.Send(&pgproto3.SSLRequest{})
		if err := f.Flush(); err != nil {
			t.Fatal(err)
		}
		if _, err := plain.Read(make([]byte, 1)); err != nil {
			t.Fatal(err)
		}
		secure := tls.Client(plain, &tls.Config{ServerName: "h", RootCAs: servers.Roots(), MinVersion: tls.VersionTLS12})
		return secure, pgproto3.NewFrontend(secure, secure)
	}
	plain, _ := servers.Dial(t.Context(), "tcp", "h:1")
	_ = plain.Close()
	servers.servers["h"].roles["app"] = verifier
	for name, messages := range map[string][]pgproto3.FrontendMessage{
		"no startup":   {&pgproto3.SSLRequest{}},
		"no password":  {&pgproto3.StartupMessage{ProtocolVersion: pgproto3.ProtocolVersion30, Parameters: map[string]string{"user": "m"}}},
		"no proof":     {&pgproto3.StartupMessage{ProtocolVersion: pgproto3.ProtocolVersion30, Parameters: map[string]string{"user": "app"}}, &pgproto3.Sync{}},
		"half a proof": {&pgproto3.StartupMessage{ProtocolVersion: pgproto3.ProtocolVersion30, Parameters: map[string]string{"user": "app"}}, &pgproto3.SASLInitialResponse{AuthMechanism: "SCRAM-SHA-256", Data: []byte("n,,n=,r=x")}, &pgproto3.Sync{}},
		"somebody else's nonce": {&pgproto3.StartupMessage{ProtocolVersion: pgproto3.ProtocolVersion30, Parameters: map[string]string{"user": "app"}}, &pgproto3.SASLInitialResponse{AuthMechanism: "SCRAM-SHA-256", Data: []byte("n,,n=,r=x")},
			&pgproto3.SASLResponse{Data: []byte("c=biws,r=y,p=" + strings.Repeat("A", 43) + "=")}},
	} {
		connection, frontend := dial()
		for i, message := range messages {
			frontend.Send(message)
			if err := frontend.Flush(); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if i < len(messages)-1 {
				if _, err := frontend.Receive(); err != nil {
					t.Fatalf("%s: %v", name, err)
				}
			}
		}
		if name == "no password" {
			_ = connection.NetConn().Close()
			continue
		}
		answer, err := frontend.Receive()
		if refusal, is := answer.(*pgproto3.ErrorResponse); err == nil && (!is || refusal.Code != "28P01") {
			t.Errorf("%s: got %v, %v, want a refusal", name, answer, err)
		}
		_ = connection.NetConn().Close()
	}
}

// A client that goes without a word ends its server too, whichever of the two notices first.
func TestClientsThatGo(t *testing.T) {
	servers := New()
	connection, err := login(t, servers, "postgres", "x", "postgres")
	if err != nil {
		t.Fatal(err)
	}
	_ = connection.Conn().Close()
	(&server{}).answer(pgproto3.NewBackend(strings.NewReader(""), io.Discard))
	ours, theirs := net.Pipe()
	_ = theirs.Close()
	(&server{}).serve(ours, nil)
	for _, backend := range []func(*pgproto3.Backend) bool{believe, func(b *pgproto3.Backend) bool { return prove(b, verifier) }} {
		ours, theirs := net.Pipe()
		_ = theirs.Close()
		if backend(pgproto3.NewBackend(ours, ours)) {
			t.Error("let somebody in who is gone")
		}
	}
}
