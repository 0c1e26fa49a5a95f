// Package bootstrap is the server of the image that runs until the first real one is pushed: it answers health checks,
// so that a first deployment succeeds, and says at /ready whether the database can be reached.
package bootstrap

import (
	"cmp"
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// drain is how long requests may take after SIGTERM. ECS kills the container after stopTimeout, 120 seconds.
const drain = 100 * time.Second

const page = `This is the bootstrap image of the payment processor: the infrastructure works, and no release has run yet.

Push an image to the environment's ECR repository and deploy its tag:

	docker build --tag "$REPOSITORY_URI:$TAG" .
	docker push "$REPOSITORY_URI:$TAG"
	cdk deploy --all -c imageTag="$TAG"

GET /ready says whether this environment's database can be reached.
`

// Run serves on PORT, 8080 if it is not set, until ctx ends, and then lets the requests under way finish. With PROTOCOL
// set to HTTPS it serves TLS, with a certificate of its own. getenv is
// os.Getenv; Database documents the other variables. Run calls listening with the address once connections are accepted.
func Run(ctx context.Context, getenv func(string) string, listening func(net.Addr)) error {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", ":"+cmp.Or(getenv("PORT"), "8080"))
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	if getenv("PROTOCOL") == "HTTPS" {
		listener = tls.NewListener(listener, &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{newCertificate()}})
	}
	listening(listener.Addr())
	return serve(ctx, listener, newHandler(newReadiness(NewDatabase(getenv).Check)))
}

func serve(ctx context.Context, listener net.Listener, handler http.Handler) error {
	server := newServer(handler)
	stopped := make(chan error, 1)
	go func() {
		<-ctx.Done()
		slog.Info("stopping")
		patience, cancel := context.WithTimeout(context.WithoutCancel(ctx), drain)
		defer cancel()
		stopped <- server.Shutdown(patience)
	}()
	if err := server.Serve(listener); err != http.ErrServerClosed {
		return fmt.Errorf("serve: %w", err)
	}
	return <-stopped
}

func newServer(handler http.Handler) *http.Server {
	return &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		WriteTimeout:      10 * time.Second,
		IdleTimeout:       75 * time.Second, // longer than the load balancer's 60, so that it is never the one surprised
		MaxHeaderBytes:    16 << 10,
	}
}

// newHandler answers every path but /ready like /health, because an environment may configure any health check path.
func newHandler(ready *readiness) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		fmt.Fprint(w, page)
	})
	mux.HandleFunc("GET /health", func(w http.ResponseWriter, _ *http.Request) { answer(w, http.StatusOK, object{"status": "ok"}) })
	mux.HandleFunc("GET /ready", func(w http.ResponseWriter, _ *http.Request) {
		state := ready.now()
		code := http.StatusOK
		if !state.Ready {
			code = http.StatusServiceUnavailable
		}
		answer(w, code, state)
	})
	return mux
}

type object map[string]string

func answer(w http.ResponseWriter, code int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(body) // a client that has gone needs no answer
}
