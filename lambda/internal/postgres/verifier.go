package postgres

import (
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
)

// iterations are PostgreSQL's own number (scram_iterations).
const iterations = 4096

// ErrPassword says that a password is not of printable ASCII alone, which is what both sides hash alike without SASLprep.
var ErrPassword = errors.New("the password has other characters than printable ASCII, or none")

// Verifier is what the server keeps of a password, computed here: whoever reads the statement that sets it, in a log
// for example, cannot log in with it.
//
// RFC 5803; https://www.postgresql.org/docs/current/catalog-pg-authid.html
func Verifier(password string) (string, error) {
	salt := make([]byte, 16)
	_, _ = rand.Read(salt) // never fails
	return verifier(password, salt)
}

func verifier(password string, salt []byte) (string, error) {
	if !Printable(password) {
		return "", ErrPassword
	}
	salted, err := pbkdf2.Key(sha256.New, password, salt, iterations, sha256.Size)
	client := mac(salted, "Client Key")
	stored := sha256.Sum256(client)
	encode := base64.StdEncoding.EncodeToString
	return fmt.Sprintf("SCRAM-SHA-256$%d:%s$%s:%s", iterations, encode(salt), encode(stored[:]), encode(mac(salted, "Server Key"))), err
}

// Printable reports whether a password can be made a Verifier of.
func Printable(password string) bool {
	return password != "" && !strings.ContainsFunc(password, func(r rune) bool { return r < ' ' || r > '~' })
}

func mac(key []byte, message string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(message))
	return h.Sum(nil)
}

// Quote makes a name an identifier.
func Quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }
