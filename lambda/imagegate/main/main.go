// Command main is the ImageGate function.
package main

import (
	"context"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"payment-processor/lambda/imagegate"
	"payment-processor/lambda/internal/issued"

	"github.com/aws/aws-lambda-go/cfn"
	"github.com/aws/aws-lambda-go/lambda"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	smithytime "github.com/aws/smithy-go/time"
)

var exit = os.Exit // tests stay alive

func main() {
	slog.SetDefault(slog.New(slog.NewJSONHandler(os.Stderr, nil)))
	http.DefaultClient.Timeout = 10 * time.Second                        // cfn answers CloudFormation with it
	client := awshttp.NewBuildableClient().WithTimeout(10 * time.Second) // one call that hangs must not use up the function's time
	aws, err := config.LoadDefaultConfig(context.Background(), config.WithHTTPClient(client))
	if err != nil {
		slog.Error("load the AWS configuration", "error", err)
		exit(1)
		return
	}
	server := filepath.Join(os.Getenv("LAMBDA_TASK_ROOT"), "server") // beside this binary in the asset
	images := ecr.NewFromConfig(aws)
	handler := imagegate.Handler{
		ECR:            images,
		ECS:            ecs.NewFromConfig(aws),
		CloudFormation: cloudformation.NewFromConfig(aws),
		Parameters:     ssm.NewFromConfig(aws),
		Registry:       imagegate.NewRegistry(images),
		Bootstrap:      imagegate.Assembler(server),
		Now:            time.Now,
		Sleep:          smithytime.SleepWithContext,
	}
	answer := cfn.LambdaWrap(handler.Handle)
	lambda.Start(func(ctx context.Context, event cfn.Event) (string, error) {
		reason, err := answer(ctx, event)
		return reason, issued.Addressless(err)
	})
}
