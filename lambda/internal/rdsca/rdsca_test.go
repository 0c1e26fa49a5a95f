package rdsca

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"strings"
	"testing"
	"time"
)

// Whoever changes an authority can read what the database is sent: it must be seen in review.
func TestCertificatesAreThoseThatWereReviewed(t *testing.T) {
	const want = "73f6190230da6d0adddccb70c71530bf6ac933126c31cf108d7178a24eb928fd"
	if got := fmt.Sprintf("%x", sha256.Sum256(PEM)); got != want {
		t.Errorf("the certificates have SHA-256 %s, want %s", got, want)
	}
}

// An authority that has expired fails every connection, and so every release.
func TestAuthoritiesAreValidForYears(t *testing.T) {
	regions := map[string]int{}
	for rest := PEM; ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			t.Fatal(err)
		}
		if !c.IsCA || c.CheckSignatureFrom(c) != nil {
			t.Errorf("%s is no root", c.Subject.CommonName)
		}
		if left := time.Until(c.NotAfter); left < 2*365*24*time.Hour {
			t.Errorf("%s ends on %v: take the new bundle", c.Subject.CommonName, c.NotAfter)
		}
		regions[strings.Fields(c.Subject.CommonName)[2]]++
	}
	for _, region := range []string{"us-east-1", "us-east-2", "us-west-2", "eu-west-1", "eu-central-1"} {
		if regions[region] != 3 { // RSA2048, RSA4096 and ECC384
			t.Errorf("%d authorities of %s, want 3", regions[region], region)
		}
	}
	if Roots().Equal(x509.NewCertPool()) {
		t.Error("nobody is trusted")
	}
}
