// Command main is the probe function.
package main

import (
	"payment-processor/lambda/probe"

	"github.com/aws/aws-lambda-go/lambda"
)

func main() { lambda.Start(probe.Handle) }
