// Command main is the function of LiveTargetGroup: onEvent or isComplete, whichever its handler setting names.
package main

import (
	"context"
	"log/slog"
	"os"
	"time"

	"payment-processor/lambda/livetarget"

	"github.com/aws/aws-lambda-go/lambda"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/codedeploy"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
)

func main() {
	client := awshttp.NewBuildableClient().WithTimeout(10 * time.Second) // one call that hangs must not use up the poll's time
	aws, err := config.LoadDefaultConfig(context.Background(), config.WithHTTPClient(client))
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
