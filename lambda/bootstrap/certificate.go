package bootstrap

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"time"
)

// validity is longer than any task lives.
const validity = 10 * 365 * 24 * time.Hour

// newCertificate makes a certificate that nobody vouches for, and its key, which never leaves memory. The load balancer
// asks for no more: it encrypts, and does not verify.
//
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-target-groups.html
func newCertificate() tls.Certificate {
	key, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader) // crypto/rand ends the program rather than fail
	now := time.Now()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(now.UnixNano()),
		Subject:      pkix.Name{CommonName: "payment-processor-bootstrap"},
		DNSNames:     []string{"payment-processor-bootstrap"},
		NotBefore:    now.Add(-time.Hour), // clocks differ
		NotAfter:     now.Add(validity),
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, _ := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key) // a template of ours
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}
