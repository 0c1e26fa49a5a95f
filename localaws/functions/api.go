package functions

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"payment-processor/localaws/wire"

	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
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

// operations are known by their method and what they are about.
var operations = map[string]func(call) (int, any, error){
	"GET": call.list, "POST": call.create,
	"GET function": call.get, "DELETE function": call.remove,
	"GET configuration": call.configuration, "PUT configuration": call.configure, "PUT code": call.code,
	"POST invocations": call.invoke, "GET policy": call.policy, "POST policy": call.permit, "DELETE policy": call.forbid,
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

func (c call) list() (int, any, error) {
	c.runtime.lock.Lock()
	defer c.runtime.lock.Unlock()
	all := []any{}
	for _, name := range slices.Sorted(maps.Keys(c.runtime.functions)) {
		all = append(all, titled(c.runtime.functions[name].config))
	}
	return http.StatusOK, map[string]any{"Functions": all}, nil
}

func (c call) create() (int, any, error) {
	in, err := read[lambda.CreateFunctionInput](c)
	if err != nil {
		return 0, nil, err
	}
	made, err := c.runtime.CreateFunction(c.r.Context(), in)
	return http.StatusCreated, titled(made), err
}

// found is the function, under the lock, which done gives back.
func (c call) found() (f *function, done func(), err error) {
	f, err = c.runtime.function(c.name)
	if err != nil {
		return nil, func() {}, err
	}
	c.runtime.lock.Lock()
	return f, c.runtime.lock.Unlock, nil
}

func (c call) get() (int, any, error) {
	f, done, err := c.found()
	defer done()
	if err != nil {
		return 0, nil, err
	}
	return http.StatusOK, map[string]any{
		"Configuration": titled(f.config), "Tags": f.tags, "Code": map[string]any{"RepositoryType": "S3", "Location": "file://" + f.code.directory},
	}, nil
}

func (c call) configuration() (int, any, error) {
	f, done, err := c.found()
	defer done()
	if err != nil {
		return 0, nil, err
	}
	return http.StatusOK, titled(f.config), nil
}

func (c call) remove() (int, any, error) {
	return http.StatusNoContent, nil, c.runtime.DeleteFunction(c.name)
}

func (c call) configure() (int, any, error) {
	in, err := read[lambda.UpdateFunctionConfigurationInput](c)
	if err != nil {
		return 0, nil, err
	}
	changed, err := c.runtime.UpdateFunctionConfiguration(c.r.Context(), in)
	return http.StatusOK, titled(changed), err
}

func (c call) code() (int, any, error) {
	in, err := read[lambda.UpdateFunctionCodeInput](c)
	if err != nil {
		return 0, nil, err
	}
	changed, err := c.runtime.UpdateFunctionCode(c.r.Context(), in)
	return http.StatusOK, titled(changed), err
}

func (c call) invoke() (int, any, error) {
	kind := types.InvocationType(c.r.Header.Get("X-Amz-Invocation-Type"))
	if kind == types.InvocationTypeDryRun {
		_, err := c.runtime.function(c.name)
		return http.StatusNoContent, nil, err
	}
	if kind == types.InvocationTypeEvent {
		return http.StatusAccepted, nil, c.runtime.Send(c.name, c.body)
	}
	answered, err := c.runtime.invoke(c.r.Context(), c.name, c.body)
	if err != nil {
		return 0, nil, err
	}
	if answered.failure != "" {
		c.w.Header().Set("X-Amz-Function-Error", answered.failure)
	}
	if c.r.Header.Get("X-Amz-Log-Type") == string(types.LogTypeTail) {
		tail := answered.log[max(0, len(answered.log)-4096):]
		c.w.Header().Set("X-Amz-Log-Result", base64.StdEncoding.EncodeToString(tail))
	}
	c.w.Header().Set("X-Amz-Executed-Version", "$LATEST")
	return http.StatusOK, json.RawMessage(valid(answered.payload)), nil
}

// valid is JSON, as every answer has to be.
func valid(payload []byte) []byte {
	if json.Valid(payload) {
		return payload
	}
	return []byte("null")
}

func (c call) policy() (int, any, error) {
	f, done, err := c.found()
	defer done()
	if err != nil {
		return 0, nil, err
	}
	if len(f.policy) == 0 {
		return 0, nil, refuse("ResourceNotFoundException", "The resource you requested does not exist.")
	}
	var statements []any
	for _, id := range slices.Sorted(maps.Keys(f.policy)) {
		statements = append(statements, f.policy[id])
	}
	document, _ := json.Marshal(map[string]any{"Version": "2012-10-17", "Id": "default", "Statement": statements}) // texts
	return http.StatusOK, map[string]any{"Policy": string(document), "RevisionId": strconv.Itoa(len(f.policy))}, nil
}

func (c call) permit() (int, any, error) {
	in, err := read[lambda.AddPermissionInput](c)
	if err != nil {
		return 0, nil, err
	}
	statement, err := c.runtime.AddPermission(in)
	encoded, _ := json.Marshal(statement) // texts
	return http.StatusCreated, map[string]any{"Statement": string(encoded)}, err
}

func (c call) forbid() (int, any, error) {
	return http.StatusNoContent, nil, c.runtime.RemovePermission(c.name, c.which)
}

func (c call) publish() (int, any, error) {
	f, done, err := c.found()
	defer done()
	if err != nil {
		return 0, nil, err
	}
	f.version++
	published := *f.config
	published.Version = new(strconv.Itoa(f.version))
	return http.StatusCreated, titled(&published), nil
}

func (c call) versions() (int, any, error) {
	f, done, err := c.found()
	defer done()
	if err != nil {
		return 0, nil, err
	}
	all := []any{titled(f.config)}
	for version := range f.version {
		published := *f.config
		published.Version = new(strconv.Itoa(version + 1))
		all = append(all, titled(&published))
	}
	return http.StatusOK, map[string]any{"Versions": all}, nil
}

func (c call) alias() (int, any, error) {
	in, err := read[lambda.CreateAliasInput](c)
	if err != nil {
		return 0, nil, err
	}
	f, done, err := c.found()
	defer done()
	if err != nil {
		return 0, nil, err
	}
	f.aliases[text(in.Name)] = text(in.FunctionVersion)
	return http.StatusCreated, f.aliased(text(in.Name)), nil
}

func (f *function) aliased(name string) map[string]any {
	return map[string]any{"Name": name, "AliasArn": *f.config.FunctionArn + ":" + name, "FunctionVersion": f.aliases[name]}
}

func (c call) aliases() (int, any, error) {
	f, done, err := c.found()
	defer done()
	if err != nil {
		return 0, nil, err
	}
	all := []any{}
	for _, name := range slices.Sorted(maps.Keys(f.aliases)) {
		all = append(all, f.aliased(name))
	}
	return http.StatusOK, map[string]any{"Aliases": all}, nil
}

func (c call) tags() (int, any, error) {
	f, done, err := c.found()
	defer done()
	if err != nil {
		return 0, nil, err
	}
	return http.StatusOK, map[string]any{"Tags": maps.Clone(f.tags)}, nil
}

func (c call) tag() (int, any, error) {
	in, err := read[lambda.TagResourceInput](c)
	if err != nil {
		return 0, nil, err
	}
	f, done, err := c.found()
	defer done()
	if err != nil {
		return 0, nil, err
	}
	if f.tags == nil {
		f.tags = map[string]string{}
	}
	maps.Copy(f.tags, in.Tags)
	return http.StatusNoContent, nil, nil
}

func (c call) untag() (int, any, error) {
	f, done, err := c.found()
	defer done()
	if err != nil {
		return 0, nil, err
	}
	for _, key := range c.r.URL.Query()["tagKeys"] {
		delete(f.tags, key)
	}
	return http.StatusNoContent, nil, nil
}

// nothing is the answer about what is not set.
func (c call) nothing() (int, any, error) {
	_, err := c.runtime.function(c.name)
	return http.StatusOK, map[string]any{}, err
}
