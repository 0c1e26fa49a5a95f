// Command main is the rotation release function.
package main

import (
	"os"
	"time"

	"payment-processor/lambda/internal/start"
	"payment-processor/lambda/rotationrelease"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/codedeploy"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
)

func main() {
	log, aws := start.Log(), start.AWS(10*time.Second)
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
		Log:            log,
		Properties:     properties,
	}
	lambda.Start(handler.Handle)
}
