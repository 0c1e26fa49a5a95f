package wire

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"payment-processor/localaws/internal/localtest"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/codedeploy"
	"github.com/aws/aws-sdk-go-v2/service/codedeploy/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// What is encoded has to be what services say, or SDKs read nothing.
func TestEncode(t *testing.T) {
	at := time.Unix(1700000000, 500_000_000)
	for want, value := range map[string]any{
		`{"deploymentInfo":{"createTime":1700000000.5,"deploymentId":"d-1","ignoreApplicationStopFailures":false,"instanceTerminationWaitTimeStarted":false,"updateOutdatedInstancesOnly":false}}`: &codedeploy.GetDeploymentOutput{DeploymentInfo: &types.DeploymentInfo{DeploymentId: new("d-1"), CreateTime: &at}},
		`{"Tags":[{"Key":"a","Value":"b"}]}`: codedeploy.ListTagsForResourceOutput{Tags: []types.Tag{{Key: new("a"), Value: new("b")}}},
		`{"string":{"content":"x"}}`:         types.RevisionLocation{String_: &types.RawString{Content: new("x")}}, //nolint:staticcheck // old clients use it
		`{"options":{"a":"b"}}`:              ecstypes.LogConfiguration{Options: map[string]string{"a": "b"}},
		`"AQI="`:                             []byte{1, 2},
		`null`:                               nil,
	} {
		got, err := json.Marshal(Encode(value))
		if err != nil || string(got) != want {
			t.Errorf("got  %s (%v)\nwant %s", got, err, want)
		}
	}
}

type everything struct {
	Text    string
	Yes     *bool
	Count   int32
	Ratio   float64
	At      *time.Time
	Bytes   []byte
	Names   []string
	Options map[string]string
	Inner   *struct{ Name_ string } //nolint:revive // as the SDK spells some
	hidden  string
}

// CloudFormation's properties and JSON both have to become inputs, whatever their scalars are spelled like.
func TestDecode(t *testing.T) {
	var got everything
	err := Decode(map[string]any{
		"text": "a", "Yes": "true", "count": "3", "Ratio": 0.5, "at": float64(1700000000), "bytes": "AQI=", "names": []any{"x", 8080.0},
		"Options": map[string]any{"a": true}, "inner": map[string]any{"name": "n"}, "hidden": "h", "unknown": 1.0, "Inner2": nil,
	}, &got)
	if err != nil {
		t.Fatal(err)
	}
	if got.Text != "a" || !*got.Yes || got.Count != 3 || got.Ratio != 0.5 || got.At.Unix() != 1700000000 || len(got.Bytes) != 2 ||
		got.Names[1] != "8080" || got.Options["a"] != "true" || got.Inner.Name_ != "n" || got.hidden != "" {
		t.Errorf("got %+v", got)
	}
	if err := Decode(map[string]any{"At": "2026-01-02T03:04:05Z"}, &got); err != nil || got.At.Year() != 2026 {
		t.Errorf("at %v, %v", got.At, err)
	}
	if err := Decode(nil, &got); err != nil {
		t.Error(err)
	}
	for about, wrong := range map[string]any{
		"Inner": map[string]any{"Inner": "x"}, "Names": map[string]any{"Names": "x"}, "Names[0]": map[string]any{"Names": []any{[]any{}}},
		"Options": map[string]any{"Options": "x"}, "Options.a": map[string]any{"Options": map[string]any{"a": []any{}}},
		"Count": map[string]any{"Count": "many"}, "Yes": map[string]any{"Yes": "maybe"}, "Ratio": map[string]any{"Ratio": "half"},
		"At": map[string]any{"At": "noon"}, "Bytes": map[string]any{"Bytes": "%"}, "want an object": "text",
	} {
		if err := Decode(wrong, &everything{}); err == nil || !strings.Contains(err.Error(), about) {
			t.Errorf("%v: %v, want an error about %s", wrong, err, about)
		}
	}
}

type service struct{}

func (service) ListClusters(_ context.Context, in *ecs.ListClustersInput) (*ecs.ListClustersOutput, error) {
	switch aws.ToString(in.NextToken) {
	case "refuse":
		return nil, &ecstypes.ServerException{Message: new("down")}
	case "break":
		return nil, errors.New("broken")
	}
	return &ecs.ListClustersOutput{ClusterArns: []string{"arn"}}, nil
}

// Close is no operation.
func (service) Close() {}

