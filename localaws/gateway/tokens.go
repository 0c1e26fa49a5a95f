package gateway

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"time"
)

// registryTokens answers GetAuthorizationToken with a token for the registry of this port. Clients that take the
// registry's address from there, as docker login does, find it: the repositories' own addresses are AWS's.
func registryTokens(moto http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if Operation(r) != "GetAuthorizationToken" {
			moto.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		_ = json.NewEncoder(w).Encode(map[string]any{"authorizationData": []map[string]any{{ // texts and a number
			"authorizationToken": base64.StdEncoding.EncodeToString([]byte("AWS:local")),
			"expiresAt":          time.Now().Add(12 * time.Hour).Unix(), "proxyEndpoint": "http://" + r.Host,
		}}})
	})
}
