package runtimetest

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
)

func TestRun(t *testing.T) {
	api := Run(t, func() {
		lambda.Start(func(name string) (string, error) {
			if name == "" {
				return "", errors.New("nobody to greet")
			}
			return "hello " + name, nil
		})
	})
	if got := api.Invoke(t, "world"); got.Response != `"hello world"` || got.Error != "" {
		t.Errorf("got %+v", got)
	}
	if got := api.Invoke(t, ""); !strings.Contains(got.Error, "nobody to greet") {
		t.Errorf("got %+v, want the function's error", got)
	}
	response, err := http.Get("http://" + api.Address + "/elsewhere")
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusNotFound {
		t.Errorf("an unknown call got %s", response.Status)
	}
}

// complaints stands in for a test that fails.
type complaints struct {
	testing.TB
	said string
}

func (c *complaints) Helper() {}

func (c *complaints) Fatalf(format string, values ...any) { c.said += fmt.Sprintf(format, values...) }

// A function that hangs must fail its test with a reason, not stop the whole run.
func TestComplaints(t *testing.T) {
	api := New()
	api.patience = time.Millisecond
	var c complaints
	api.WaitReady(&c)
	api.Invoke(&c, func() {})
	for _, want := range []string{"did not ask for an event", "encode the event", "did not answer"} {
		if !strings.Contains(c.said, want) {
			t.Errorf("said %q, want %q in it", c.said, want)
		}
	}
}
