package functions

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/aws/smithy-go"
)

func refusalOf(err error) string {
	if refusal, is := errors.AsType[smithy.APIError](err); is {
		return refusal.ErrorCode()
	}
	return ""
}

// What the SDKs, the CDK and people ask of Lambda.
func TestTheAPI(t *testing.T) {
	m := newMachine(t)
	ctx, f := t.Context(), new("f")
	m.answers["GET /bucket/a/key.zip"] = string(archive(t, map[string]string{"bootstrap": script(t)}))
	m.function("f", func(in *lambda.CreateFunctionInput) {
		in.Code = &types.FunctionCode{S3Bucket: new("bucket"), S3Key: new("a/key.zip")}
		in.Tags, in.VpcConfig = map[string]string{"a": "1"}, &types.VpcConfig{SubnetIds: []string{"subnet-1"}}
		in.TracingConfig, in.Architectures = &types.TracingConfig{Mode: types.TracingModeActive}, []types.Architecture{types.ArchitectureArm64}
	})
	got, err := m.client.GetFunction(ctx, &lambda.GetFunctionInput{FunctionName: f})
	if err != nil || *got.Configuration.FunctionArn != "arn:aws:lambda:us-east-2:123456789012:function:f" || got.Tags["a"] != "1" ||
		got.Configuration.Environment.Variables["VARIABLE"] != "value" || got.Configuration.VpcConfig.SubnetIds[0] != "subnet-1" ||
		got.Configuration.TracingConfig.Mode != types.TracingModeActive || *got.Configuration.LoggingConfig.LogGroup != "/aws/lambda/f" {
		t.Errorf("%+v, %v", got, err)
	}
	if got, err := m.client.GetFunctionConfiguration(ctx, &lambda.GetFunctionConfigurationInput{FunctionName: f}); err != nil || *got.Timeout != 20 || got.CodeSha256 == nil {
		t.Errorf("%+v, %v", got, err)
	}
	if all, err := m.client.ListFunctions(ctx, &lambda.ListFunctionsInput{}); err != nil || len(all.Functions) != 1 {
		t.Errorf("%+v, %v", all, err)
	}
	changed, err := m.client.UpdateFunctionCode(ctx, &lambda.UpdateFunctionCodeInput{
		FunctionName: f, ZipFile: archive(t, map[string]string{"bootstrap": "#!/bin/sh\n"}), Architectures: []types.Architecture{types.ArchitectureX8664},
	})
	if err != nil || *changed.CodeSha256 == *got.Configuration.CodeSha256 || changed.Architectures[0] != types.ArchitectureX8664 {
		t.Errorf("%+v, %v", changed, err)
	}
	if _, err := m.client.Invoke(ctx, &lambda.InvokeInput{FunctionName: f, InvocationType: types.InvocationTypeDryRun}); err != nil {
		t.Error(err)
	}
	for range 2 {
		_, err = m.client.AddPermission(ctx, &lambda.AddPermissionInput{FunctionName: f, StatementId: new("s"), Action: new("lambda:InvokeFunction"), Principal: new("events.amazonaws.com"), SourceArn: new("arn")})
	}
	if refusalOf(err) != "ResourceConflictException" {
		t.Errorf("the same statement twice: %v", err)
	}
	if _, err := m.client.AddPermission(ctx, &lambda.AddPermissionInput{FunctionName: f, StatementId: new("t"), Action: new("lambda:InvokeFunction"), Principal: new("111122223333")}); err != nil {
		t.Error(err)
	}
	if policy, err := m.client.GetPolicy(ctx, &lambda.GetPolicyInput{FunctionName: f}); err != nil || !strings.Contains(*policy.Policy, "events.amazonaws.com") {
		t.Errorf("%+v, %v", policy, err)
	}
	for _, id := range []string{"s", "t"} {
		if _, err := m.client.RemovePermission(ctx, &lambda.RemovePermissionInput{FunctionName: f, StatementId: &id}); err != nil {
			t.Error(err)
		}
	}
	if _, err := m.client.GetPolicy(ctx, &lambda.GetPolicyInput{FunctionName: f}); refusalOf(err) != "ResourceNotFoundException" {
		t.Errorf("no policy: %v", err)
	}
	if published, err := m.client.PublishVersion(ctx, &lambda.PublishVersionInput{FunctionName: f}); err != nil || *published.Version != "1" {
		t.Errorf("%+v, %v", published, err)
	}
	if all, err := m.client.ListVersionsByFunction(ctx, &lambda.ListVersionsByFunctionInput{FunctionName: f}); err != nil || len(all.Versions) != 2 {
		t.Errorf("%+v, %v", all, err)
	}
	if alias, err := m.client.CreateAlias(ctx, &lambda.CreateAliasInput{FunctionName: f, Name: new("live"), FunctionVersion: new("1")}); err != nil || *alias.FunctionVersion != "1" {
		t.Errorf("%+v, %v", alias, err)
	}
	if all, err := m.client.ListAliases(ctx, &lambda.ListAliasesInput{FunctionName: f}); err != nil || len(all.Aliases) != 1 {
		t.Errorf("%+v, %v", all, err)
	}
	arn := got.Configuration.FunctionArn
	m.functions["f"].tags = nil
	if _, err := m.client.TagResource(ctx, &lambda.TagResourceInput{Resource: arn, Tags: map[string]string{"a": "1", "b": "2"}}); err != nil {
		t.Error(err)
	}
	if _, err := m.client.UntagResource(ctx, &lambda.UntagResourceInput{Resource: arn, TagKeys: []string{"a"}}); err != nil {
		t.Error(err)
	}
	if tags, err := m.client.ListTags(ctx, &lambda.ListTagsInput{Resource: arn}); err != nil || len(tags.Tags) != 1 {
		t.Errorf("%+v, %v", tags, err)
	}
	if _, err := m.client.GetFunctionConcurrency(ctx, &lambda.GetFunctionConcurrencyInput{FunctionName: f}); err != nil {
		t.Error(err)
	}
}

