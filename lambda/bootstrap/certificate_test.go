package bootstrap

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// With HTTPS to the tasks the first deployment succeeds only if the bootstrap image speaks it: it must bring a
// certificate, and must not answer in the clear.
func TestServesTLSWhereTheLoadBalancerSpeaksIt(t *testing.T) {
	address, stop := start(t, map[string]string{"PORT": "0", "PROTOCOL": "HTTPS"})
	client := &http.Client{Transport: &http.Transport{
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS12}, //nolint:gosec // as the load balancer
	}}
	defer client.CloseIdleConnections()
	response, err := client.Get("https://" + address + "/health")
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(response.Body)
	_ = response.Body.Close()
	if err != nil || response.StatusCode != http.StatusOK || !strings.Contains(string(body), "ok") || response.TLS == nil {
		t.Errorf("answers %d %s, %v", response.StatusCode, body, err)
	}
	if code, _, _ := get(t, address, "/health"); code != http.StatusBadRequest {
		t.Errorf("answers %d without TLS", code)
	}
	client.CloseIdleConnections()
	if err := stop(); err != nil {
		t.Error(err)
	}
}

// Each task has a key of its own, in a certificate that outlives the task.
func TestCertificate(t *testing.T) {
	one, other := newCertificate(), newCertificate()
	certificate, err := x509.ParseCertificate(one.Certificate[0])
	if err != nil {
		t.Fatal(err)
	}
	if now := time.Now(); certificate.NotBefore.After(now) || certificate.NotAfter.Before(now.AddDate(9, 0, 0)) {
		t.Errorf("valid from %v to %v", certificate.NotBefore, certificate.NotAfter)
	}
	if err := certificate.VerifyHostname("payment-processor-bootstrap"); err != nil {
		t.Error(err)
	}
	if bytes.Equal(one.Certificate[0], other.Certificate[0]) {
		t.Error("two tasks share a certificate")
	}
}
