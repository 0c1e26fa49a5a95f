package functions

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
)

// steps are what Secrets Manager asks a rotation function for, one after the other.
//
// https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html
var steps = []string{"createSecret", "setSecret", "testSecret", "finishSecret"}

// RotateSecrets stands between Secrets Manager and its clients. RotateSecret calls the function, which moto looks for
// among its own: moto gets the request without it, and makes the version that is pending.
func (r *Runtime) RotateSecrets(secrets http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		operation := request.Header.Get("X-Amz-Target")
		rotate, describe := strings.HasSuffix(operation, ".RotateSecret"), strings.HasSuffix(operation, ".DescribeSecret")
		if !rotate && !describe {
			secrets.ServeHTTP(w, request)
			return
		}
		asked := event{}
		body, err := io.ReadAll(request.Body)
		if err == nil {
			err = json.Unmarshal(body, &asked)
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		function, _ := asked["RotationLambdaARN"].(string)
		immediately := asked["RotateImmediately"] != false
		delete(asked, "RotationLambdaARN")
		body, _ = json.Marshal(asked) // it came as JSON
		forwarded := request.Clone(request.Context())
		forwarded.Body, forwarded.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
		recorder := httptest.NewRecorder()
		secrets.ServeHTTP(recorder, forwarded)
		answered := event{}
		if recorder.Code == http.StatusOK {
			_ = json.Unmarshal(recorder.Body.Bytes(), &answered) // moto writes JSON
			r.rotated(answered, function, rotate && immediately)
			recorder.Body.Reset()
			_ = json.NewEncoder(recorder.Body).Encode(answered)
			recorder.Header().Del("Content-Length")
		}
		for name, values := range recorder.Header() {
			w.Header()[name] = values
		}
		w.WriteHeader(recorder.Code)
		_, _ = w.Write(recorder.Body.Bytes()) // a client that has gone needs no answer
	})
}

// rotated remembers the function of a secret, adds it to a description, and calls it.
func (r *Runtime) rotated(answered event, function string, now bool) {
	secret := fmt.Sprint(answered["ARN"])
	r.lock.Lock()
	if function != "" {
		r.rotations[secret] = function
	}
	function = r.rotations[secret]
	r.lock.Unlock()
	if function == "" {
		return
	}
	if _, described := answered["VersionIdsToStages"]; described {
		answered["RotationLambdaARN"], answered["RotationEnabled"] = function, true
	}
	if now {
		r.later(0, func(ctx context.Context) { r.rotate(ctx, function, secret, fmt.Sprint(answered["VersionId"])) })
	}
}

// rotate ends with the first step that fails: the secret then keeps its current version.
func (r *Runtime) rotate(ctx context.Context, function, secret, token string) {
	for _, step := range steps {
		payload, _ := json.Marshal(map[string]string{"Step": step, "SecretId": secret, "ClientRequestToken": token}) // texts
		answered, err := r.Invoke(ctx, function, payload)
		if err != nil || answered.failure != "" {
			return
		}
	}
}