// Who asks for a function that is not there must hear that, at every operation.
func TestTheAPIRefuses(t *testing.T) {
	m := newMachine(t)
	for operation := range operations {
		method, what, named := strings.Cut(operation, " ")
		if !named {
			continue
		}
		path := "/2015-03-31/functions/none/" + what + "/x"
		switch what {
		case "tags":
			path = "/2017-03-31/tags/" + "arn:aws:lambda:us-east-2:1:function:none"
		case "function":
			path = "/2015-03-31/functions/none"
		}
		if got := m.ask(method, path, "{}"); got != http.StatusNotFound {
			t.Errorf("%s: %d", operation, got)
		}
		if method == http.MethodGet || method == http.MethodDelete || what == "invocations" || what == "versions" {
			continue
		}
		for _, body := range []string{"{", `{"Timeout":"x","Tags":"x","Name":[],"Action":[],"S3Bucket":[]}`} {
			if got := m.ask(method, path, body); got != http.StatusBadRequest && !strings.Contains(what, "permission") {
				t.Errorf("%s with %s: %d", operation, body, got)
			}
		}
	}
	if got := m.ask(http.MethodPost, "/2015-03-31/functions", "{"); got != http.StatusBadRequest {
		t.Errorf("half a function: %d", got)
	}
	if got := m.ask(http.MethodGet, "/2015-03-31/functions/f/unknown", ""); got != http.StatusNotImplemented {
		t.Errorf("an operation that is not here: %d", got)
	}
	w := httptest.NewRecorder()
	if m.Runtime.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/2015-03-31/functions", &broken{})); w.Code != http.StatusBadRequest {
		t.Errorf("half a request: %d", w.Code)
	}
	m.function("f")
	if err := m.RemovePermission("f", "none"); !missing(err) {
		t.Errorf("removed what is not there: %v", err)
	}
}

func (m *machine) ask(method, path, body string) int {
	w := httptest.NewRecorder()
	m.Runtime.ServeHTTP(w, httptest.NewRequest(method, path, io.NopCloser(strings.NewReader(body))))
	return w.Code
}

func TestFunctionsThatLambdaRefuses(t *testing.T) {
	m := newMachine(t)
	m.function("taken")
	_ = os.MkdirAll(filepath.Join(m.options.Directory, "code"), 0o750)
	for want, edit := range map[string]func(*lambda.CreateFunctionInput){
		"does not match":    func(in *lambda.CreateFunctionInput) { in.FunctionName = new("a b") },
		"already exist":     func(in *lambda.CreateFunctionInput) { in.FunctionName = new("taken") },
		"provide a source":  func(in *lambda.CreateFunctionInput) { in.Code = nil },
		"cannot be assumed": func(in *lambda.CreateFunctionInput) { in.Role = nil },
		"mandatory":         func(in *lambda.CreateFunctionInput) { in.Handler = nil },
		"'timeout'":         func(in *lambda.CreateFunctionInput) { in.Timeout = new(int32(901)) },
		"'memorySize'":      func(in *lambda.CreateFunctionInput) { in.MemorySize = new(int32(64)) },
		"GetObject": func(in *lambda.CreateFunctionInput) {
			in.Code = &types.FunctionCode{S3Bucket: new("none"), S3Key: new("k")}
		},
		"Could not unzip": func(in *lambda.CreateFunctionInput) { in.Code.ZipFile = []byte("none") },
		"outside of":      func(in *lambda.CreateFunctionInput) { in.Code.ZipFile = archive(t, map[string]string{"../a": ""}) },
	} {
		in := &lambda.CreateFunctionInput{FunctionName: new("f"), Role: new("role"), Handler: new("main"), Runtime: types.RuntimeProvidedal2023,
			Code: &types.FunctionCode{ZipFile: archive(t, map[string]string{"bootstrap": script(t)})}}
		edit(in)
		if _, err := m.CreateFunction(t.Context(), in); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
	if _, err := m.UpdateFunctionConfiguration(t.Context(), &lambda.UpdateFunctionConfigurationInput{FunctionName: new("taken"), Timeout: new(int32(0))}); err == nil {
		t.Error("changed to a time-out of nothing")
	}
	if text(nil) != "" {
		t.Error("nothing has a text")
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, files := range []map[string]string{{"a": ""}, {"a/": ""}} {
		if err := unzip(archive(t, files), file); err == nil {
			t.Errorf("unpacked %v into a file", files)
		}
	}
	own := t.TempDir()
	if err := os.Mkdir(filepath.Join(own, "a"), 0o700); err != nil {
		t.Fatal(err)
	}
	if unzip(archive(t, map[string]string{"a": "x"}), own) == nil {
		t.Error("unpacked a file over a directory")
	}
	encrypted := archive(t, map[string]string{"a": "x"})
	encrypted[8], encrypted[bytes.Index(encrypted, []byte("PK\x01\x02"))+10] = 99, 99 // a compression that nobody knows
	if unzip(encrypted, t.TempDir()) == nil {
		t.Error("unpacked what cannot be read")
	}
}
