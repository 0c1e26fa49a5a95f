// Package postgres is as much of PostgreSQL as the database's functions talk to: TLS, logins by SCRAM, roles, databases.
// Each host is a server of its own, in memory. Statements that make neither a role nor a database nor a password succeed
// and do nothing. Whoever is no role that a statement has made is the master, and believed: RDS changes his password.
package postgres

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"net"
	"regexp"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"
)

// Servers are the databases of an account, by host.
type Servers struct {
	key  *ecdsa.PrivateKey
	root *x509.Certificate

	lock    sync.Mutex
	servers map[string]*server
}

type server struct {
	lock      sync.Mutex
	roles     map[string]string // what is kept of their passwords, empty as long as there is none
	databases map[string]bool
}

// New returns an account without databases.
func New() *Servers {
	key, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader) // neither it nor what is made of it fails
	s := &Servers{key: key, servers: map[string]*server{}}
	s.root = s.certificate(&x509.Certificate{IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}, nil)
	return s
}

func (s *Servers) certificate(template, issuer *x509.Certificate) *x509.Certificate {
	template.SerialNumber, template.Subject = big.NewInt(time.Now().UnixNano()), pkix.Name{CommonName: "localaws"}
	template.NotBefore, template.NotAfter = time.Now().Add(-time.Hour), time.Now().AddDate(1, 0, 0)
	if issuer == nil {
		issuer = template
	}
	encoded, _ := x509.CreateCertificate(rand.Reader, template, issuer, &s.key.PublicKey, s.key)
	made, _ := x509.ParseCertificate(encoded)
	return made
}

// Roots are the authority that vouches for every server.
func (s *Servers) Roots() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(s.root)
	return pool
}

// Dial connects to the server of an address's host, as net.Dialer does.
func (s *Servers) Dial(_ context.Context, _, address string) (net.Conn, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	s.lock.Lock()
	defer s.lock.Unlock()
	if s.servers[host] == nil {
		s.servers[host] = &server{roles: map[string]string{}, databases: map[string]bool{"postgres": true}}
	}
	ours, theirs := net.Pipe()
	certificate := s.certificate(&x509.Certificate{DNSNames: []string{host}}, s.root)
	go s.servers[host].serve(ours, &tls.Config{MinVersion: tls.VersionTLS12,
		Certificates: []tls.Certificate{{Certificate: [][]byte{certificate.Raw}, PrivateKey: s.key}}})
	return theirs, nil
}

// serve answers one client until it goes.
func (s *server) serve(plain net.Conn, config *tls.Config) {
	defer plain.Close()
	if _, err := pgproto3.NewBackend(plain, plain).ReceiveStartupMessage(); err != nil {
		return
	}
	_, _ = plain.Write([]byte("S")) // speak TLS; a client that has gone shows below
	secure := tls.Server(plain, config)
	backend := pgproto3.NewBackend(secure, secure)
	first, err := backend.ReceiveStartupMessage()
	startup, begins := first.(*pgproto3.StartupMessage)
	if err != nil || !begins {
		return
	}
	if refusal := s.admit(backend, startup.Parameters["user"], startup.Parameters["database"]); refusal != nil {
		backend.Send(refusal)
		_ = backend.Flush()
		return
	}
	backend.Send(&pgproto3.AuthenticationOk{})
	s.answer(backend)
}

// answer takes one message after the other, until the client goes.
func (s *server) answer(backend *pgproto3.Backend) {
	backend.Send(&pgproto3.ReadyForQuery{TxStatus: 'I'})
	var found bool
	for backend.Flush() == nil {
		message, err := backend.Receive()
		if err != nil {
			return
		}
		switch asked := message.(type) {
		case *pgproto3.Query:
			s.execute(asked.String)
			backend.Send(&pgproto3.CommandComplete{CommandTag: []byte("OK")})
			backend.Send(&pgproto3.ReadyForQuery{TxStatus: 'I'})
		case *pgproto3.Parse:
			backend.Send(&pgproto3.ParseComplete{})
		case *pgproto3.Bind:
			found = s.exists(string(asked.Parameters[0]))
			backend.Send(&pgproto3.BindComplete{})
		case *pgproto3.Describe:
			backend.Send(&pgproto3.RowDescription{Fields: []pgproto3.FieldDescription{{Name: []byte("?column?")}}})
		case *pgproto3.Execute:
			if found {
				backend.Send(&pgproto3.DataRow{Values: [][]byte{[]byte("1")}})
			}
			backend.Send(&pgproto3.CommandComplete{CommandTag: []byte("SELECT")})
		case *pgproto3.Sync:
			backend.Send(&pgproto3.ReadyForQuery{TxStatus: 'I'})
		case *pgproto3.Terminate:
			return
		}
	}
}

// exists tells whether there is a role or a database of the name, whichever is asked for: none of the one is called like
// one of the other's.
func (s *server) exists(name string) bool {
	s.lock.Lock()
	defer s.lock.Unlock()
	_, role := s.roles[name]
	return role || s.databases[name]
}

var (
	makesRole     = regexp.MustCompile(`^CREATE ROLE "([^"]+)"`)
	makesDatabase = regexp.MustCompile(`^CREATE DATABASE "([^"]+)"`)
	setsPassword  = regexp.MustCompile(`^ALTER ROLE "([^"]+)" PASSWORD '([^']+)'`)
)

func (s *server) execute(statement string) {
	s.lock.Lock()
	defer s.lock.Unlock()
	if role := makesRole.FindStringSubmatch(statement); role != nil {
		s.roles[role[1]] = ""
	}
	if database := makesDatabase.FindStringSubmatch(statement); database != nil {
		s.databases[database[1]] = true
	}
	if password := setsPassword.FindStringSubmatch(statement); password != nil {
		s.roles[password[1]] = password[2]
	}
}

func refusal(code, format string, values ...any) *pgproto3.ErrorResponse {
	return &pgproto3.ErrorResponse{Severity: "FATAL", Code: code, Message: fmt.Sprintf(format, values...)}
}
