package gateway

import (
	"bytes"
	"encoding/json"
	"io"
	"math"
	"net/http"
	"strings"

	"github.com/aws/smithy-go/encoding/cbor"
)

// translateCBOR lets clients speak Smithy's RPC v2 CBOR to a server that knows the same operations as JSON 1.0: requests
// are rewritten to JSON, answers to CBOR.
func translateCBOR(server http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Smithy-Protocol") != "rpc-v2-cbor" {
			server.ServeHTTP(w, r)
			return
		}
		encoded, err := io.ReadAll(r.Body)
		value := cbor.Value(cbor.Map{})
		if err == nil && len(encoded) > 0 {
			value, err = cbor.Decode(encoded)
		}
		if err != nil {
			answerCBOR(w, http.StatusBadRequest, map[string]any{"__type": "SerializationException", "message": err.Error()})
			return
		}
		body, _ := json.Marshal(plain(value))

		request := r.Clone(r.Context())
		_, names, _ := strings.Cut(r.URL.Path, "/service/")
		service, operation, _ := strings.Cut(names, "/operation/")
		request.URL.Path, request.URL.RawPath = "/", ""
		request.Header.Set("X-Amz-Target", service+"."+operation)
		request.Header.Set("Content-Type", "application/x-amz-json-1.0")
		request.Header.Del("Smithy-Protocol")
		request.Header.Del("Accept")
		request.Body, request.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))

		answer := &memoryWriter{}
		server.ServeHTTP(answer, request)
		decoder := json.NewDecoder(&answer.body)
		decoder.UseNumber()
		content := map[string]any{}
		_ = decoder.Decode(&content) // an operation without output has no body
		if fault := answer.header.Get("X-Amzn-Query-Error"); fault != "" {
			w.Header().Set("X-Amzn-Query-Error", fault)
		}
		answerCBOR(w, answer.status(), content)
	})
}

func answerCBOR(w http.ResponseWriter, status int, content map[string]any) {
	w.Header().Set("Smithy-Protocol", "rpc-v2-cbor")
	w.Header().Set("Content-Type", "application/cbor")
	w.WriteHeader(status)
	_, _ = w.Write(cbor.Encode(packed("", content)))
}

// plain is the value as encoding/json writes it.
func plain(value cbor.Value) any {
	switch v := value.(type) {
	case cbor.Map:
		fields := make(map[string]any, len(v))
		for name, field := range v {
			fields[name] = plain(field)
		}
		return fields
	case cbor.List:
		items := make([]any, len(v))
		for i, item := range v {
			items[i] = plain(item)
		}
		return items
	case *cbor.Tag: // of timestamps: seconds
		return plain(v.Value)
	case cbor.Uint:
		return uint64(v)
	case cbor.NegInt:
		return -int64(v) //nolint:gosec // no operation takes a number that large
	case cbor.Float32:
		return float64(v)
	case cbor.Float64:
		return float64(v)
	case cbor.Bool:
		return bool(v)
	case cbor.String:
		return string(v)
	case cbor.Slice:
		return []byte(v)
	}
	return nil
}

// packed is the JSON value of a field in CBOR. JSON does not tell times from numbers: names do.
func packed(name string, value any) cbor.Value {
	switch v := value.(type) {
	case map[string]any:
		fields := make(cbor.Map, len(v))
		for name, field := range v {
			fields[name] = packed(name, field)
		}
		return fields
	case []any:
		items := make(cbor.List, len(v))
		for i, item := range v {
			items[i] = packed(name, item)
		}
		return items
	case json.Number:
		number, _ := v.Float64()
		if isTime(name) {
			return &cbor.Tag{ID: 1, Value: cbor.Float64(number)}
		}
		if number == math.Trunc(number) && number >= 0 {
			return cbor.Uint(number)
		}
		return cbor.Float64(number)
	case string:
		return cbor.String(v)
	case bool:
		return cbor.Bool(v)
	}
	return &cbor.Nil{}
}

// isTime knows CloudWatch's names of times.
func isTime(name string) bool {
	name = strings.TrimSuffix(name, "s")
	for _, ending := range []string{"Timestamp", "Time", "Date", "LastModified"} {
		if strings.HasSuffix(name, ending) {
			return true
		}
	}
	return false
}

// memoryWriter keeps an answer.
type memoryWriter struct {
	header http.Header
	code   int
	body   bytes.Buffer
}

func (w *memoryWriter) Header() http.Header {
	if w.header == nil {
		w.header = http.Header{}
	}
	return w.header
}

func (w *memoryWriter) Write(p []byte) (int, error) { return w.body.Write(p) }

func (w *memoryWriter) WriteHeader(status int) { w.code = status }

func (w *memoryWriter) status() int {
	if w.code == 0 {
		return http.StatusOK
	}
	return w.code
}
