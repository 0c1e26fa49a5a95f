// Package postgrestest runs a real PostgreSQL server for a test: on a free port of 127.0.0.1, with TLS of an authority of
// its own, in a directory that the test removes.
package postgrestest

import (
	"cmp"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// Server is a running server. Its superuser has no password and comes in by the socket alone, as RDS's own does not come
// in at all.
type Server struct {
	Port  string
	Roots *x509.CertPool // that vouch for localhost

	dir string
}

// Start starts a server that the test stops. It logs every statement. Without PostgreSQL the test is skipped, but not in CI.
func Start(t testing.TB) *Server {
	t.Helper()
	return start(t, programs("/usr/lib/postgresql/*/bin/postgres"), 30*time.Second)
}

func start(t testing.TB, bin string, patience time.Duration) *Server {
	t.Helper()
	if bin == "" {
		absent(t, os.Getenv("CI"))
	}
	dir, err := os.MkdirTemp(place("/dev/shm", 2<<30), "postgres") //nolint:usetesting // a socket's path has at most 107 characters
	must(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	s := &Server{Port: freePort(t), dir: dir}
	s.certificate(t)
	attributes := unprivileged(t, dir, os.Getuid(), os.Chown)
	run := func(program string, arguments ...string) *exec.Cmd {
		command := exec.CommandContext(t.Context(), filepath.Join(bin, program), arguments...) //nolint:gosec // PostgreSQL's own
		command.Cancel = func() error { return command.Process.Signal(os.Interrupt) }          // a fast shutdown, at the test's end
		command.SysProcAttr, command.Dir = attributes, dir
		return command
	}
	data := filepath.Join(dir, "data")
	if out, err := run("initdb", "-D", data, "-U", "root", "-A", "scram-sha-256", "--auth-local=trust", "--no-sync", "--no-instructions",
		"-E", "UTF8", "--locale=C").CombinedOutput(); err != nil {
		t.Fatalf("initdb: %v\n%s", err, out)
	}
	log, err := os.Create(s.file("log"))
	must(t, err)
	defer log.Close()
	server := run("postgres", "-D", data, "-h", "127.0.0.1", "-p", s.Port, "-k", dir, "-F",
		"-c", "ssl=on", "-c", "ssl_cert_file="+s.file("server.pem"), "-c", "ssl_key_file="+s.file("server.key"),
		"-c", "log_statement=all", "-c", "log_connections=on", "-c", "max_connections=100", "-c", "shared_buffers=16MB",
		"-c", "autovacuum=off", "-c", "jit=off", "-c", "wal_level=minimal", "-c", "max_wal_senders=0")
	server.Stdout, server.Stderr = log, log
	must(t, server.Start())
	t.Cleanup(func() { _ = server.Wait() })
	for deadline := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		connection, err := s.connect(t.Context())
		if err == nil {
			_ = connection.Close(t.Context())
			return s
		}
		if time.Now().After(deadline) {
			t.Fatalf("the server does not start: %v\n%s", err, s.Log(t))
		}
	}
}

// place is where the server keeps its files: in memory where there is room, as making a database is to copy one.
func place(memory string, room uint64) string {
	var free syscall.Statfs_t
	if syscall.Statfs(memory, &free) == nil && free.Bavail >= room/uint64(free.Bsize) { //nolint:gosec // a block's size is positive
		return memory
	}
	return "/tmp"
}

// programs is the directory of the server's: the first in PATH, or Debian's newest, which is in nobody's.
func programs(debian string) string {
	if found, err := exec.LookPath("postgres"); err == nil {
		return filepath.Dir(found)
	}
	found, _ := filepath.Glob(debian)
	slices.SortFunc(found, func(a, b string) int { return cmp.Or(cmp.Compare(len(a), len(b)), strings.Compare(a, b)) })
	if len(found) == 0 {
		return ""
	}
	return filepath.Dir(found[len(found)-1])
}

func absent(t testing.TB, ci string) {
	t.Helper()
	if ci != "" {
		t.Fatal("PostgreSQL is not installed: apt-get install postgresql")
	}
	t.Skip("PostgreSQL is not installed (apt-get install postgresql): what talks to a real server is not tested")
}

// unprivileged gives the directory to whom the server runs as: it refuses to run as root.
func unprivileged(t testing.TB, dir string, as int, chown func(name string, uid, gid int) error) *syscall.SysProcAttr {
	t.Helper()
	attributes := &syscall.SysProcAttr{}
	if as != 0 {
		return attributes
	}
	nobody, err := user.Lookup("nobody")
	must(t, err)
	uid, err := strconv.ParseUint(nobody.Uid, 10, 31)
	must(t, err)
	gid, err := strconv.ParseUint(nobody.Gid, 10, 31)
	must(t, err)
	entries, err := filepath.Glob(filepath.Join(dir, "*"))
	must(t, err)
	for _, name := range append(entries, dir) {
		must(t, chown(name, int(uid), int(gid)))
	}
	attributes.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	return attributes
}

func (s *Server) file(name string) string { return filepath.Join(s.dir, name) }

// certificate makes an authority, and a certificate of it for localhost.
func (s *Server) certificate(t testing.TB) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "a test's authority"}, DNSNames: []string{"localhost"},
		NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	must(t, err)
	private, err := x509.MarshalPKCS8PrivateKey(key)
	must(t, err)
	authority := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	must(t, os.WriteFile(s.file("server.pem"), authority, 0o600))
	must(t, os.WriteFile(s.file("server.key"), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}), 0o600))
	s.Roots = x509.NewCertPool()
	s.Roots.AppendCertsFromPEM(authority)
}

// CA is a file with the authority.
func (s *Server) CA() string { return s.file("server.pem") }

func (s *Server) connect(ctx context.Context) (*pgconn.PgConn, error) {
	return pgconn.Connect(ctx, fmt.Sprintf("host=%s port=%s user=root dbname=postgres", s.dir, s.Port))
}

// Do runs statements as the superuser.
func (s *Server) Do(t testing.TB, statements ...string) {
	t.Helper()
	connection, err := s.connect(t.Context())
	must(t, err)
	defer connection.Close(t.Context())
	for _, statement := range statements {
		_, err := connection.Exec(t.Context(), statement).ReadAll()
		must(t, err)
	}
}

// Log is what the server has written to its log.
func (s *Server) Log(t testing.TB) string {
	t.Helper()
	raw, err := os.ReadFile(s.file("log"))
	must(t, err)
	return string(raw)
}

func freePort(t testing.TB) string {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	must(t, err)
	defer listener.Close()
	address := listener.Addr().String()
	return address[strings.LastIndex(address, ":")+1:]
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
