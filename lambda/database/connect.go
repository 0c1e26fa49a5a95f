package database

import (
	"context"
	"crypto/x509"

	"payment-processor/lambda/internal/postgres"

	"github.com/jackc/pgx/v5/pgconn"
)

// Over connects over a network of one's own, where Connect is asked for: that of a database which is on no network.
func Over(dial pgconn.DialFunc, roots *x509.CertPool) func(context.Context, postgres.Login) (*pgconn.PgConn, error) {
	return postgres.Connector{Roots: roots, Application: "payment-processor-credentials", Dial: dial}.Connect
}
