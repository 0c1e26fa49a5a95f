// Package postgres connects to PostgreSQL over verified TLS, and in no other way.
package postgres

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// Login is where to connect, and as whom.
type Login struct {
	Host     string
	Port     string
	Database string
	User     string
	Password string
}

// Errors of Config, without anything that is secret.
var (
	ErrPort        = errors.New("the port is no port")
	ErrEnvironment = errors.New("the PG… variables in the environment are malformed")
)

// Config sets every field itself: the driver would fall back to PGHOST, .pgpass and connections without TLS.
func (l Login) Config(roots *x509.CertPool, application string) (*pgconn.Config, error) {
	port, err := strconv.ParseUint(l.Port, 10, 16)
	if err != nil {
		return nil, ErrPort
	}
	config, err := pgconn.ParseConfig("sslmode=disable") // anything valid; the driver insists
	if err != nil {
		return nil, ErrEnvironment
	}
	config.Host, config.Port, config.Database = l.Host, uint16(port), l.Database
	config.User, config.Password, config.Fallbacks = l.User, l.Password, nil
	config.TLSConfig = &tls.Config{ServerName: l.Host, RootCAs: roots, MinVersion: tls.VersionTLS12}
	config.RuntimeParams = map[string]string{"application_name": application}
	return config, nil
}

// Connector logs in over TLS that roots vouch for.
type Connector struct {
	Roots       *x509.CertPool
	Application string
	Dial        pgconn.DialFunc // absent: the network
}

// patience is how long a login may take: a paused Aurora cluster lets it wait while it starts.
//
// https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-serverless-v2-auto-pause.html
const patience = time.Minute

// Connect logs in. A server that asks for the password itself does not get it, only a proof of it. md5 is that of a
// master whose password was set while it was the server's default.
func (c Connector) Connect(ctx context.Context, login Login) (*pgconn.PgConn, error) {
	config, err := login.Config(c.Roots, c.Application)
	if err != nil {
		return nil, err
	}
	config.RequireAuth = "scram-sha-256,md5"
	config.RuntimeParams["statement_timeout"] = "30s"
	if c.Dial != nil {
		config.DialFunc = c.Dial
		config.LookupFunc = func(_ context.Context, host string) ([]string, error) { return []string{host}, nil }
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return pgconn.ConnectConfig(ctx, config)
}

// Refused reports whether the server refuses the user or the password (class 28), or does not have the database.
//
// https://www.postgresql.org/docs/current/errcodes-appendix.html
func Refused(err error) bool {
	var refusal *pgconn.PgError
	return errors.As(err, &refusal) && (strings.HasPrefix(refusal.Code, "28") || refusal.Code == "3D000")
}

// Unknown reports whether there is no such role.
func Unknown(err error) bool {
	var refusal *pgconn.PgError
	return errors.As(err, &refusal) && refusal.Code == "42704"
}

// Passes reports whether the same statement may succeed later: the server is starting or stopping, has no connection
// left, or something else was done at the same time. What is no answer of the server at all may pass too.
func Passes(err error) bool {
	var refusal *pgconn.PgError
	if !errors.As(err, &refusal) {
		return true
	}
	for _, class := range []string{"08", "40", "53", "55", "57", "XX"} {
		if strings.HasPrefix(refusal.Code, class) {
			return true
		}
	}
	return false
}
