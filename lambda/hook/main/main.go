// Command main is the hook function.
package main

import (
	"context"
	"log/slog"
	"os"
	"time"

	"payment-processor/lambda/hook"
	"payment-processor/lambda/tasks"

	"github.com/aws/aws-lambda-go/lambda"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/codedeploy"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	lambdaclient "github.com/aws/aws-sdk-go-v2/service/lambda"
	smithytime "github.com/aws/smithy-go/time"
)

var exit = os.Exit // tests stay alive

// The function's environment names the probe function in PROBE_FUNCTION and the health path in HEALTH_CHECK_PATH.
func main() {
	slog.SetDefault(slog.New(slog.NewJSONHandler(os.Stderr, nil)))
	client := awshttp.NewBuildableClient().WithTimeout(20 * time.Second) // longer than the probe waits for a task
	aws, err := config.LoadDefaultConfig(context.Background(), config.WithHTTPClient(client))
	if err != nil {
		slog.Error("load the AWS configuration", "error", err)
		exit(1)
		return
	}
	handler := hook.Handler{
		CodeDeploy:    codedeploy.NewFromConfig(aws),
		ELB:           elasticloadbalancingv2.NewFromConfig(aws),
		Lambda:        lambdaclient.NewFromConfig(aws),
		ProbeFunction: os.Getenv("PROBE_FUNCTION"),
		Paths:         []string{os.Getenv("HEALTH_CHECK_PATH"), tasks.ReadyPath},
		Sleep:         smithytime.SleepWithContext,
	}
	lambda.Start(handler.Handle)
}
