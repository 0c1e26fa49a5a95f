// Command main is the function of Release: onEvent, isComplete or guard, whichever its handler setting names.
package main

import (
	"os"
	"time"

	"payment-processor/lambda/internal/start"
	"payment-processor/lambda/release"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/codedeploy"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	lambdaclient "github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
)

func main() {
	log, aws := start.Log(), start.AWS(10*time.Second)
	handler := release.Handler{
		CodeDeploy:     codedeploy.NewFromConfig(aws),
		ECS:            ecs.NewFromConfig(aws),
		ELB:            elasticloadbalancingv2.NewFromConfig(aws),
		CloudFormation: cloudformation.NewFromConfig(aws),
		Lambda:         lambdaclient.NewFromConfig(aws),
		Parameters:     ssm.NewFromConfig(aws),
		Now:            time.Now,
		Log:            log,
	}
	lambda.Start(map[string]any{
		"onEvent": handler.OnEvent, "isComplete": handler.IsComplete, "guard": handler.Guard,
	}[os.Getenv("_HANDLER")])
}
