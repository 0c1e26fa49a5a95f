package cloud

import (
	"encoding/json"
	"math/rand/v2"
	"testing"
	"time"

	"payment-processor/lambda/probe"

	"github.com/aws/aws-sdk-go-v2/service/lambda"
)

// The probe of a model in which nobody runs must not say that somebody is well.
func TestTheProbeFindsWhatRuns(t *testing.T) {
	c := New(NewClock(time.Unix(0, 0)), rand.New(rand.NewPCG(1, 1)))
	image := c.ECR.Push("sha256:1", "v1")
	ask := func() int {
		out, err := c.Lambda.Invoke(t.Context(), &lambda.InvokeInput{Payload: []byte(`{"Targets":[{"Address":"10.0.0.10","Port":8080}],"Paths":["/ready"]}`)})
		if err != nil {
			t.Fatal(err)
		}
		var response probe.Response
		if err := json.Unmarshal(out.Payload, &response); err != nil || len(response.Results) != 1 {
			t.Fatalf("%s, %v", out.Payload, err)
		}
		return response.Results[0].Status
	}
	if got := ask(); got != 0 {
		t.Errorf("nobody runs and answers %d", got)
	}
	c.ECS.Register("payment", "repository@sha256:1", "")
	c.ECS.CreateService("service", "payment", "blue", 3, nil, func() {})
	if got := ask(); got != 200 {
		t.Errorf("a good image answers %d", got)
	}
	image.Refused = true
	if got := ask(); got != 503 {
		t.Errorf("an image that the hook refuses answers %d", got)
	}
	if _, err := c.Lambda.Invoke(t.Context(), &lambda.InvokeInput{Payload: []byte("{")}); err == nil {
		t.Error("half a request is answered")
	}
}
