// Command main is the ImageGate function.
package main

import (
	"os"
	"path/filepath"
	"time"

	"payment-processor/lambda/imagegate"
	"payment-processor/lambda/internal/start"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	smithytime "github.com/aws/smithy-go/time"
)

func main() {
	start.Log()
	aws := start.AWS(10 * time.Second)
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
	lambda.Start(start.Answering(handler.Handle))
}
