// Command main is the function of LiveTargetGroup: onEvent or isComplete, whichever its handler setting names.
package main

import (
	"context"
	"log/slog"
	"os"
	"time"

	"payment-processor/lambda/livetarget"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/codedeploy"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
)

func main() {
	aws, err := config.LoadDefaultConfig(context.Background())
	if err != nil {
		panic(err) // the runtime reports it as the function's failure to start
	}
	handler := livetarget.Handler{
		CodeDeploy: codedeploy.NewFromConfig(aws),
		ECS:        ecs.NewFromConfig(aws),
		Parameters: ssm.NewFromConfig(aws),
		Now:        time.Now,
		Log:        slog.New(slog.NewJSONHandler(os.Stdout, nil)),
	}
	lambda.Start(map[string]any{"onEvent": handler.OnEvent, "isComplete": handler.IsComplete}[os.Getenv("_HANDLER")])
}
