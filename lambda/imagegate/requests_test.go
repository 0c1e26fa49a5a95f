package imagegate

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/cfn"
)

var requests int

// properties are those of a template, as CloudFormation sends them.
func properties(tag, fingerprint string) map[string]any {
	return map[string]any{
		"ServiceToken": "arn:aws:lambda:us-east-2:111122223333:function:gate", "ServiceTimeout": "300",
		"RepositoryName": "payment-processor-dev", "RepositoryUri": repository, "ImageTag": tag, "Architecture": "X86_64",
		"Cluster": "payment-processor-dev", "Service": "payment-processor-dev", "Family": "payment-processor-dev",
		"Container": "payment", "ParameterPath": "/payment-processor-dev/image", "Fingerprint": fingerprint,
	}
}

func create(tag string) Event { return request(cfn.RequestCreate, properties(tag, ""), nil) }

func update(properties, old map[string]any) Event { return request(cfn.RequestUpdate, properties, old) }

func request(kind cfn.RequestType, properties, old map[string]any) Event {
	requests++
	return Event{
		RequestType: kind, RequestID: fmt.Sprintf("request-%d", requests), LogicalResourceID: "Image",
		StackID:            "arn:aws:cloudformation:us-east-2:111122223333:stack/payment-processor-platform-dev/1",
		ResourceProperties: properties, OldResourceProperties: old,
	}
}

// answers requires an answer and returns the image's digest.
func (a *account) answers(t *testing.T, event Event) string {
	t.Helper()
	_, data, err := a.handler().Handle(t.Context(), event)
	if err != nil {
		t.Fatalf("%s: %v", event.RequestType, err)
	}
	image, _ := data[Attribute].(string)
	digest, pinned := strings.CutPrefix(image, repository+"@")
	if !pinned {
		t.Fatalf("answered %q, want a digest in %s", image, repository)
	}
	return digest
}

// refuses requires an error that holds every one of the words.
func (a *account) refuses(t *testing.T, event Event, words ...string) {
	t.Helper()
	_, data, err := a.handler().Handle(t.Context(), event)
	if err == nil {
		t.Fatalf("answered %v, want an error with %q", data, words)
	}
	for _, word := range words {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("error %q, want %q in it", err, word)
		}
	}
}
