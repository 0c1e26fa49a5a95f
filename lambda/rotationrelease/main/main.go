// Command main is the rotation release function.
package main

import (
	"context"
	"log/slog"
	"os"
	"time"

	"payment-processor/lambda/rotationrelease"

	"github.com/aws/aws-lambda-go/lambda"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/codedeploy"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
)

func main() {
	client := awshttp.NewBuildableClient().WithTimeout(10 * time.Second) // one call that hangs must not use up the function's time
	aws, err := config.LoadDefaultConfig(context.Background(), config.WithHTTPClient(client))
	if err != nil {
		panic(err) // the runtime reports it as the function's failure to start
	}
	properties, err := rotationrelease.Parse(os.Getenv(rotationrelease.EnvProperties))
	if err != nil {
		panic(err)
	}
	handler := rotationrelease.Handler{
		CodeDeploy:     codedeploy.NewFromConfig(aws),
		ECS:            ecs.NewFromConfig(aws),
		CloudFormation: cloudformation.NewFromConfig(aws),
		Secrets:        secretsmanager.NewFromConfig(aws),
		Now:            time.Now,
		Log:            slog.New(slog.NewJSONHandler(os.Stdout, nil)),
		Properties:     properties,
	}
	lambda.Start(handler.Handle)
}
