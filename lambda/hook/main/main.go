// Command main is the hook function.
package main

import (
	"os"
	"time"

	"payment-processor/lambda/hook"
	"payment-processor/lambda/internal/start"
	"payment-processor/lambda/tasks"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/codedeploy"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	lambdaclient "github.com/aws/aws-sdk-go-v2/service/lambda"
	smithytime "github.com/aws/smithy-go/time"
)

// The function's environment names the probe function in PROBE_FUNCTION and the health path in HEALTH_CHECK_PATH.
func main() {
	start.Log()
	aws := start.AWS(20 * time.Second) // longer than the probe waits for a task
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
