// Command main is the function of LiveTargetGroup: onEvent or isComplete, whichever its handler setting names.
package main

import (
	"os"
	"time"

	"payment-processor/lambda/internal/start"
	"payment-processor/lambda/livetarget"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/codedeploy"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
)

func main() {
	log, aws := start.Log(), start.AWS(10*time.Second)
	handler := livetarget.Handler{
		CodeDeploy: codedeploy.NewFromConfig(aws),
		ECS:        ecs.NewFromConfig(aws),
		Parameters: ssm.NewFromConfig(aws),
		Now:        time.Now,
		Log:        log,
	}
	lambda.Start(map[string]any{"onEvent": handler.OnEvent, "isComplete": handler.IsComplete}[os.Getenv("_HANDLER")])
}
