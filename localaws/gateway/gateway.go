// Package gateway is the one port that localaws has: it hands each request to the service it is for. Services of ours are
// handlers in a table, everything else goes to moto, whose known gaps are closed here:
//
//	bucket policies        moto enforces them without their conditions: kept and answered here (bucketpolicy.go)
//	CloudWatch over CBOR   moto knows JSON and the query protocol: translated (cbor.go)
//	saved queries, keys    moto's log groups have none of them after creation: kept and answered here (logs.go)
//	CloudTrail look-ups    moto fails slowly: the trail is empty (gaps.go)
//	what moto lacks        it answers with a page and status 500, which clients try again and again: 501 with the name of
//	                       the operation, at once (gaps.go)
//	images                 moto's ECR has no registry: /v2/ is one, and tells moto what was pushed (images.go)
package gateway

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
)

// Prefix is the path that is ours alone: faults, status, custom resources' answers.
const Prefix = "/_localaws/"

// Options say where requests go.
type Options struct {
	Moto *url.URL // what is not ours

	// Services are ours, by the name that clients sign for: cloudformation, ecs, codedeploy, lambda, events, states.
	Services map[string]http.Handler
	// Fronts stand between moto and the clients of one of its services, by the same name.
	Fronts map[string]func(moto http.Handler) http.Handler
	// Own are handlers under Prefix, by the path's next segment; they see the whole path. "requests" is taken: the log.
	Own map[string]http.Handler
}

// Gateway is the handler of the one port.
type Gateway struct {
	options  Options
	moto     http.Handler
	log      *requestLog
	registry http.Handler
	fronts   map[string]http.Handler
}

// New returns the handler of the one port.
func New(options Options) *Gateway {
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(options.Moto)
			r.Out.Host = r.In.Host // moto's answers hold addresses that clients come back to
			if r.Out.Header.Get("Authorization") == "" && r.Out.URL.Query().Get("X-Amz-Credential") == "" {
				sign(r.Out)
			}
		},
		ModifyResponse: explain,
		ErrorHandler: func(w http.ResponseWriter, r *http.Request, err error) {
			refuse(w, r, http.StatusBadGateway, "ServiceUnavailable", "moto does not answer: "+err.Error())
		},
	}
	g := &Gateway{options: options, moto: proxy, log: &requestLog{}}
	g.moto = closeGaps(proxy)
	g.registry = newRegistry(g.moto)
	g.fronts = map[string]http.Handler{"ecr": registryTokens(g.moto)}
	for service, front := range options.Fronts {
		g.fronts[service] = front(g.moto)
	}
	return g
}

// ServeHTTP hands the request to the service it is for.
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if rest, own := strings.CutPrefix(r.URL.Path, Prefix); own {
		g.own(w, r, rest)
		return
	}
	service, operation := Service(r), Operation(r)
	r = r.WithContext(context.WithValue(r.Context(), operationKey{}, operation))
	w, done := g.log.begin(w, r, service, operation)
	defer done()
	switch handler, ours := g.options.Services[service]; {
	case ours:
		handler.ServeHTTP(w, r)
	case service == registryService:
		g.registry.ServeHTTP(w, r)
	case g.fronts[service] != nil:
		g.fronts[service].ServeHTTP(w, r)
	default:
		g.moto.ServeHTTP(w, r)
	}
}

func (g *Gateway) own(w http.ResponseWriter, r *http.Request, rest string) {
	name, _, _ := strings.Cut(rest, "/")
	if name == "requests" {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(g.log.entries())
		return
	}
	if handler, known := g.options.Own[name]; known {
		handler.ServeHTTP(w, r)
		return
	}
	http.NotFound(w, r)
}
