package wire

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"strings"

	"github.com/aws/smithy-go"
)

// Serve answers the JSON protocols with the methods of service, which are like those of an SDK client without its options,
// and are called by the operation's name in X-Amz-Target.
func Serve(service any) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		target := r.Header.Get("X-Amz-Target")
		operation := target[strings.LastIndex(target, ".")+1:]
		method := reflect.ValueOf(service).MethodByName(operation)
		if !method.IsValid() || method.Type().NumIn() != 2 || method.Type().In(1).Elem().Name() != operation+"Input" {
			Refuse(w, &smithy.GenericAPIError{Code: "UnknownOperationException", Message: fmt.Sprintf("operation %q is not supported here", target)})
			return
		}
		input := reflect.New(method.Type().In(1).Elem())
		if err := read(r.Body, input.Interface()); err != nil {
			Refuse(w, &smithy.GenericAPIError{Code: "SerializationException", Message: err.Error()})
			return
		}
		answers := method.Call([]reflect.Value{reflect.ValueOf(r.Context()), input})
		if err, failed := reflect.TypeAssert[error](answers[1]); failed {
			Refuse(w, err)
			return
		}
		Answer(w, http.StatusOK, Encode(answers[0].Interface()))
	})
}

func read(body io.Reader, into any) error {
	var decoded any
	if err := json.NewDecoder(body).Decode(&decoded); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	return Decode(decoded, into)
}

// Answer writes JSON.
func Answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // a client that has gone needs no answer
}

// Refuse writes an error as the JSON protocols do, and REST's JSON too. Without a code it is InternalFailure.
func Refuse(w http.ResponseWriter, err error) {
	var refusal smithy.APIError
	if !errors.As(err, &refusal) {
		refusal = &smithy.GenericAPIError{Code: "InternalFailure", Message: err.Error(), Fault: smithy.FaultServer}
	}
	status := http.StatusBadRequest
	if refusal.ErrorFault() == smithy.FaultServer {
		status = http.StatusInternalServerError
	}
	RefuseWith(w, status, refusal)
}

// RefuseWith writes an error with a status of its own.
func RefuseWith(w http.ResponseWriter, status int, refusal smithy.APIError) {
	w.Header().Set("X-Amzn-ErrorType", refusal.ErrorCode())
	Answer(w, status, map[string]any{
		"__type": refusal.ErrorCode(), "message": refusal.ErrorMessage(), "Message": refusal.ErrorMessage(),
	})
}
