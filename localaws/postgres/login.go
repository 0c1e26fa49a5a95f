package postgres

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"strings"

	"github.com/jackc/pgx/v5/pgproto3"
)

// admit asks for a password, and returns what a client is refused with, nil if it is let in.
func (s *server) admit(backend *pgproto3.Backend, user, database string) *pgproto3.ErrorResponse {
	s.lock.Lock()
	kept, role := s.roles[user]
	there := s.databases[database]
	s.lock.Unlock()
	switch {
	case role && !prove(backend, kept), !role && !believe(backend):
		return refusal("28P01", "password authentication failed for user %q", user)
	case !there:
		return refusal("3D000", "database %q does not exist", database)
	}
	return nil
}

// believe asks for a password's hash and looks at none.
func believe(backend *pgproto3.Backend) bool {
	backend.Send(&pgproto3.AuthenticationMD5Password{Salt: [4]byte{1, 2, 3, 4}})
	_ = backend.SetAuthType(pgproto3.AuthTypeMD5Password) // which it knows
	_, err := received(backend)
	return err == nil
}

func received(backend *pgproto3.Backend) (pgproto3.FrontendMessage, error) {
	if err := backend.Flush(); err != nil {
		return nil, err
	}
	return backend.Receive()
}

// prove lets the client prove by SCRAM-SHA-256 that it knows the password of which the verifier is kept.
//
// RFC 5802; https://www.postgresql.org/docs/current/sasl-authentication.html
func prove(backend *pgproto3.Backend, kept string) bool {
	backend.Send(&pgproto3.AuthenticationSASL{AuthMechanisms: []string{"SCRAM-SHA-256"}})
	_ = backend.SetAuthType(pgproto3.AuthTypeSASL) // which it knows
	message, err := received(backend)
	first, begins := message.(*pgproto3.SASLInitialResponse)
	if err != nil || !begins {
		return false
	}
	verifier, _ := strings.CutPrefix(kept, "SCRAM-SHA-256$")
	factors, keys, hasPassword := strings.Cut(verifier, "$")
	rounds, salt, _ := strings.Cut(factors, ":")
	stored, serverKey, _ := strings.Cut(keys, ":")
	if !hasPassword {
		return false
	}
	_, clientFirst, _ := strings.Cut(string(first.Data), ",,")
	_, nonce, _ := strings.Cut(clientFirst, "r=")
	nonce += rand.Text()
	serverFirst := "r=" + nonce + ",s=" + salt + ",i=" + rounds
	backend.Send(&pgproto3.AuthenticationSASLContinue{Data: []byte(serverFirst)})
	_ = backend.SetAuthType(pgproto3.AuthTypeSASLContinue) // which it knows
	message, err = received(backend)
	last, ends := message.(*pgproto3.SASLResponse)
	if err != nil || !ends {
		return false
	}
	clientLast, proof, _ := strings.Cut(string(last.Data), ",p=")
	said := clientFirst + "," + serverFirst + "," + clientLast
	key, proven := decoded(proof), mac(decoded(stored), said)
	if len(key) != len(proven) || !strings.Contains(clientLast, "r="+nonce) {
		return false
	}
	for i := range key {
		key[i] ^= proven[i]
	}
	if sum := sha256.Sum256(key); !hmac.Equal(sum[:], decoded(stored)) {
		return false
	}
	signature := base64.StdEncoding.EncodeToString(mac(decoded(serverKey), said))
	backend.Send(&pgproto3.AuthenticationSASLFinal{Data: []byte("v=" + signature)})
	return true
}

func decoded(text string) []byte {
	raw, _ := base64.StdEncoding.DecodeString(text) // what is none proves nothing
	return raw
}

func mac(key []byte, message string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(message))
	return h.Sum(nil)
}
