package bootstrap

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"os"
	"strings"
	"syscall"

	"payment-processor/lambda/internal/postgres"
	"payment-processor/lambda/internal/rdsca"

	"github.com/jackc/pgx/v5/pgconn"
)

// Database is what the task definition injects.
type Database struct {
	Host     string // DB_HOST; empty or under .invalid (RFC 6761): there is no database yet
	Port     string // DB_PORT, 5432 if it is not set
	Name     string // DB_DATABASE
	User     string // DB_USERNAME
	Password string // DB_PASSWORD
	CA       string // DB_CA, a file of PEM certificates; empty: those of Amazon RDS, which this binary holds
}

// NewDatabase reads the environment.
func NewDatabase(getenv func(string) string) Database {
	return Database{
		Host: getenv("DB_HOST"), Port: cmp.Or(getenv("DB_PORT"), "5432"), Name: getenv("DB_DATABASE"),
		User: getenv("DB_USERNAME"), Password: getenv("DB_PASSWORD"), CA: getenv("DB_CA"),
	}
}

// Check logs in over verified TLS and out again.
func (d Database) Check(ctx context.Context) State {
	if d.Host == "" || strings.HasSuffix("."+strings.TrimSuffix(d.Host, "."), ".invalid") {
		return State{Ready: true, Database: "not configured"}
	}
	return d.outcome(d.login(ctx))
}

// amazon is where this image knows every authority.
const amazon = ".rds.amazonaws.com"

func (d Database) outcome(err error) State {
	var unknown x509.UnknownAuthorityError
	switch {
	case err == nil:
		return State{Ready: true, Database: "reachable"}
	case d.CA == "" && !strings.HasSuffix(d.Host, amazon) && errors.As(err, &unknown):
		// This image's fault and not the database's: it must not keep the way back to this image shut.
		return State{Ready: true, Database: "not checked", Reason: "this image knows Amazon RDS's certificate authorities alone, and DB_CA names no file"}
	default:
		return State{Database: "not reachable", Reason: reason(err)}
	}
}

func (d Database) login(ctx context.Context) error {
	roots, err := d.roots()
	if err != nil {
		return err
	}
	config, err := postgres.Login{Host: d.Host, Port: d.Port, Database: d.Name, User: d.User, Password: d.Password}.Config(roots, "payment-processor-bootstrap")
	if err != nil {
		return err
	}
	connection, err := pgconn.ConnectConfig(ctx, config)
	if err != nil {
		return err
	}
	return connection.Close(ctx)
}

// safe is an error whose text holds nothing that is secret.
type safe string

func (s safe) Error() string { return string(s) }

// roots are those of DB_CA, or else Amazon RDS's.
func (d Database) roots() (*x509.CertPool, error) {
	if d.CA == "" {
		return rdsca.Roots(), nil
	}
	pem, err := os.ReadFile(d.CA)
	if err != nil {
		return nil, safe("DB_CA names a file that cannot be read")
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		return nil, safe("DB_CA names a file without a PEM certificate")
	}
	return roots, nil
}

// reason sorts errors into sentences of our own. The driver's hold user, host and database, and a server's may hold
// anything.
func reason(err error) string {
	var own safe
	var refused *pgconn.PgError
	var certificate *tls.CertificateVerificationError
	var unresolved *net.DNSError
	var network net.Error
	switch {
	case errors.As(err, &own):
		return own.Error()
	case errors.Is(err, postgres.ErrPort):
		return "DB_PORT is no port"
	case errors.Is(err, postgres.ErrEnvironment):
		return err.Error()
	case errors.As(err, &refused):
		return "the database refuses the login, SQLSTATE " + state(refused.Code)
	case errors.As(err, &certificate):
		return "the database's certificate is not trusted for DB_HOST"
	case errors.As(err, &unresolved):
		return "DB_HOST does not resolve"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "nothing listens on DB_HOST and DB_PORT"
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &network) && network.Timeout():
		return "the database does not answer in time: look at routes and security groups"
	default:
		return "the database does not complete a TLS handshake and login"
	}
}

// state passes on what is an SQLSTATE and nothing else. https://www.postgresql.org/docs/current/errcodes-appendix.html
func state(code string) string {
	if len(code) == 5 && strings.Trim(code, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") == "" {
		return code
	}
	return "unknown"
}
