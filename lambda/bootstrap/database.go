package bootstrap

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"os"
	"strconv"
	"strings"
	"syscall"

	"github.com/jackc/pgx/v5/pgconn"
)

// Database is what the task definition injects.
type Database struct {
	Host     string // DB_HOST; empty or under .invalid (RFC 6761): there is no database yet
	Port     string // DB_PORT, 5432 if it is not set
	Name     string // DB_DATABASE
	User     string // DB_USERNAME
	Password string // DB_PASSWORD
	CA       string // DB_CA, a file of PEM certificates; empty: the system's, of which an empty image has none
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
	return outcome(d.login(ctx))
}

func outcome(err error) State {
	switch {
	case err == nil:
		return State{Ready: true, Database: "reachable"}
	case errors.Is(err, errNoRoots):
		return State{Ready: true, Database: "not checked", Reason: reason(err)}
	default:
		return State{Database: "not reachable", Reason: reason(err)}
	}
}

func (d Database) login(ctx context.Context) error {
	config, err := d.config()
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

// config sets every field itself: the driver would fall back to PGHOST, .pgpass and connections without TLS.
func (d Database) config() (*pgconn.Config, error) {
	port, err := strconv.ParseUint(d.Port, 10, 16)
	if err != nil {
		return nil, safe("DB_PORT is no port")
	}
	roots, err := d.roots()
	if err != nil {
		return nil, err
	}
	config, err := pgconn.ParseConfig("sslmode=disable") // anything valid; the driver insists
	if err != nil {
		return nil, safe("the PG… variables in the environment are malformed")
	}
	config.Host, config.Port, config.Database = d.Host, uint16(port), d.Name
	config.User, config.Password, config.Fallbacks = d.User, d.Password, nil
	config.TLSConfig = &tls.Config{ServerName: d.Host, RootCAs: roots, MinVersion: tls.VersionTLS12}
	config.RuntimeParams = map[string]string{"application_name": "payment-processor-bootstrap"}
	return config, nil
}

func (d Database) roots() (*x509.CertPool, error) {
	if d.CA == "" {
		return usable(x509.SystemCertPool())
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

// errNoRoots is the image's fault and not the database's: it must not keep the way back to this image shut.
const errNoRoots = safe("this image has no CA certificates to verify the database with: DB_CA names no file")

// usable refuses roots that trust nobody, which is what an empty image has.
func usable(roots *x509.CertPool, err error) (*x509.CertPool, error) {
	if err != nil || roots.Equal(x509.NewCertPool()) {
		return nil, errNoRoots
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
