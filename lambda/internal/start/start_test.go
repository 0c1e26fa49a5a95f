package start

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ssm"
)

// What libraries log is read by the same queries.
func TestLog(t *testing.T) {
	before := slog.Default()
	defer slog.SetDefault(before)
	if log := Log(); slog.Default() != log {
		t.Error("others log elsewhere")
	}
}

// One call that hangs must not use up the function's time.
func TestAWSLimitsACall(t *testing.T) {
	hangs := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-hangs }))
	defer server.Close()
	defer close(hangs)
	t.Setenv("AWS_ENDPOINT_URL", server.URL)
	t.Setenv("AWS_REGION", "us-east-2")
	t.Setenv("AWS_ACCESS_KEY_ID", "none")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "none")
	t.Setenv("AWS_MAX_ATTEMPTS", "1")
	client := ssm.NewFromConfig(AWS(time.Millisecond))
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if _, err := client.GetParameter(ctx, &ssm.GetParameterInput{Name: new("p")}); err == nil || ctx.Err() != nil {
		t.Errorf("a call goes on beyond its limit: %v", err)
	}
}

// A function without clients must not start: it would fail at every event, and say nothing of why.
func TestAWSRefusesABrokenConfiguration(t *testing.T) {
	t.Setenv("AWS_MAX_ATTEMPTS", "many")
	defer func() {
		err, _ := recover().(error)
		if err == nil || !strings.Contains(err.Error(), "load the AWS configuration") {
			t.Errorf("started: %v", err)
		}
	}()
	AWS(time.Second)
}
