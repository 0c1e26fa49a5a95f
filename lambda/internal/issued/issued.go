// Package issued is about the address that a request of CloudFormation comes with: it tells when the request was sent.
package issued

import (
	"net/url"
	"time"
)

// At reads the time in the signature of a request's response URL. Nothing else tells: an event that is delivered late, or
// for the first time after a later one, looks like any other. Without it, it is now.
func At(responseURL string, now time.Time) time.Time {
	target, err := url.Parse(responseURL)
	if err != nil {
		return now
	}
	signed, err := time.Parse("20060102T150405Z", target.Query().Get("X-Amz-Date"))
	if err != nil {
		return now
	}
	return signed
}