func TestServe(t *testing.T) {
	config := localtest.Config(localtest.Serve(t, Serve(service{})))
	c := ecs.NewFromConfig(config)
	if out, err := c.ListClusters(t.Context(), &ecs.ListClustersInput{}); err != nil || len(out.ClusterArns) != 1 {
		t.Errorf("%v, %v", out, err)
	}
	var down *ecstypes.ServerException
	if _, err := c.ListClusters(t.Context(), &ecs.ListClustersInput{NextToken: new("refuse")}); !errors.As(err, &down) || down.ErrorMessage() != "down" {
		t.Errorf("got %v", err)
	}
	if _, err := c.ListClusters(t.Context(), &ecs.ListClustersInput{NextToken: new("break")}); !Is(err, "InternalFailure") {
		t.Errorf("got %v", err)
	}
	wire := Client{config}
	for target, body := range map[string]any{"X.Close": nil, "X.None": nil, "X.ListClusters": []any{}} {
		if err := wire.JSON(t.Context(), "ecs", target, body, nil); !Is(err, "UnknownOperationException", "SerializationException") {
			t.Errorf("%s: %v", target, err)
		}
	}
	if _, err := wire.Send(t.Context(), "ecs", http.MethodPost, "/", http.Header{"X-Amz-Target": {"X.ListClusters"}}, []byte("{")); !Is(err, "SerializationException") {
		t.Errorf("half a body: %v", err)
	}
	if _, err := wire.Send(t.Context(), "ecs", http.MethodPost, "/", http.Header{"X-Amz-Target": {"X.ListClusters"}}, nil); err != nil {
		t.Errorf("no body: %v", err)
	}
}

// Requests have to look signed, because the gateway routes by the signature's scope.
func TestClient(t *testing.T) {
	var got *http.Request
	var form url.Values
	status, answer := http.StatusOK, ""
	c := Client{localtest.Config(localtest.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		form, _ = url.ParseQuery(string(body))
		got = r
		w.WriteHeader(status)
		_, _ = io.WriteString(w, answer)
	})))}
	answer = `<R><Name>n</Name></R>`
	var out struct{ Name string }
	if err := c.Query(t.Context(), "ec2", "2016-11-15", "DescribeThings", url.Values{"Id": {"1"}}, &out); err != nil || out.Name != "n" {
		t.Errorf("%+v, %v", out, err)
	}
	if scope := got.Header.Get("Authorization"); !strings.Contains(scope, "/us-east-2/ec2/aws4_request") || form.Get("Id") != "1" || form.Get("Action") != "DescribeThings" {
		t.Errorf("signed %s, asked %v", scope, form)
	}
	answer = `{"Name":"j"}`
	if err := c.JSON(t.Context(), "events", "AWSEvents.ListRules", map[string]string{}, &out); err != nil || out.Name != "j" {
		t.Errorf("%+v, %v", out, err)
	}
	if c.JSON(t.Context(), "events", "X.Y", make(chan int), nil) == nil {
		t.Error("sent what has no JSON")
	}
	status = http.StatusBadRequest
	for body, code := range map[string]string{
		`{"__type":"com.amazon#ThisException","message":"m"}`:                                                "ThisException",
		`<ErrorResponse><Error><Code>QueryException</Code><Message>m</Message></Error></ErrorResponse>`:      "QueryException",
		`<Response><Errors><Error><Code>Ec2Exception</Code><Message>m</Message></Error></Errors></Response>`: "Ec2Exception",
		`<Error><Code>NoSuchBucket</Code><Message>m</Message></Error>`:                                       "NoSuchBucket",
		`nothing`: "HTTP400",
	} {
		answer = body
		if err := c.Query(t.Context(), "x", "1", "X", nil, nil); !Is(err, code) {
			t.Errorf("%s: %v", body, err)
		}
	}
	for name, wrong := range map[string]aws.Config{
		"address":     {BaseEndpoint: new("http://\x00"), Credentials: c.Config.Credentials},
		"nobody":      {BaseEndpoint: new("http://127.0.0.1:1"), Credentials: c.Config.Credentials},
		"credentials": {BaseEndpoint: c.Config.BaseEndpoint, Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) { return aws.Credentials{}, errors.New("none") })},
		"signature":   {BaseEndpoint: c.Config.BaseEndpoint, Credentials: aws.AnonymousCredentials{}},
	} {
		if _, err := (Client{wrong}).Send(t.Context(), "x", http.MethodGet, "/", nil, nil); err == nil {
			t.Errorf("%s: sent", name)
		}
	}
	if Is(nil, "X") {
		t.Error("nothing is no refusal")
	}
}
