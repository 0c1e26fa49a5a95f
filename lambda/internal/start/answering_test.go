package start

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"payment-processor/lambda/internal/runtimetest"

	"github.com/aws/aws-lambda-go/cfn"
	"github.com/aws/aws-lambda-go/lambda"
)

// CloudFormation waits an hour for an answer that does not come.
func TestAnswering(t *testing.T) {
	answer := Answering(func(_ context.Context, event cfn.Event) (string, map[string]any, error) {
		return "id", nil, errors.New("no image:" + event.ResourceType)
	})
	got := runtimetest.Run(t, func() { lambda.Start(answer) }).Request(t, cfn.Event{RequestType: cfn.RequestCreate, ResourceType: strings.Repeat("é", 3000)})
	if !strings.Contains(got, `"FAILED"`) || !strings.Contains(got, "no image") {
		t.Errorf("answered %s", got)
	}
	if !utf8.ValidString(got) || len(got) > 4096 || !strings.Contains(got, "é…") {
		t.Errorf("answered with %d bytes, which CloudFormation refuses: %s", len(got), got)
	}
	nobody := httptest.NewServer(nil)
	nobody.Close()
	said, err := answer(t.Context(), cfn.Event{ResponseURL: nobody.URL + "/?X-Amz-Signature=signature"})
	if err == nil || strings.Contains(said+err.Error(), "signature") {
		t.Errorf("an answer that nobody takes ends with %q, %v", said, err)
	}
}

func TestOnlyLongReasonsAreCut(t *testing.T) {
	for _, length := range []int{1, longestReason, longestReason + 1} {
		reason := strings.Repeat("x", length)
		want := reason
		if length > longestReason {
			want = reason[:longestReason] + "…"
		}
		if got := short(errors.New(reason)).Error(); got != want {
			t.Errorf("of %d bytes %d are left", length, len(got))
		}
	}
}

func TestAddressless(t *testing.T) {
	timeout, other := errors.New("timeout"), errors.New("other")
	signed := &url.Error{Op: "Put", URL: "https://cloudformation.example/?X-Amz-Signature=secret", Err: timeout}
	for _, test := range []struct{ err, want error }{
		{signed, timeout}, {fmt.Errorf("answer: %w", signed), timeout}, {other, other}, {nil, nil},
	} {
		if got := addressless(test.err); got != test.want {
			t.Errorf("%v gives %v, want %v", test.err, got, test.want)
		}
	}
}
