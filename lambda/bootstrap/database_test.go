package bootstrap

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"maps"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"payment-processor/lambda/internal/postgres"
	"payment-processor/lambda/internal/postgrestest"

	"github.com/jackc/pgx/v5/pgproto3"
)

const (
	user   = "user-that-is-secret"
	secret = "password-that-is-secret"
)

// certificate returns a server's certificate for name, and a file with the authority that vouches for it.
func certificate(t *testing.T, name string) (tls.Certificate, string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), DNSNames: []string{name}, NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, file
}

// imitation serves one connection: TLS with the certificate, and then answer. It returns the port.
func imitation(t *testing.T, certificate tls.Certificate, answer func(*pgproto3.Backend)) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		plain, err := listener.Accept()
		if err != nil {
			return
		}
		defer plain.Close()
		if _, err := pgproto3.NewBackend(plain, plain).ReceiveStartupMessage(); err != nil {
			return
		}
		_, _ = io.WriteString(plain, "S") // TLS, please
		conn := tls.Server(plain, &tls.Config{Certificates: []tls.Certificate{certificate}})
		backend := pgproto3.NewBackend(conn, conn)
		if _, err := backend.ReceiveStartupMessage(); err != nil {
			return
		}
		backend.Send(&pgproto3.AuthenticationCleartextPassword{})
		_ = backend.Flush()
		_ = backend.SetAuthType(pgproto3.AuthTypeCleartextPassword)
		if message, err := backend.Receive(); err == nil {
			if given, ok := message.(*pgproto3.PasswordMessage); !ok || given.Password != secret {
				t.Errorf("got %T, want the password", message)
			}
		}
		answer(backend)
		_ = backend.Flush()
		_, _ = backend.Receive()
	}()
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	return port
}

func accept(b *pgproto3.Backend) {
	b.Send(&pgproto3.AuthenticationOk{})
	b.Send(&pgproto3.ReadyForQuery{TxStatus: 'I'})
}

func refuse(code string) func(*pgproto3.Backend) {
	return func(b *pgproto3.Backend) {
		b.Send(&pgproto3.ErrorResponse{Severity: "FATAL", Code: code, Message: user + " may not log in with " + secret})
	}
}

func check(t *testing.T, values map[string]string) State {
	t.Helper()
	all := map[string]string{"DB_HOST": "localhost", "DB_DATABASE": "payments", "DB_USERNAME": user, "DB_PASSWORD": secret}
	maps.Copy(all, values)
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	state := NewDatabase(environment(all)).Check(ctx)
	for _, private := range []string{user, secret} {
		if strings.Contains(state.Reason, private) {
			t.Errorf("the reason %q tells %q to everybody", state.Reason, private)
		}
	}
	return state
}

// With the right credentials and certificate, /ready says so.
func TestDatabaseIsReachable(t *testing.T) {
	server, ca := certificate(t, "localhost")
	state := check(t, map[string]string{"DB_PORT": imitation(t, server, accept), "DB_CA": ca})
	if !state.Ready || state.Database != "reachable" {
		t.Errorf("got %+v", state)
	}
}

// There is no database yet in a first deployment, which must not fail for it.
func TestNoDatabaseYet(t *testing.T) {
	for _, host := range []string{"", "database.invalid", "database.invalid.", "invalid"} {
		if state := check(t, map[string]string{"DB_HOST": host}); !state.Ready || state.Database != "not configured" {
			t.Errorf("%q: got %+v", host, state)
		}
	}
}

