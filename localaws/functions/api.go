package functions

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"

	"payment-processor/localaws/wire"

	"github.com/aws/smithy-go"
)

// call is one request of Lambda's REST API: /{date}/functions/{name}/{what}/{which}.
type call struct {
	runtime     *Runtime
	w           http.ResponseWriter
	r           *http.Request
	name, which string
	body        []byte
}

// operations are known by their method and what they are about. They return the status and body of their answer; nil: none.
var operations = map[string]func(call) (int, any, error){
	"GET": call.list, "POST": settled(http.StatusCreated, (*Runtime).CreateFunction),
	"GET function": call.get, "DELETE function": call.remove,
	"GET configuration": call.configuration,
	"PUT configuration": settled(http.StatusOK, (*Runtime).UpdateFunctionConfiguration),
	"PUT code":          settled(http.StatusOK, (*Runtime).UpdateFunctionCode),
	"POST invocations":  call.invoke, "GET policy": call.policy, "POST policy": call.permit, "DELETE policy": call.forbid,
	"POST versions": call.publish, "GET versions": call.versions, "POST aliases": call.alias, "GET aliases": call.aliases,
	"GET tags": call.tags, "POST tags": call.tag, "DELETE tags": call.untag,
	"GET concurrency": call.nothing, "GET code-signing-config": call.nothing,
}

// ServeHTTP answers Lambda's API.
func (r *Runtime) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	body, err := io.ReadAll(request.Body)
	if err != nil {
		wire.Refuse(w, refuse("RequestTooLargeException", "%v", err))
		return
	}
	c := call{runtime: r, w: w, r: request, body: body}
	parts := strings.Split(strings.Trim(request.URL.EscapedPath(), "/"), "/")
	for i := range parts {
		parts[i], _ = url.PathUnescape(parts[i]) // it was escaped
	}
	what := ""
	switch {
	case len(parts) >= 3 && parts[1] == "tags":
		what, c.name = " tags", parts[2]
	case len(parts) >= 4:
		what, c.name, c.which = " "+parts[3], parts[2], strings.Join(parts[4:], "/")
	case len(parts) == 3:
		what, c.name = " function", parts[2]
	}
	do, known := operations[request.Method+what]
	if !known {
		wire.RefuseWith(w, http.StatusNotImplemented, &smithy.GenericAPIError{
			Code: "NotImplemented", Message: "lambda here has no " + request.Method + " " + request.URL.Path,
		})
		return
	}
	status, answer, err := do(c)
	switch {
	case missing(err):
		wire.RefuseWith(w, http.StatusNotFound, err.(smithy.APIError)) //nolint:errorlint // missing said so
	case err != nil:
		wire.Refuse(w, err)
	case answer != nil:
		wire.Answer(w, status, answer)
	default:
		w.WriteHeader(status)
	}
}

// read fills an SDK input with the request's body and the function's name.
func read[In any](c call) (*In, error) {
	in := new(In)
	body := map[string]any{}
	if len(c.body) > 0 {
		if err := json.Unmarshal(c.body, &body); err != nil {
			return in, refuse("InvalidRequestContentException", "Could not parse request body into json: %v", err)
		}
	}
	if c.name != "" {
		body["FunctionName"] = c.name
	}
	if err := wire.Decode(body, in); err != nil {
		return in, refuse("InvalidRequestContentException", "%v", err)
	}
	return in, nil
}

// titled is a value in the capitals of Lambda's API.
func titled(value any) any {
	switch v := wire.Encode(value).(type) {
	case map[string]any:
		return capitals(v)
	default:
		return v
	}
}

func capitals(members map[string]any) map[string]any {
	all := map[string]any{}
	for name, member := range members {
		if nested, ok := member.(map[string]any); ok && name != "variables" {
			member = capitals(nested)
		}
		all[strings.ToUpper(name[:1])+name[1:]] = member
	}
	return all
}

// settled is an operation that the runtime knows by its SDK input, and whose answer is what the function's configuration
// is after it.
func settled[In, Out any](status int, do func(*Runtime, context.Context, *In) (Out, error)) func(call) (int, any, error) {
	return func(c call) (int, any, error) {
		in, err := read[In](c)
		if err != nil {
			return 0, nil, err
		}
		after, err := do(c.runtime, c.r.Context(), in)
		return status, titled(after), err
	}
}

// about answers from the function that is asked about, which nobody changes meanwhile.
func (c call) about(status int, answer func(*function) (any, error)) (int, any, error) {
	f, err := c.runtime.function(c.name)
	if err != nil {
		return 0, nil, err
	}
	c.runtime.lock.Lock()
	defer c.runtime.lock.Unlock()
	body, err := answer(f)
	return status, body, err
}
