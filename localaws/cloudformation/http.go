package cloudformation

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"net/http"
	"regexp"

	"github.com/aws/smithy-go"
)

// call is one request.
type call struct {
	*Server
	ctx context.Context
	*region
}

type action func(c *call, r *http.Request) (any, error)

// handle makes an action of a method that takes and answers the SDK's structures. It has the lock.
func handle[In, Out any](f func(*call, *In) (*Out, error)) action {
	return func(c *call, r *http.Request) (any, error) {
		in := new(In)
		decode(r.Form, in)
		c.mu.Lock()
		defer c.mu.Unlock()
		out, err := f(c, in)
		if err != nil {
			return nil, err
		}
		return out, nil
	}
}

var scope = regexp.MustCompile(`Credential=[^/]*/\d*/([a-z0-9-]+)/`)

// ServeHTTP answers a request of the awsquery protocol. The region is the one that the request is signed for.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 4<<20)
	id := uuid()
	w.Header().Set("Content-Type", "text/xml")
	w.Header().Set("x-amzn-RequestId", id)
	if err := r.ParseForm(); err != nil {
		refuse(w, id, apiError("InvalidRequest", "%v", err))
		return
	}
	name := r.Form.Get("Action")
	act, known := actions[name]
	if !known {
		refuse(w, id, apiError("UnsupportedOperation", "%s is not supported here", name))
		return
	}
	out, err := act(&call{s, r.Context(), s.signedFor(r)}, r)
	if err != nil {
		refuse(w, id, err)
		return
	}
	_, _ = w.Write(encode(name, id, out))
}

func (s *Server) signedFor(r *http.Request) *region {
	name := s.options.Region
	if signed := scope.FindStringSubmatch(r.Header.Get("Authorization")); signed != nil {
		name = signed[1]
	}
	return s.in(name)
}

func refuse(w http.ResponseWriter, id string, err error) {
	known := (*smithy.GenericAPIError)(nil)
	if !errors.As(err, &known) {
		known = validation("%v", err)
	}
	status := http.StatusBadRequest
	if known.Code == "ChangeSetNotFound" {
		status = http.StatusNotFound
	}
	var message bytes.Buffer
	_ = xml.EscapeText(&message, []byte(known.Message))
	w.WriteHeader(status)
	fmt.Fprintf(w, "<ErrorResponse xmlns=%q><Error><Type>Sender</Type><Code>%s</Code><Message>%s</Message></Error><RequestId>%s</RequestId></ErrorResponse>",
		namespace, known.Code, message.String(), id)
}

func apiError(code, format string, values ...any) *smithy.GenericAPIError {
	return &smithy.GenericAPIError{Code: code, Message: fmt.Sprintf(format, values...)}
}

func validation(format string, values ...any) *smithy.GenericAPIError {
	return apiError("ValidationError", format, values...)
}