// Each reason must tell an operator where to look, and nothing to anybody else.
func TestReasons(t *testing.T) {
	server, ca := certificate(t, "localhost")
	other, _ := certificate(t, "localhost")
	elsewhere, elsewhereCA := certificate(t, "elsewhere")
	notPEM := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(notPEM, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	unused, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, refused, _ := net.SplitHostPort(unused.Addr().String())
	unused.Close()
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	_, quiet, _ := net.SplitHostPort(silent.Addr().String())
	hangUp := func(*pgproto3.Backend) {}
	for name, test := range map[string]struct {
		values map[string]string
		want   string
	}{
		"password":      {map[string]string{"DB_PORT": imitation(t, server, refuse("28P01")), "DB_CA": ca}, "SQLSTATE 28P01"},
		"odd code":      {map[string]string{"DB_PORT": imitation(t, server, refuse(secret)), "DB_CA": ca}, "SQLSTATE unknown"},
		"authority":     {map[string]string{"DB_PORT": imitation(t, other, accept), "DB_CA": ca}, "not trusted"},
		"name":          {map[string]string{"DB_PORT": imitation(t, elsewhere, accept), "DB_CA": elsewhereCA}, "not trusted"},
		"no file":       {map[string]string{"DB_CA": "/nowhere"}, "cannot be read"},
		"no PEM":        {map[string]string{"DB_CA": notPEM}, "without a PEM"},
		"port":          {map[string]string{"DB_PORT": secret, "DB_CA": ca}, "DB_PORT is no port"},
		"no listener":   {map[string]string{"DB_PORT": refused, "DB_CA": ca}, "nothing listens"},
		"no answer":     {map[string]string{"DB_PORT": quiet, "DB_CA": ca}, "in time"},
		"no resolution": {map[string]string{"DB_HOST": "no_such_host.localdomain", "DB_CA": ca}, ""},
		"hangs up":      {map[string]string{"DB_PORT": imitation(t, server, hangUp), "DB_CA": ca}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			state := check(t, test.values)
			if state.Ready || state.Database != "not reachable" || state.Reason == "" || !strings.Contains(state.Reason, test.want) {
				t.Errorf("got %+v, want %q", state, test.want)
			}
		})
	}
	for want, err := range map[string]error{
		"does not resolve": &net.DNSError{},
		"TLS handshake":    errors.New("server refused TLS connection"),
		"in time":          &net.OpError{Err: os.ErrDeadlineExceeded},
	} {
		if got := reason(err); !strings.Contains(got, want) {
			t.Errorf("%v gives %q, want %q", err, got, want)
		}
	}
}

// An image that does not know the authority of an external database must still be a version that a release may go back
// to; of Amazon's databases it knows all.
func TestUnknownAuthority(t *testing.T) {
	server, _ := certificate(t, "localhost")
	state := check(t, map[string]string{"DB_PORT": imitation(t, server, accept)})
	if !state.Ready || state.Database != "not checked" || !strings.Contains(state.Reason, "DB_CA names no file") {
		t.Errorf("got %+v", state)
	}
	untrusted := &tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}
	amazons := Database{Host: "payments.cluster-c1.us-east-2.rds.amazonaws.com"}
	if state := amazons.outcome(untrusted); state.Ready || !strings.Contains(state.Reason, "not trusted") {
		t.Errorf("got %+v", state)
	}
}

// The driver must not fail in another way because of its own variables.
func TestDriverVariables(t *testing.T) {
	t.Setenv("PGCONNECT_TIMEOUT", "soon")
	if state := check(t, nil); !strings.Contains(state.Reason, "PG… variables") {
		t.Errorf("got %+v", state)
	}
}

// What the first deployment proves: that the injected credentials log in to a real database, over verified TLS.
func TestRealDatabase(t *testing.T) {
	server := postgrestest.Start(t)
	verifier, err := postgres.Verifier(secret)
	if err != nil {
		t.Fatal(err)
	}
	server.Do(t, `CREATE ROLE "`+user+`" LOGIN PASSWORD '`+verifier+"'", "CREATE DATABASE payments")
	if state := check(t, map[string]string{"DB_PORT": server.Port, "DB_CA": server.CA()}); !state.Ready || state.Database != "reachable" {
		t.Errorf("got %+v", state)
	}
	if state := check(t, map[string]string{"DB_PORT": server.Port, "DB_CA": server.CA(), "DB_PASSWORD": "wrong"}); !strings.Contains(state.Reason, "28P01") {
		t.Errorf("got %+v with a wrong password", state)
	}
}
