package deployment

import (
	"context"
	"errors"

	"payment-processor/lambda/internal/awstest"

	"github.com/aws/aws-sdk-go-v2/service/codedeploy"
)

// failsSecond fails every second call of an operation.
type failsSecond struct {
	*awstest.Cloud
	lists, gets int
}

func (f *failsSecond) ListDeployments(ctx context.Context, in *codedeploy.ListDeploymentsInput, o ...func(*codedeploy.Options)) (*codedeploy.ListDeploymentsOutput, error) {
	f.lists++
	if f.lists%2 == 0 && len(f.Deployments) == 0 {
		return nil, errors.New("lost")
	}
	return f.Cloud.ListDeployments(ctx, in, o...)
}

func (f *failsSecond) BatchGetDeployments(ctx context.Context, in *codedeploy.BatchGetDeploymentsInput, o ...func(*codedeploy.Options)) (*codedeploy.BatchGetDeploymentsOutput, error) {
	f.gets++
	if f.gets%2 == 0 {
		return nil, errors.New("lost")
	}
	return f.Cloud.BatchGetDeployments(ctx, in, o...)
}
