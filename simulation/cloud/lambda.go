package cloud

import (
	"context"
	"encoding/json"
	"net/http"

	"payment-processor/lambda/probe"

	"github.com/aws/aws-sdk-go-v2/service/lambda"
)

// Lambda holds one function that others call: the probe, which reaches the tasks of PRIMARY.
type Lambda struct{ cloud *Cloud }

// Invoke answers for tasks as the lifecycle hook would find them.
func (l *Lambda) Invoke(ctx context.Context, in *lambda.InvokeInput, _ ...func(*lambda.Options)) (*lambda.InvokeOutput, error) {
	return call(ctx, "lambda:Invoke", func() (*lambda.InvokeOutput, error) {
		var request probe.Request
		if err := json.Unmarshal(in.Payload, &request); err != nil {
			return nil, apiError("InvalidRequestContentException", "%v", err)
		}
		status := l.status()
		response := probe.Response{}
		for _, target := range request.Targets {
			for _, path := range request.Paths {
				response.Results = append(response.Results, probe.Result{Target: target, Path: path, Status: status, Detail: "says the model"})
			}
		}
		payload, err := json.Marshal(response)
		return &lambda.InvokeOutput{Payload: payload}, err
	})
}

func (l *Lambda) status() int {
	service := l.cloud.ECS.Service()
	if service == nil || service.Primary() == nil {
		return 0
	}
	if image := l.cloud.ECR.Image(service.Primary().Revision.digest()); image == nil || image.Refused {
		return http.StatusServiceUnavailable
	}
	return http.StatusOK
}
