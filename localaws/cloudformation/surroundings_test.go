package cloudformation_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"payment-processor/localaws/cloudformation"
	"payment-processor/localaws/internal/localtest"
)

// services answers as S3, the Parameter Store and Secrets Manager would.
func services(w http.ResponseWriter, r *http.Request) {
	var in map[string]any
	body, _ := io.ReadAll(r.Body)
	_ = json.Unmarshal(body, &in)
	target := r.Header.Get("X-Amz-Target")
	answer := map[string]string{
		"GET /bucket/folder/key.yaml ":                                                          "the template",
		"POST / AmazonSSM.GetParameter /p":                                                      `{"Parameter": {"Value": "in us-west-2"}}`,
		"POST / secretsmanager.GetSecretValue plain":                                            `{"SecretString": "all of it"}`,
		"POST / secretsmanager.GetSecretValue fields":                                           `{"SecretString": "{\"port\": 5432}"}`,
		"POST / secretsmanager.GetSecretValue arn:aws:secretsmanager:us-west-2:1:secret:fields": `{"SecretString": "{\"port\": 5433}"}`,
	}
	name, _ := in["Name"].(string)
	if id, is := in["SecretId"].(string); is {
		name = id
	}
	text, known := answer[r.Method+" "+r.URL.Path+" "+strings.TrimSpace(target+" "+name)]
	if !known || target != "" && !strings.Contains(r.Header.Get("Authorization"), "/us-west-2/") {
		w.Header().Set("X-Amzn-Errortype", "NotThere")
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	_, _ = io.WriteString(w, text)
}

func surroundings() cloudformation.Options {
	config := localtest.Config("http://localhost")
	config.HTTPClient = direct{http.HandlerFunc(services)}
	return cloudformation.Surroundings(config)
}

func TestTemplatesComeFromS3(t *testing.T) {
	o := surroundings()
	for url, want := range map[string]string{
		"https://bucket.s3.us-east-2.amazonaws.com/folder/key.yaml": "the template",
		"https://s3.us-east-2.amazonaws.com/bucket/folder/key.yaml": "the template",
		"http://127.0.0.1:4566/bucket/folder/key.yaml":              "the template",
		"https://bucket.s3.amazonaws.com/other":                     "",
		"%zz":                                                       "",
	} {
		got, err := o.FetchTemplate(ctx, url)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%s: %q, %v", url, got, err)
		}
	}
}

func TestParametersAndSecrets(t *testing.T) {
	o := surroundings()
	if got, err := o.Parameter(ctx, "us-west-2", "/p"); got != "in us-west-2" || err != nil {
		t.Error(got, err)
	}
	if _, err := o.Parameter(ctx, "us-west-2", "/other"); err == nil {
		t.Error("there is no such parameter")
	}
	arn := "arn:aws:secretsmanager:us-west-2:1:secret:fields"
	for reference, want := range map[string]string{
		"ssm /p": "in us-west-2", "ssm-secure /p": "in us-west-2",
		"secretsmanager plain": "all of it", "secretsmanager plain:SecretString": "all of it",
		"secretsmanager fields:SecretString:port":            "5432",
		"secretsmanager fields:SecretString:port:AWSCURRENT": "5432",
		"secretsmanager " + arn + ":SecretString:port":       "5433",
		"secretsmanager gone":                                "error: ",
		"secretsmanager gone:SecretString:port":              "error: ",
		"secretsmanager plain:SecretString:port":             "error: the secret plain is no JSON",
		"secretsmanager fields:SecretString:host":            "error: the secret fields has no key host",
		"acm x": "error: dynamic references to acm are not supported here",
	} {
		service, name, _ := strings.Cut(reference, " ")
		got, err := o.Dynamic(ctx, "us-west-2", service, name)
		if err != nil {
			got = "error: " + err.Error()
		}
		if got != want && (want != "error: " || err == nil) {
			t.Errorf("%s: %s", reference, got)
		}
	}
}
