// Package probe is a function inside the VPC that asks tasks over HTTP or HTTPS what functions outside of it want to know.
// It needs no AWS API, and so no way out of the VPC.
package probe

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"
	"unicode"
)

// Target is where one task listens.
type Target struct {
	Address string // IP
	Port    int
}

// Request asks every target for every path.
type Request struct {
	Targets []Target
	Paths   []string // begin with a slash
	Scheme  string   // "http" (default) or "https"
}

// Result is the answer of one target for one path.
type Result struct {
	Target Target
	Path   string
	Status int    // of HTTP, 0 without an answer
	Detail string // beginning of the body, or why there is no answer; printable
}

// OK reports whether the target answered with success.
func (r Result) OK() bool { return r.Status >= 200 && r.Status < 300 }

// Response holds a result for each target and path, in the order of the request.
type Response struct{ Results []Result }

// MostTargets are accepted in a request.
const MostTargets = 100

const (
	timeout     = 5 * time.Second // of one answer, the load balancer's default too
	longestBody = 300
)

// Handle asks all at once. It fails only on a malformed request; a target that does not answer is a result.
func Handle(ctx context.Context, request Request) (Response, error) {
	if err := request.validate(); err != nil {
		return Response{}, err
	}
	return askAll(ctx, request), nil
}

func askAll(ctx context.Context, request Request) Response {
	scheme := cmp.Or(request.Scheme, "http")
	results := make([]Result, len(request.Targets)*len(request.Paths))
	var asked sync.WaitGroup
	for t, target := range request.Targets {
		for p, path := range request.Paths {
			asked.Go(func() { results[t*len(request.Paths)+p] = ask(ctx, scheme, target, path) })
		}
	}
	asked.Wait()
	return Response{results}
}

// validate refuses what is no task's address: 169.254.0.0/16, for one, is where credentials are.
func (r Request) validate() error {
	if r.Scheme != "" && r.Scheme != "http" && r.Scheme != "https" {
		return fmt.Errorf("scheme %q is neither http nor https", r.Scheme)
	}
	if len(r.Targets) > MostTargets {
		return fmt.Errorf("got %d targets, want at most %d", len(r.Targets), MostTargets)
	}
	for _, target := range r.Targets {
		address, err := netip.ParseAddr(target.Address)
		if err != nil || !address.IsGlobalUnicast() || target.Port < 1 || target.Port > 65535 {
			return fmt.Errorf("target %s:%d is not a task's address and port", target.Address, target.Port)
		}
	}
	for _, path := range r.Paths {
		if !strings.HasPrefix(path, "/") {
			return fmt.Errorf("path %q does not begin with a slash", path)
		}
	}
	return nil
}

// client goes straight to the task: through no proxy, and nowhere else that an answer might point to. It verifies no
// certificate, because the load balancer, for which the task has one, does not either.
var client = &http.Client{
	Timeout: timeout,
	Transport: &http.Transport{
		DisableKeepAlives: true,
		TLSClientConfig:   &tls.Config{MinVersion: tls.VersionTLS12, InsecureSkipVerify: true}, //nolint:gosec // see above
	},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

func ask(ctx context.Context, scheme string, target Target, path string) Result {
	result := Result{Target: target, Path: path}
	address := netip.AddrPortFrom(netip.MustParseAddr(target.Address), uint16(target.Port)) //nolint:gosec // a TCP port, as the load balancer lists it
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, scheme+"://"+address.String()+path, http.NoBody)
	if err != nil {
		result.Detail = printable(err.Error())
		return result
	}
	request.Header.Set("User-Agent", "payment-processor-probe")
	response, err := client.Do(request)
	if err != nil {
		// The outer error repeats the address, which the result has.
		for cause := err; cause != nil; cause = errors.Unwrap(cause) {
			err = cause
		}
		result.Detail = printable(err.Error())
		return result
	}
	defer response.Body.Close()
	result.Status = response.StatusCode
	body, _ := io.ReadAll(io.LimitReader(response.Body, longestBody)) // half a body is half an explanation
	result.Detail = printable(string(body))
	return result
}

// printable keeps a body from forging log lines.
func printable(text string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) && r != unicode.ReplacementChar {
			return r
		}
		return ' '
	}, text))
}
