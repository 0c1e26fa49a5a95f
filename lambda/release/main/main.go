// Command main is the function of Release: onEvent, isComplete or guard, whichever its handler setting names.
package main

import (
	"context"
	"log/slog"
	"os"
	"time"

	"payment-processor/lambda/release"

	"github.com/aws/aws-lambda-go/lambda"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/codedeploy"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	lambdaclient "github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
)

func main() {
	client := awshttp.NewBuildableClient().WithTimeout(10 * time.Second) // one call that hangs must not use up the poll's time
	aws, err := config.LoadDefaultConfig(context.Background(), config.WithHTTPClient(client))
	if err != nil {
		panic(err) // the runtime reports it as the function's failure to start
	}
	handler := release.Handler{
		CodeDeploy:     codedeploy.NewFromConfig(aws),
		ECS:            ecs.NewFromConfig(aws),
		ELB:            elasticloadbalancingv2.NewFromConfig(aws),
		CloudFormation: cloudformation.NewFromConfig(aws),
		Lambda:         lambdaclient.NewFromConfig(aws),
		Parameters:     ssm.NewFromConfig(aws),
		Now:            time.Now,
		Log:            slog.New(slog.NewJSONHandler(os.Stdout, nil)),
	}
	lambda.Start(map[string]any{
		"onEvent": handler.OnEvent, "isComplete": handler.IsComplete, "guard": handler.Guard,
	}[os.Getenv("_HANDLER")])
}
