package functions

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"

	"payment-processor/localaws/wire"
)

// steps are what Secrets Manager asks a rotation function for, one after the other.
//
// https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html
var steps = []string{"createSecret", "setSecret", "testSecret", "finishSecret"}

// secretsTarget begins the operations of Secrets Manager.
const secretsTarget = "secretsmanager."

// RotateSecrets stands between Secrets Manager and its clients. RotateSecret calls the function, which moto looks for
// among its own, and does not find: by then it has made the version that is pending, without content, as AWS does.
func (r *Runtime) RotateSecrets(secrets http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		_, operation, _ := strings.Cut(request.Header.Get("X-Amz-Target"), ".")
		switch operation {
		case "RotateSecret", "CancelRotateSecret", "DescribeSecret", "GetSecretValue":
		default:
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
		f := rotation{r, secrets, request}
		if operation == "GetSecretValue" {
			if asked["VersionId"] == nil && asked["VersionStage"] == nil {
				asked["VersionStage"] = "AWSCURRENT" // moto would answer what was current before the stage moved
			}
			f.ask(operation, asked).pass(w)
			return
		}
		described := f.ask("DescribeSecret", event{"SecretId": asked["SecretId"]})
		arn, _ := described.content["ARN"].(string)
		switch {
		case described.Code != http.StatusOK:
			described.pass(w)
		case operation == "DescribeSecret":
			if r.rotates(arn, "") != "" {
				described.content["RotationEnabled"] = true
			}
			wire.Answer(w, http.StatusOK, described.content)
		case operation == "CancelRotateSecret":
			r.lock.Lock()
			delete(r.rotations, arn)
			r.lock.Unlock()
			f.ask(operation, asked).pass(w)
		default:
			f.begin(w, arn, asked, described.content["Name"])
		}
	})
}

// rotates remembers a secret's function, or recalls it.
func (r *Runtime) rotates(secret, function string) string {
	r.lock.Lock()
	defer r.lock.Unlock()
	if function != "" {
		r.rotations[secret] = function
	}
	return r.rotations[secret]
}

// rotation is one request of a client, and Secrets Manager without rotation.
type rotation struct {
	*Runtime
	secrets http.Handler
	request *http.Request
}

type reply struct {
	*httptest.ResponseRecorder
	content event
}

func (f rotation) ask(operation string, in event) reply {
	body, _ := json.Marshal(in) // it came as JSON
	request := f.request.Clone(context.WithoutCancel(f.request.Context()))
	request.Body, request.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	request.Header.Set("X-Amz-Target", secretsTarget+operation)
	answered := reply{httptest.NewRecorder(), event{}}
	f.secrets.ServeHTTP(answered, request)
	_ = json.Unmarshal(answered.Body.Bytes(), &answered.content) // moto writes JSON
	return answered
}

// pass hands the answer to the client.
func (a reply) pass(w http.ResponseWriter) {
	maps.Copy(w.Header(), a.Header())
	w.WriteHeader(a.Code)
	_, _ = w.Write(a.Body.Bytes()) // a client that has gone needs no answer
}

// begin makes the version that is pending and calls the function: for all steps, or to be tested only.
func (f rotation) begin(w http.ResponseWriter, secret string, asked event, name any) {
	given, _ := asked["RotationLambdaARN"].(string)
	function := f.rotates(secret, given)
	if function == "" {
		wire.Refuse(w, refuse("InvalidRequestException", "No Lambda rotation function ARN is associated with this secret."))
		return
	}
	token, _ := asked["ClientRequestToken"].(string)
	if token == "" {
		token = uuid(identity())
	}
	now := asked["RotateImmediately"] != false
	asked["ClientRequestToken"], asked["RotationLambdaARN"], asked["RotateImmediately"] = token, function, true
	if made := f.ask("RotateSecret", asked); made.Code != http.StatusOK && !strings.Contains(made.Body.String(), "not found for ARN") {
		made.pass(w)
		return
	}
	f.later(0, func(ctx context.Context) {
		if now {
			f.rotate(ctx, function, secret, token, steps...)
			return
		}
		f.rotate(ctx, function, secret, token, "testSecret")
		f.ask("UpdateSecretVersionStage", event{"SecretId": secret, "VersionStage": "AWSPENDING", "RemoveFromVersionId": token})
	})
	wire.Answer(w, http.StatusOK, event{"ARN": secret, "Name": name, "VersionId": token})
}

// rotate ends with the first step that fails: the secret then keeps its current version.
func (r *Runtime) rotate(ctx context.Context, function, secret, token string, steps ...string) {
	for _, step := range steps {
		payload, _ := json.Marshal(map[string]string{"Step": step, "SecretId": secret, "ClientRequestToken": token}) // texts
		answered, err := r.invoke(ctx, function, payload)
		if err != nil || answered.failure != "" {
			return
		}
	}
}
