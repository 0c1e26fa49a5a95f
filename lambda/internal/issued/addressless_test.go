package issued

import (
	"errors"
	"fmt"
	"net/url"
	"testing"
)

func TestAddressless(t *testing.T) {
	timeout, other := errors.New("timeout"), errors.New("other")
	signed := &url.Error{Op: "Put", URL: "https://cloudformation.example/?X-Amz-Signature=secret", Err: timeout}
	for _, test := range []struct{ err, want error }{
		{signed, timeout}, {fmt.Errorf("answer: %w", signed), timeout}, {other, other}, {nil, nil},
	} {
		if got := Addressless(test.err); got != test.want {
			t.Errorf("%v gives %v, want %v", test.err, got, test.want)
		}
	}
}
